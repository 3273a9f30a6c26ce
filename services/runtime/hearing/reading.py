"""Reads what came off the bus: the envelope, the contract, and whether they agree with the subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from clients.python.connection import Arrived
from contracts.language.attributes import AttributeRefused, once_each, read_attribute
from contracts.language.envelope import Envelope, EnvelopeRefused, check_agreement, from_headers, trace_beside
from contracts.language.intake import Problem as FieldProblem
from contracts.language.intake import intake_subject, kind_of, sender_of
from contracts.language.message import Fact, Intake
from contracts.language.reading import parse
from contracts.language.rules import Rule, broken
from contracts.language.values import ONLY_KNOWN
from contracts.wiring.table import GATEKEEPERS, KINDS
from services.runtime.hearing.body import identity_in, problems_of, problems_of_headers
from services.runtime.messages import Heard
from services.runtime.saying.legible import legible
from services.runtime.wire import envelope_in


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A message that breaks the contract; `heard` has what could be read of it: its body is an `Identity`.

    Its source is empty where the subject names no sender who could be answered.
    """

    heard: Heard[Any]
    problems: tuple[FieldProblem, ...]


def heard_in(one: Heard[Any] | Unreadable) -> Heard[Any]:
    """As much of a message as could be read."""
    return one.heard if isinstance(one, Unreadable) else one


@dataclass(frozen=True, slots=True)
class NotOurs:
    """A kind of intake that another service hears."""


def envelope_if_any(headers: Mapping[str, str] | None, at: datetime) -> Envelope:
    """What an unreadable message still says of itself: its id and trace, so that its sender can be answered."""
    lower, repeated = once_each(headers or {})

    def readable(name: str) -> str | None:
        try:
            return read_attribute(lower[name]) or None
        except (KeyError, AttributeRefused):
            return None

    return Envelope(
        id=readable("ce-id") or "",
        source=readable("ce-source") or "",
        type=readable("ce-type") or "",
        time=at,
        correlationid=readable("ce-correlationid"),
        traceparent=trace_beside(lower, repeated).get("traceparent") or readable("ce-traceparent"),
    )


def read(
    message: type[Fact | Intake],
    subject: str,
    headers: Mapping[str, str] | None,
    data: bytes,
    sequence: int,
    at: datetime,
    part: type[BaseModel] | None = None,
    envelope: Envelope | None = None,
    any_word: bool = False,
) -> Heard[Any] | Unreadable | NotOurs:
    """One message as its handler gets it, or everything that is wrong with it, field by field.

    `part` is what its handler uses of the body, `envelope` what its headers say, where that has been read. A word that
    only a later version knows is wrong, unless its handler takes `any_word`, as `other`.
    """
    posted = issubclass(message, Intake)
    source = (sender_of(subject) or "") if posted else subject.partition(".")[0]

    def unreadable(problems: list[FieldProblem]) -> Unreadable:
        identity: Any = identity_in(data)
        heard = Heard(identity, envelope_if_any(headers, at), subject, source, sequence)
        return Unreadable(heard, tuple(problems))

    if posted and kind_of(subject) != message.parts()[1:]:
        if message in GATEKEEPERS and kind_of(subject) in _elsewhere(message):
            return NotOurs()
        return unreadable([FieldProblem.of("subject", _unknown_kind(subject))])
    problems: list[FieldProblem] = []
    body = None
    try:
        envelope = envelope or from_headers(headers)
        check_agreement(envelope, message, subject, source)
    except EnvelopeRefused as refused:
        problems += [FieldProblem.of(**wrong) for wrong in problems_of_headers(refused)]
    if posted and not source:
        problems.append(FieldProblem.of("subject", broken("subject_source")))
    try:
        body = _body(message, part, data, any_word)
    except ValidationError as error:
        problems += [FieldProblem.of(**wrong) for wrong in problems_of(error, data)]
    if problems or envelope is None:
        return unreadable(problems)
    return Heard(body, envelope, subject, source, sequence, data)


def _elsewhere(message: type[Intake]) -> set[tuple[str, ...]]:
    """The kinds of the same family that have durables of their own."""
    return {kind.parts()[1:] for kind in KINDS if kind.family == message.family and kind is not message}


def _unknown_kind(subject: str) -> Rule:
    known = (intake_subject(kind, "<source>") for kind in KINDS)
    return broken("unknown_kind", subject=legible(subject, 200), known=", ".join(known))


def _body(message: type[Fact | Intake], part: type[BaseModel] | None, data: bytes, any_word: bool) -> Any:
    """The part that is used; what is refused of it the whole contract judges. Raises ValidationError."""
    before = ONLY_KNOWN.set(not any_word)
    try:
        if part is not None:
            try:
                return part.model_validate_json(data)
            except ValidationError:
                pass
        return parse(message, data)
    finally:
        ONLY_KNOWN.reset(before)


def read_message(
    message: type[Fact | Intake],
    raw: Arrived,
    at: datetime,
    part: type[BaseModel] | None = None,
    any_word: bool = False,
) -> Heard[Any] | Unreadable | NotOurs:
    sequence = int(raw.reply.split(".")[-4])
    if (envelope := envelope_in(raw.block)) is not None:
        found = read(message, raw.subject, None, raw.data, sequence, at, part, envelope, any_word)
        if not isinstance(found, Unreadable):
            return found
    return read(message, raw.subject, raw.headers, raw.data, sequence, at, part, any_word=any_word)
