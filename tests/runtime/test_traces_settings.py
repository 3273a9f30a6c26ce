"""Where spans are told is named by OpenTelemetry's own variables; what is wrong with them is said at the start."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"}, "OTEL_EXPORTER_OTLP_ENDPOINT: must be an address that"),
        (
            {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "ftp://c"},
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: must be an address that",
        ),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://user:hush@-", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "OTEL_EXPORTER_OTLP_PROTOCOL: must be http/protobuf",
        ),
    ],
)
@pytest.mark.served
def test_a_wrong_setting_of_traces_is_named_on_one_line(environment, said):
    done = started(environment)
    assert (done.returncode, done.stderr.count("\n"), done.stderr.startswith(said)) == (2, 1, True)


ADDRESSES = {"LINZHANG_NATS_URL": "nats://-", "LINZHANG_DATABASE_URL": "postgresql://-"}
READ = "from services.runtime.settings import read_settings; read_settings()"
WITHOUT = """
import sys
class Without:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "opentelemetry":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Without())
"""


def started(environment, script=READ):
    command = [sys.executable, "-c", script]
    return subprocess.run(command, env={**ADDRESSES, **environment}, capture_output=True, text=True, check=False)


@pytest.mark.served
def test_packages_that_are_not_there_are_named_with_the_setting_that_needs_them():
    done = started({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, WITHOUT + READ)
    assert (done.returncode, done.stderr) == (
        2,
        "OTEL_EXPORTER_OTLP_ENDPOINT: needs opentelemetry-sdk, opentelemetry-exporter-otlp-proto-http "
        "(the dependency group traces), which are not installed here\n",
    )


OFF = [
    {},
    {"OTEL_EXPORTER_OTLP_ENDPOINT": " "},
    {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_SDK_DISABLED": "true"},
    {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_TRACES_EXPORTER": "none"},
]
LOADED = """
import sys
from services.runtime import traces
from tests.runtime import obeying_targets
traces.begin("targets")
print(traces.receiver, [one for one in sys.modules if one.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))])
"""


@pytest.mark.served
@pytest.mark.parametrize("environment", OFF)
def test_where_no_receiver_is_named_nothing_of_opentelemetry_is_loaded(environment):
    done = started(environment, LOADED)
    assert (done.returncode, done.stdout) == (0, "None []\n"), done.stderr
