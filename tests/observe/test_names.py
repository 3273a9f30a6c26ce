"""Names of metrics: Prometheus' conventions, and the page that lists them."""

import re

from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

from deploy.nats import provisioner
from deploy.observe.measures import Measures
from services.cases.case import open_cases
from services.runtime import metrics
from tests.observe.configured import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
LISTED = {
    name: (kind, tuple(re.findall(r"`(\w+)`", labels)))
    for name, kind, labels in re.findall(r"^\| `(\w+)` \| (\w+) \|(.*?)\|", PAGE, re.MULTILINE)
}
UNITS = ("_seconds", "_bytes", "_messages", "_letters", "_works", "_cases", "_users", "_users_left_out")
FLAGS = {"linzhang_relay_leading", "linzhang_breaker_open", "linzhang_ready", "linzhang_consumer_missing"}
OFFICIAL = {
    "jetstream_consumer_num_pending": ("stream_name", "consumer_name"),
    "jetstream_consumer_num_ack_pending": ("stream_name", "consumer_name"),
    "jetstream_stream_total_messages": ("stream_name",),
    "jetstream_stream_total_bytes": ("stream_name",),
    "jetstream_stream_limit_bytes": ("stream_name",),
}
"""As prometheus-nats-exporter names them (`collector/jsz.go`)."""


def served():
    """Every metric of ours by the name it is scraped under: its kind, labels and help."""
    found = {}
    for one in (*vars(metrics).values(), *vars(open_cases).values(), *vars(provisioner).values()):
        if isinstance(one, MetricWrapperBase):
            (told,) = one.describe()
            name = told.name + ("_total" if told.type == "counter" else "")
            found[name] = (told.type, tuple(one._labelnames), told.documentation)
    for told in Measures().collect():
        found[told.name] = (told.type, told._labelnames, told.documentation)
    return found


def test_every_metric_is_listed_with_its_kind_and_labels_and_nothing_else_is():
    assert {name: (kind, tuple(labels)) for name, (kind, labels, _) in served().items()} == LISTED


def test_names_have_base_units_counters_end_with_total_and_all_say_what_they_count():
    for name, (kind, _, said) in served().items():
        assert re.fullmatch(r"(linzhang|jetstream)(_[a-z]+)+", name), name
        assert name.endswith("_total") == (kind == "counter"), name
        assert re.search(r"[^.]$", said), name
        if name not in OFFICIAL and kind != "counter":
            assert name.endswith(UNITS) or name in FLAGS, name


def test_what_jetstream_knows_bears_the_names_and_labels_of_its_official_exporter():
    ours = {name: tuple(labels) for name, (_, labels, _) in served().items() if name.startswith("jetstream_")}
    assert ours == OFFICIAL


def test_the_first_few_values_of_a_label_stand_by_themselves_and_all_others_as_one():
    few = metrics.FirstFew(2)
    assert [few.name(value) for value in ("a", "b", "a", "c", "b", "d")] == ["a", "b", "a", "(others)", "b", "(others)"]


def test_both_counts_of_a_source_are_there_from_its_first_message_on():
    metrics.count_posted({"first-seen": 3, "all-refused": 2}, {"all-refused": 2})
    found = {
        source: [
            REGISTRY.get_sample_value("linzhang_posted_total", {"source": source, "outcome": outcome})
            for outcome in ("handled", "refused")
        ]
        for source in ("first-seen", "all-refused")
    }
    assert found == {"first-seen": [3, 0], "all-refused": [0, 2]}


def test_facts_are_counted_by_name_and_refusals_are_not_among_them():
    def counted(fact):
        return REGISTRY.get_sample_value("linzhang_facts_total", {"fact": fact})

    before = counted("cases.opened.v1") or 0
    opened = [f"cases.opened.v1.36.02.22.104.20{n}" for n in range(2)]
    metrics.count_facts([*opened, "rejected.acme.incident.v1"])
    assert (counted("cases.opened.v1") - before, counted("rejected.acme.incident")) == (2, None)
