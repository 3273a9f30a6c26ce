"""A command as a span of the trace that it was asked in."""

from __future__ import annotations

import time
from typing import Any

from contracts.language.envelope import Envelope
from contracts.language.message import Command
from contracts.wiring.addresses import address_of
from services.runtime import traces
from services.runtime.traces import Receiver, Span


class Asked:
    """One command from when it came until it is answered; what it tells is told `within` its span."""

    def __init__(self, receiver: Receiver, address: str, envelope: Envelope) -> None:
        self._receiver = receiver
        self._address = address
        self._envelope = envelope
        self._began_ns = time.time_ns()
        self._own, self._parent = receiver.entered(envelope.traceparent)
        self.within = str(self._own)

    def answered(self, status: int, problem: str | None) -> None:
        """With this status, and the word of a problem where it was refused."""
        id = self._envelope.id
        about: dict[str, Any] = {
            "messaging.system": "nats",
            "messaging.operation.name": "process",
            "messaging.operation.type": "process",
            "messaging.destination.template": self._address,
            "linzhang.status": status,
        }
        if id:
            about |= {"messaging.message.id": id, "linzhang.correlation": self._envelope.correlationid or id}
        name, ended_ns = f"process {self._address}", time.time_ns()
        self._receiver.tell(
            [
                Span(
                    name,
                    "SERVER",
                    self._own,
                    self._parent,
                    self._began_ns,
                    ended_ns,
                    about,
                    error=problem,
                    parent_is_remote=True,
                )
            ]
        )


def asked(service: str, known: tuple[type[Command], Any] | None, envelope: Envelope) -> Asked | None:
    """None where nobody is told. A verb that the service does not know has no address but the service's."""
    if traces.receiver is None:
        return None
    address = address_of(known[0]).replace("{service}", service) if known else f"cmd.{service}"
    return Asked(traces.receiver, address, envelope)
