"""What becomes of the messages of a batch: each a span of the trace that it was sent in, and their transaction one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from contracts.language.attributes import Traceparent
from contracts.language.envelope import Envelope
from contracts.language.message import Message
from contracts.wiring.addresses import address_of
from contracts.wiring.streams import Durable
from services.runtime import traces
from services.runtime.hearing.reading import NotOurs, Unreadable
from services.runtime.ids import begun_trace
from services.runtime.messages import Heard, News, Refused
from services.runtime.traces import Receiver, Span

Read = Heard[Any] | Unreadable | NotOurs


class _Entered(NamedTuple):
    own: Traceparent
    parent: Traceparent | None
    envelope: Envelope


class Watched:
    """One batch from when it was taken until it is settled."""

    def __init__(self, receiver: Receiver, durable: Durable, message: type[Message]) -> None:
        self._receiver = receiver
        self._durable = durable.name
        self._address = address_of(message)
        self._about = {
            "messaging.system": "nats",
            "messaging.operation.name": "process",
            "messaging.operation.type": "process",
            "messaging.destination.name": durable.stream,
            "messaging.destination.template": self._address,
            "messaging.destination.subscription.name": durable.name,
        }
        self._began_ns = time.time_ns()
        self._entered: list[_Entered] = []

    def entered(self, found: Sequence[Read]) -> list[Read]:
        """The same messages: what they cause is caused within their spans."""
        self._entered = []
        return [self._enter(one) for one in found]

    def _enter(self, one: Read) -> Read:
        if isinstance(one, NotOurs):
            return one
        if isinstance(one, Unreadable):
            return replace(one, heard=self._within(one.heard))
        return self._within(one)

    def _within(self, heard: Heard[Any]) -> Heard[Any]:
        own, parent = self._receiver.entered(heard.envelope.traceparent)
        envelope = replace(heard.envelope, traceparent=str(own))
        self._entered.append(_Entered(own, parent, envelope))
        return replace(heard, envelope=envelope)

    def committed(self, new: Sequence[Heard[Any] | Unreadable], news: Sequence[News]) -> None:
        """One transaction settled them all: `new` are those that nobody had handled, `news` what they made."""
        ended_ns = time.time_ns()
        fresh = {(one.heard if isinstance(one, Unreadable) else one).envelope.traceparent for one in new}
        refused = {one.heard.envelope.traceparent: one for one in news if isinstance(one, Refused)}
        alone = self._entered[0] if len(self._entered) == 1 else None
        recorded = [one.own for one in self._entered if one.own.is_sampled]
        batch = self._receiver.entered(str(alone.own))[0] if alone else begun_trace(sampled=bool(recorded))
        spans = [
            Span(
                f"transaction {self._durable}",
                "INTERNAL",
                batch,
                alone.own if alone else None,
                self._began_ns,
                ended_ns,
                {
                    "messaging.batch.message_count": len(self._entered),
                    "messaging.destination.subscription.name": self._durable,
                    "linzhang.told": len(news),
                },
                () if alone else recorded,
            )
        ]
        for one in self._entered:
            stated = one.envelope.traceparent
            refusal = refused.get(stated)
            outcome = "refused" if refusal else "handled" if stated in fresh else "repeated"
            rules = {} if refusal is None else {"linzhang.rules": sorted({p.code or "" for p in refusal.problems})}
            error, links = "refused" if refusal else None, () if alone else (batch,)
            spans.append(self._span(one, ended_ns, outcome, rules, error, links))
        self._receiver.tell(spans)

    def failed(self, outcome: str, error: str) -> None:
        """The one message was put off, refused or buried, for this type of error."""
        ended_ns = time.time_ns()
        self._receiver.tell(self._span(one, ended_ns, outcome, {}, error) for one in self._entered)

    def _span(
        self,
        one: _Entered,
        ended_ns: int,
        outcome: str,
        more: dict[str, Any],
        error: str | None,
        links: Sequence[Traceparent] = (),
    ) -> Span:
        about = {
            **self._about,
            **more,
            "messaging.message.id": one.envelope.id,
            "linzhang.correlation": one.envelope.correlationid or one.envelope.id,
            "linzhang.outcome": outcome,
        }
        name = f"process {self._address}"
        return Span(
            name, "CONSUMER", one.own, one.parent, self._began_ns, ended_ns, about, links, error, parent_is_remote=True
        )


def watched(durable: Durable, message: type[Message]) -> Watched | None:
    """None where nobody is told."""
    return None if traces.receiver is None else Watched(traces.receiver, durable, message)
