"""What is written down and sent, as spans: each fact in the trace of what caused it."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from contracts.language.attributes import Traceparent, read_traceparent
from contracts.language.intake import Refusal
from contracts.language.message import Message
from contracts.wiring.addresses import address_of
from contracts.wiring.streams import stream_of
from contracts.wiring.table import FACTS
from services.runtime import traces
from services.runtime.ids import span_id
from services.runtime.telling.outbox import Written
from services.runtime.traces import Receiver, Span

_OF_HEADERS = re.compile(
    r"ce-id: (\S+)\r\n.*ce-type: (\S+)\r\n.*ce-correlationid: (\S+)\r\n.*ce-traceparent: (\S+)\r\n", re.DOTALL
)


class _Told(NamedTuple):
    """What the headers of a row say."""

    span: Traceparent
    address: str
    about: dict[str, str]


@cache
def _places() -> dict[str, tuple[str, str]]:
    """Address and stream by the type of a message."""
    told: list[type[Message]] = [*(fact for facts in FACTS.values() for fact in facts), Refusal]
    return {one.type(): (address_of(one), stream_of(one)) for one in told}


def _read(headers: str) -> _Told | None:
    found = _OF_HEADERS.search(headers)
    span = read_traceparent(found[4]) if found else None
    if found is None or span is None or not span.is_sampled:
        return None
    message_id, kind, correlation, _ = found.groups()
    address, stream = _places().get(kind, (kind, ""))
    about = {
        "messaging.system": "nats",
        "messaging.destination.name": stream,
        "messaging.destination.template": address,
        "messaging.message.id": message_id,
        "linzhang.correlation": correlation,
    }
    return _Told(span, address, about)


def committed(rows: Sequence[Written]) -> None:
    """These stand in the outbox now: to write them down was the creation of their messages."""
    if traces.receiver is not None:
        traces.receiver.tell(_created(rows, time.time_ns()))


def _created(rows: Sequence[Written], ended_ns: int) -> Iterator[Span]:
    for row in rows:
        if row.made is not None and (told := _read(row.headers)) is not None:
            about = {**told.about, "messaging.operation.name": "create", "messaging.operation.type": "create"}
            parent = read_traceparent(row.made.within)
            yield Span(f"create {told.address}", "PRODUCER", told.span, parent, row.made.began_ns, ended_ns, about)


def sent(wave: Sequence[Written], failed: Collection[int], began_ns: int) -> None:
    """These were published together; of the `failed`, by their ids, there is no receipt."""
    if traces.receiver is not None:
        traces.receiver.tell(_sent(wave, failed, began_ns, time.time_ns()))


def _sent(wave: Sequence[Written], failed: Collection[int], began_ns: int, ended_ns: int) -> Iterator[Span]:
    for row in wave:
        if (told := _read(row.headers)) is not None:
            about = {
                **told.about,
                "messaging.operation.name": "send",
                "messaging.operation.type": "send",
                "messaging.batch.message_count": len(wave),
            }
            own, error = told.span._replace(span_id=span_id()), "no_receipt" if row.id in failed else None
            yield Span(f"send {told.address}", "CLIENT", own, told.span, began_ns, ended_ns, about, error=error)


class FallenDue:
    """Work that time has brought about: the beginning of a trace, in which all is told that it makes."""

    def __init__(self, receiver: Receiver, work: str) -> None:
        self._receiver = receiver
        self._work = work
        self._began_ns = time.time_ns()
        self._own, _ = receiver.entered(None)
        self.within = str(self._own)

    def done(self, told: int) -> None:
        about = {"messaging.batch.message_count": told}
        span = Span(f"due {self._work}", "INTERNAL", self._own, None, self._began_ns, time.time_ns(), about)
        self._receiver.tell([span])


def fallen_due(work: str) -> FallenDue | None:
    """None where nobody is told."""
    return None if traces.receiver is None else FallenDue(traces.receiver, work)
