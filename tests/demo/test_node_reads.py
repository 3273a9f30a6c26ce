"""What the services tell is read by a Node.js program of official packages that knows only the published schemas."""

import asyncio
import json
import os
from collections import Counter

import pytest

from contracts.publishing.publish import PAYLOADS, PUBLISHED
from tests.telling import connect

FILLED = ("ROSTER", "PATROL", "CASES", "TARGETS", "NOTIFY", "REJECTED")
"""The streams of facts and refusals that a demo puts something into."""
ALL = (*FILLED, "ADVISORY")
"""With dead letters, of which a demo has none."""
SUBJECT = "cases.opened.v1.36.02.22.100.001"


async def read_in_node(node, port, passwords, *streams):
    """What the program makes of all that some streams hold."""
    program = await asyncio.create_subprocess_exec(
        *("node", str(node / "reader.mjs"), f"nats://127.0.0.1:{port}", "provisioner", str(PUBLISHED / "schemas")),
        *streams,
        env={**os.environ, "BUS_PASSWORD": passwords["provisioner"]},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        said, complained = await program.communicate()
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()
    assert program.returncode == 0, complained.decode()
    return json.loads(said)


@pytest.mark.timeout(600)
async def test_every_fact_of_a_demo_is_a_cloud_event_that_keeps_to_its_published_schema(node, play):
    demo, evidence = play
    found = await read_in_node(node, demo.run.nats_port, demo.run.passwords, *ALL)
    assert found["wrong"] == []
    kept = {stream: (await demo.buses["reader"].stream_info(stream))["state"]["messages"] for stream in ALL}
    assert found["taken"] == kept
    assert [stream for stream in FILLED if kept[stream] == 0] == []
    heard = Counter(name for name, _ in {(one.name, one.headers["ce-id"]) for one in evidence.told})
    assert _not_of_roster(found["read"]) == _not_of_roster(heard)


def _not_of_roster(counts):
    """Of whose facts the bus keeps the newest of each thing alone."""
    return {name: count for name, count in counts.items() if not name.startswith("roster.")}


RIGHT_HEADERS = {
    "ce-specversion": "1.0",
    "ce-id": "4deb590f-728d-5a46-a94b-45f9639c0445",
    "ce-source": "cases",
    "ce-type": "cn.linzhang.cases.opened.v1",
    "ce-time": "2020-06-15T02:00:00Z",
    "content-type": "application/json",
}
RIGHT = max(PAYLOADS.joinpath("cases.opened.v1").iterdir()).read_bytes()


def without(name):
    return {header: value for header, value in RIGHT_HEADERS.items() if header != name}


def instead(old, new):
    assert RIGHT.count(old) == 1
    return RIGHT.replace(old, new)


FAULTS = {
    "a number that JSON does not have": (RIGHT_HEADERS, instead(b"117.188303", b"Infinity")),
    "a field of another type": (RIGHT_HEADERS, instead(b"117.188303", b'"117.188303"')),
    "a field that is absent": (RIGHT_HEADERS, instead(b'"severity"', b'"weight"')),
    "a time that is none": (RIGHT_HEADERS, instead(b"2020-06-15T08:30:00+08:00", b"2020-06-31T08:30:00+08:00")),
    "bytes that are no UTF-8": (RIGHT_HEADERS, instead("山".encode(), b"\xff")),
    "a byte order mark": (RIGHT_HEADERS, b"\xef\xbb\xbf" + RIGHT),
    "no id": (without("ce-id"), RIGHT),
    "no time": (without("ce-time"), RIGHT),
    "a type that is not the subject's": ({**RIGHT_HEADERS, "ce-type": "cn.linzhang.cases.closed.v1"}, RIGHT),
    "a name that no attribute may have": ({**RIGHT_HEADERS, "ce-partition-key": "x"}, RIGHT),
}


async def test_the_same_program_finds_each_fault_of_a_body_and_of_an_envelope(node, bus):
    connection = await connect(bus, "cases")
    stream = connection.jetstream(timeout=5)
    receipts = {}
    for fault, (headers, body) in {"none": (RIGHT_HEADERS, RIGHT), **FAULTS}.items():
        receipts[(await stream.publish(SUBJECT, body, headers=headers)).seq] = fault
    await connection.close()
    found = await read_in_node(node, bus.port, {"provisioner": bus.users.password("provisioner")}, "CASES")
    assert found["taken"] == {"CASES": len(receipts)}
    assert found["read"] == {"cases.opened.v1": 1}
    assert [receipts[one["sequence"]] for one in found["wrong"]] == list(FAULTS)
