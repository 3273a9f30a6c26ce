"""What dashboards and alerts ask for is what a running system serves, by name, label and value."""

import asyncio
import re
from datetime import timedelta
from functools import partial

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from clients.python.bus import connected
from contracts.cases import CaseList, ListCases
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.patrol import IncidentReport
from contracts.wiring.streams import STREAMS
from contracts.wiring.table import FACTS, SERVICES
from deploy.local.looking import http_get
from deploy.observe.measures import Measures
from tests.observe.expressions import of_dashboards, of_rules
from tests.system.test_thread import follow, incident
from tests.waiting import until

PROMETHEUS = {"up": set(), "scrape_duration_seconds": set(), "scrape_samples_scraped": set()}
"""What Prometheus says itself of each target."""
ADDED = {"job", "instance", "service"}
"""Labels that it gives to whatever it scrapes."""
UNSEEN = {"linzhang_messages_redelivered_total": {"consumer_name"}}
"""What is served from its first event on, and nothing brings about here: its labels are those of docs/operations.md."""
KNOWN = {
    "fact": {fact.name for facts in FACTS.values() for fact in facts},
    "outcome": {"handled", "refused", "repeated", "elsewhere", "failed", "dead"},
    "stream_name": {stream.name for stream in STREAMS},
    "service": {*SERVICES, "provisioner"},
    "job": {"linzhang"},
}
"""Values by which series are chosen, whether or not one has come about here."""


async def scraped(port):
    return (await asyncio.to_thread(http_get, port, "/metrics"))[1]


def labels_of(expositions):
    """The labels of every series; `le` and the names of parts as Prometheus has them."""
    found = {}
    for exposition in expositions:
        for family in text_string_to_metric_families(exposition):
            for sample in family.samples:
                found.setdefault(sample.name, set()).update(sample.labels)
    return found


@pytest.fixture
async def served(system, village, now, tmp_path):
    """Every series of the system after a report that became a notice, one that was refused, and a command."""
    _, lon, lat = village
    async with (
        follow(system, "notify.>", "rejected.>") as following,
        connected(system.run.url("acme"), "acme") as acme,
        connected(system.run.url(OPERATOR), OPERATOR) as operator,
    ):
        good = await acme.post(IncidentReport, "acme", incident(lon, lat, now, kind="dead_pines"))
        await following("notify.notified.v1", good.message_id)
        bad = incident(lon, lat, now + timedelta(days=400))
        await acme.post(IncidentReport, "acme", bad)
        await operator.ask(ListCases(limit=1), OPERATOR, UNKNOWN, CaseList)
    ports = system.run.http_ports

    async def says(port, what):
        return re.search(what, await scraped(port)) is not None

    refused = r'linzhang_posted_total\{outcome="refused",source="acme"\} [1-9]'
    await until(partial(says, ports["patrol"], refused))
    await until(partial(says, ports["cases"], r"linzhang_due_works\{"))
    for service in SERVICES:
        await until(partial(says, ports[service], r"jetstream_stream_total_bytes\{"))
    registry = CollectorRegistry()
    registry.register(Measures((tmp_path / "bus.crt",), (tmp_path,), (tmp_path,)))
    beside = generate_latest(registry).decode()
    return PROMETHEUS | UNSEEN | labels_of([beside, *[await scraped(ports[service]) for service in SERVICES]])


async def test_every_expression_asks_for_series_and_labels_that_are_served(served):
    rules = list(of_rules())
    for rule in rules:
        if rule.record:
            served[rule.record] = rule.labels() - {"le"}
    wrong = []
    for asked in (*of_dashboards(), *rules):
        have = set(ADDED)
        for name, chosen in asked.series():
            if name not in served:
                wrong.append(f"{asked.where}: nobody serves {name}")
                continue
            have |= served[name]
            wrong += [
                f"{asked.where}: {name} has no label {label}"
                for label, _, _ in chosen
                if label not in served[name] | ADDED
            ]
            wrong += [
                f"{asked.where}: no {label} is {value}"
                for label, operator, values in chosen
                for value in (values.split("|") if "~" in operator else [values])
                if value not in KNOWN[label]
            ]
        wrong += [f"{asked.where}: nothing has the label {label}" for label in sorted(asked.labels() - have)]
    assert wrong == []
