"""Reads what came off the bus: the envelope, the contract, and whether they agree with the subject."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nats.aio.msg import Msg
from pydantic import ValidationError

from contracts.event import Envelope, EnvelopeRefused, Fact, Intake, check_agreement, describe, from_headers
from contracts.intake import KINDS
from contracts.intake import Problem as FieldProblem
from contracts.reading import parse
from contracts.wiring import GATEKEEPER
from services.runtime.messages import Heard


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A message that breaks the contract; `heard` has what could be read of it, `body` being None."""

    heard: Heard[Any]
    problems: tuple[FieldProblem, ...]


@dataclass(frozen=True, slots=True)
class NotOurs:
    """A kind of intake that another service hears."""


def _sender(message: type[Fact | Intake], subject: str) -> str:
    tokens = subject.split(".")
    if not issubclass(message, Intake):
        return tokens[0]
    return tokens[2 if message.family == "track" else 1] if len(tokens) > 2 else ""


def _kind(subject: str) -> str:
    """`incident.v1` of `intake.acme.incident.v1`."""
    return subject.split(".", 2)[-1]


def envelope_if_any(headers: dict[str, str] | None, at: datetime) -> Envelope:
    """What an unreadable message still says of itself: its id and trace, so that its sender can be answered."""
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    return Envelope(
        id=lower.get("ce-id", "")[:256].replace("\0", ""),
        source=lower.get("ce-source", ""),
        type=lower.get("ce-type", ""),
        time=at,
        correlationid=lower.get("ce-correlationid"),
        traceparent=lower.get("traceparent") or lower.get("ce-traceparent"),
    )


def read(
    message: type[Fact | Intake], subject: str, headers: dict[str, str] | None, data: bytes, sequence: int, at: datetime
) -> Heard[Any] | Unreadable | NotOurs:
    """One message as its handler gets it, or what is wrong with it, field by field."""
    source = _sender(message, subject)

    def unreadable(*problems: FieldProblem) -> Unreadable:
        return Unreadable(Heard(None, envelope_if_any(headers, at), subject, source, sequence), problems)

    if message is GATEKEEPER and _kind(subject) != ".".join(message.parts()[1:]):
        known = {".".join(kind.parts()[1:]) for kind in KINDS if kind.family == "intake"}
        if _kind(subject) in known:
            return NotOurs()
        rule = f"unknown kind {_kind(subject)!r}; known: {', '.join(sorted(known))}"
        return unreadable(FieldProblem(field="subject", rule=rule))
    try:
        envelope = from_headers(headers)
        check_agreement(envelope, message, subject, source)
    except EnvelopeRefused as refused:
        return unreadable(FieldProblem(field=refused.field, rule=refused.rule))
    try:
        body = parse(message, data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        return unreadable(*(FieldProblem(**describe(one)) for one in found[:20]))
    return Heard(body, envelope, subject, source, sequence)


def read_message(message: type[Fact | Intake], raw: Msg, at: datetime) -> Heard[Any] | Unreadable | NotOurs:
    return read(message, raw.subject, raw.headers, raw.data, int(raw.reply.split(".")[-4]), at)
