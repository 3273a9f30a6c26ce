"""Grafana's dashboards: drawn as they are stated, in Prometheus' language, with words for both readers."""

import json
import re
import subprocess

import pytest
import yaml

from deploy.observe.draw import SOURCE, drawn
from tests.observe.configured import OBSERVE, read
from tests.observe.expressions import DASHBOARDS, Asked, of_dashboards

NAMES = ["cases.json", "cost.json", "delivery.json", "reports.json"]


def panels():
    return [panel for path in DASHBOARDS for panel in json.loads(path.read_text("utf-8"))["panels"]]


def test_the_dashboards_are_those_that_are_stated():
    assert [path.name for path in DASHBOARDS] == NAMES
    assert {path: path.read_text("utf-8") for path in DASHBOARDS} == drawn()


@pytest.mark.served
def test_promtool_reads_every_expression_of_every_panel(promtool, tmp_path):
    asked = list(of_dashboards())
    rules = [{"record": f"panel:number:{n}", "expr": one.expression} for n, one in enumerate(asked)]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}), "utf-8")
    done = subprocess.run((promtool, "check", "rules", file), capture_output=True, text=True, check=False)
    assert f"SUCCESS: {len(asked)} rules found" in done.stdout, done.stderr


def test_every_panel_asks_the_source_that_is_provisioned_and_has_a_title_in_both_languages():
    stated = read(OBSERVE / "grafana" / "datasources" / "prometheus.yml")
    assert {"type": stated["datasources"][0]["type"], "uid": stated["datasources"][0]["uid"]} == SOURCE
    for panel in panels():
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {SOURCE["uid"]}
        assert re.search(r"[\u4e00-\u9fff].* · [A-Z]", panel["title"]), panel["title"]


def test_panels_of_a_dashboard_do_not_lie_on_each_other_nor_leave_the_grid():
    for path in DASHBOARDS:
        taken = set()
        for panel in json.loads(path.read_text("utf-8"))["panels"]:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            assert taken.isdisjoint(cells)
            assert max(x for x, _ in cells) < 24
            taken |= cells


def test_what_an_expression_asks_for_is_read_out_of_it():
    asked = Asked("", 'sum by (a, b) (rate(x_total{c="1",d=~"2|3"}[5m] offset 30m)) / on (e) y:z unless w > 0', "{{f}}")
    assert asked.series() == [("x_total", [("c", "=", "1"), ("d", "=~", "2|3")]), ("y:z", []), ("w", [])]
    assert asked.labels() == {"a", "b", "e", "f"}


def test_compose_gives_grafana_its_provisioning_and_the_dashboards_where_that_looks_for_them():
    (provider,) = read(OBSERVE / "grafana" / "dashboards" / "linzhang.yml")["providers"]
    services = read(OBSERVE.parent / "compose" / "compose.yaml")["services"]
    mounted = {
        one["target"]: (OBSERVE.parent / "compose" / one["source"]).resolve() for one in services["grafana"]["volumes"]
    }
    assert mounted == {
        "/etc/grafana/provisioning": OBSERVE / "grafana",
        provider["options"]["path"]: OBSERVE / "dashboards",
    }
    source = read(OBSERVE / "grafana" / "datasources" / "prometheus.yml")["datasources"][0]["url"]
    (alerted,) = read(OBSERVE / "prometheus.yml")["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"]
    assert {source.removeprefix("http://").split(":")[0], alerted.split(":")[0]} <= set(services)
