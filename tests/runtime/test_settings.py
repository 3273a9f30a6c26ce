"""What a service may be told, to its edges; a wrong setting is named on one line."""

import pytest
from pydantic import ValidationError

from services.runtime import settings
from services.runtime.settings import Settings

STATED = {"nats_url": "nats://bus:4222", "database_url": "postgresql://host/db"}


def test_what_is_not_stated_is_as_the_readme_says():
    told = Settings(**STATED).model_dump()
    assert told == {
        **STATED,
        "ca_file": None,
        "http_host": "127.0.0.1",
        "http_port": 8100,
        "clock": "system",
        "log_format": "text",
        "log_level": "info",
        "batch_max": 512,
        "max_attempts": 8,
        "retry_first_s": 0.5,
        "retry_longest_s": 300.0,
        "publish_timeout_s": 5.0,
        "relay_chunk": 512,
        "outbox_keep_days": 30,
        "inbox_keep_days": 120,
    }


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("http_port", 1, 65_535),
        ("batch_max", 1, 5000),
        ("max_attempts", 1, 1000),
        ("relay_chunk", 1, 10_000),
        ("outbox_keep_days", 1, None),
        ("inbox_keep_days", 1, None),
    ],
)
def test_a_number_has_its_bounds(name, least, most):
    assert getattr(Settings(**STATED, **{name: least}), name) == least
    for beyond in (least - 1, *(() if most is None else (most + 1,))):
        with pytest.raises(ValidationError):
            Settings(**STATED, **{name: beyond})
    if most is not None:
        assert getattr(Settings(**STATED, **{name: most}), name) == most


@pytest.mark.parametrize("name", ["retry_first_s", "retry_longest_s", "publish_timeout_s"])
def test_a_time_is_longer_than_none(name):
    assert getattr(Settings(**STATED, **{name: 0.001}), name) == 0.001
    with pytest.raises(ValidationError):
        Settings(**STATED, **{name: 0})


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("nats_url", "http://bus:4222", "must begin with nats:// or tls://"),
        ("nats_url", "nats://a:4222,b:4222", "must begin with nats:// or tls://"),
        ("nats_url", "nats://a:4222,nats://:x", "must name a host, and a number where it names a port"),
        ("nats_url", "nats://a:4222,tls://b:4222", "must begin with tls:// at every address or at none"),
        ("database_url", "mysql://host/db", "must begin with postgresql://"),
        ("clock", "sundial", "must be one of: system, bus"),
        ("log_format", "xml", "must be one of: text, json"),
        ("log_level", "loud", "must be one of: debug, info, warning, error"),
    ],
)
def test_a_wrong_setting_is_named_with_its_rule_and_the_process_ends_with_2(monkeypatch, capsys, name, value, told):
    for one, stated in {**STATED, name: value}.items():
        monkeypatch.setenv(f"LINZHANG_{one.upper()}", stated)
    with pytest.raises(SystemExit) as ended:
        settings.read_settings()
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"LINZHANG_{name.upper()}: {told}\n"


@pytest.mark.parametrize("url", ["nats://a:4222,nats://b:4222", "tls://a:4222,tls://b"])
def test_a_bus_of_several_servers_is_named_server_by_server(monkeypatch, url):
    monkeypatch.setenv("LINZHANG_NATS_URL", url)
    monkeypatch.setenv("LINZHANG_DATABASE_URL", STATED["database_url"])
    assert settings.read_settings().nats_url == url
