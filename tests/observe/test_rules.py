"""Alerts: each is tried with numbers that raise it and with some that do not, and says what an operator does."""

import re
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from contracts.wiring.streams import FULL_FROM_PERCENT, STREAMS
from contracts.wiring.table import SERVICES
from deploy.keys.certificates import RENEW_BEFORE_DAYS
from tests.observe.configured import OBSERVE, ROOT, read, rules

TRIED = sorted((Path(__file__).parent / "rules").glob("*.yaml"))
ALERTS = rules("alert")
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^### (Linzhang\w+)\n\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))
HAN = re.compile(r"[\u4e00-\u9fff]")


def ran(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.served
@pytest.mark.parametrize("path", TRIED, ids=lambda path: path.stem)
def test_alerts_are_raised_by_what_an_operator_must_act_on_and_by_nothing_else(promtool, path):
    assert ran(promtool, "test", "rules", path)[0] == 0, ran(promtool, "test", "rules", path)[1]


@pytest.mark.served
def test_prometheus_and_the_alertmanager_take_their_configuration(promtool, amtool):
    for command in (
        (promtool, "check", "config", OBSERVE / "prometheus.yml"),
        (amtool, "check-config", OBSERVE / "alertmanager.yml"),
    ):
        ended, said = ran(*command)
        assert ended == 0, said


def test_every_alert_is_tried_with_numbers_that_raise_it_and_with_some_that_do_not():
    tried = defaultdict(set)
    for path in TRIED:
        for case in read(path)["tests"]:
            raised = defaultdict(list)
            for one in case["alert_rule_test"]:
                raised[one["alertname"]] += one["exp_alerts"]
            for name, alerts in raised.items():
                tried[name].add(bool(alerts))
    assert dict(tried) == {name: {True, False} for name in ALERTS}


def test_every_alert_has_its_section_and_every_section_its_alert():
    assert sorted(SECTIONS) == sorted(ALERTS)
    for name, text in SECTIONS.items():
        assert re.findall(r"^\*\*(.+?)\.\*\*", text, re.MULTILINE) == ["What it means", "Look at", "Do"], name


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_in_both_languages_what_is_wrong_how_bad_it_is_and_where_it_is_written_what_to_do(name):
    rule = ALERTS[name]
    chinese, _, english = rule["annotations"]["summary"].partition(" · ")
    assert (bool(HAN.search(chinese)), bool(english), HAN.findall(english)) == (True, True, [])
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert rule["annotations"]["runbook_url"] == f"docs/operations.md#{name.lower()}"
    assert "for" in rule


def test_every_service_is_scraped_under_its_name_and_missed_when_no_name_leads_to_it():
    (ours,) = (one for one in read(OBSERVE / "prometheus.yml")["scrape_configs"] if one["job_name"] == "linzhang")
    (names,) = ours["dns_sd_configs"]
    wanted = sorted([*SERVICES, "provisioner"])
    assert (sorted(names["names"]), names["port"]) == (wanted, 8100)
    assert ours["relabel_configs"] == [{"source_labels": ["__meta_dns_name"], "target_label": "service"}]
    missed = re.findall(r'absent\(up\{job="linzhang", service="(\w+)"\}\)', ALERTS["LinzhangServiceAway"]["expr"])
    assert sorted(missed) == wanted


def test_an_alert_is_raised_where_the_command_line_says_that_something_is_wrong_too():
    full = ALERTS["LinzhangStreamNearlyFull"]["expr"]
    drops = [stream.name for stream in STREAMS if stream.drops_oldest]
    assert (
        full == f'stream:jetstream_stream_full:ratio{{stream_name!="{"|".join(drops)}"}} >= {FULL_FROM_PERCENT / 100}'
    )


def test_a_certificate_that_ends_is_told_when_it_should_have_been_renewed_long_ago():
    days = int(re.search(r"< (\d+) \* 86400", ALERTS["LinzhangCertificateEnding"]["expr"])[1])
    assert 7 <= days < RENEW_BEFORE_DAYS


def test_what_the_alertmanager_leaves_out_are_alerts_that_there_are():
    (rule,) = read(OBSERVE / "alertmanager.yml")["inhibit_rules"]
    named = re.findall(r"Linzhang\w+", " ".join([*rule["source_matchers"], *rule["target_matchers"]]))
    assert (len(named) > 1, set(named) - set(ALERTS)) == (True, set())
