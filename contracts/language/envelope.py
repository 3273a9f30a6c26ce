"""The envelope of a message: CloudEvents 1.0 attributes in NATS headers, binary mode."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Self

from contracts.language.attributes import AttributeRefused, once_each, percent_encode, read_attribute, read_traceparent
from contracts.language.message import JSON, Message
from contracts.language.rules import Rule, broken

SPEC_VERSION = "1.0"


class EnvelopeRefused(ValueError):
    """Headers that are no CloudEvents binary-mode envelope: each header that is wrong, and the rule it breaks.

    `field` and `rule` are the first of `problems`.
    """

    def __init__(self, *problems: tuple[str, Rule]) -> None:
        super().__init__("; ".join(f"{field}: {rule}" for field, rule in problems))
        self.problems = problems
        self.field, self.rule = problems[0]


@dataclass(frozen=True, slots=True)
class Envelope:
    """The CloudEvents 1.0 attributes of a message, with the extensions of DESIGN §3.

    `sequence` counts within `partitionkey`; `correlationid` is shared by all that follows from one first message,
    `causationid` is the id of the message that this one answers. `traceparent` is as it was stated.
    """

    id: str
    source: str
    type: str
    time: datetime
    dataschema: str | None = None
    subject: str | None = None
    sequence: int | None = None
    partitionkey: str | None = None
    correlationid: str | None = None
    causationid: str | None = None
    traceparent: str | None = None

    def caused(self, by: Envelope) -> Self:
        """The same envelope as a consequence of `by`."""
        return replace(self, correlationid=by.correlationid or by.id, causationid=by.id, traceparent=by.traceparent)


_TEXT = ("source", "type", "dataschema", "subject", "partitionkey", "correlationid", "causationid", "traceparent")


def to_headers(envelope: Envelope) -> dict[str, str]:
    """The envelope as NATS headers (CloudEvents binary mode); `ce-id` is also `Nats-Msg-Id`."""
    headers = {
        "ce-specversion": SPEC_VERSION,
        "ce-id": percent_encode(envelope.id),
        "ce-time": envelope.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "content-type": JSON,
        "Nats-Msg-Id": percent_encode(envelope.id),
    }
    for name in _TEXT:
        value = getattr(envelope, name)
        if value is not None:
            headers["ce-" + name] = percent_encode(value)
    if envelope.sequence is not None:
        headers["ce-sequence"] = f"{envelope.sequence:020d}"
    return headers


def from_headers(headers: Mapping[str, str] | None) -> Envelope:
    """Read the envelope of a binary-mode message; header names in any case.

    Raises EnvelopeRefused naming every header that breaks a rule: content type, required attributes, specversion, time,
    characters, length, a name that stands there twice.
    """
    lower, repeated = once_each(headers or {})
    problems: list[tuple[str, Rule]] = []
    if rule := _content_rule(lower.get("content-type", JSON)):
        problems.append(("content-type", rule))
    found: dict[str, str] = {}
    for name, value in lower.items():
        if name in repeated and (name.startswith("ce-") or name == "content-type"):
            problems.append((name, broken("once_in_headers")))
        elif name.startswith("ce-"):
            try:
                found[name[3:]] = read_attribute(value)
            except AttributeRefused as refused:
                problems.append((name, refused.rule))
    refused_names = {name for name, _ in problems}
    for required in ("specversion", "id", "source", "type", "time"):
        if not found.get(required) and f"ce-{required}" not in refused_names:
            problems.append((f"ce-{required}", broken("header_required")))
    if found.get("specversion", SPEC_VERSION) not in (SPEC_VERSION, ""):
        problems.append(("ce-specversion", broken("header_is", expected=SPEC_VERSION)))
    sequence, time = found.get("sequence"), None
    if sequence is not None and not _SEQUENCE.match(sequence):
        problems.append(("ce-sequence", broken("header_sequence")))
    if found.get("time") and (time := _time(found["time"])) is None:
        problems.append(("ce-time", broken("header_time", first=_YEARS.start, last=_YEARS[-1])))
    if problems or time is None:
        raise EnvelopeRefused(*problems)
    found |= trace_beside(lower, repeated)
    return Envelope(
        id=found["id"],
        time=time,
        sequence=None if sequence is None else int(sequence),
        **{name: found.get(name) for name in _TEXT},  # type: ignore[arg-type]
    )


def trace_beside(lower: Mapping[str, str], repeated: Collection[str]) -> dict[str, str]:
    """The `traceparent` that a tracing library of the sender has put beside the envelope, where it is one.

    It says whence this very message was sent, and goes before `ce-traceparent`, which says where the event began
    (CloudEvents, distributed tracing extension).
    """
    stated = lower.get("traceparent")
    return {"traceparent": stated} if "traceparent" not in repeated and stated and read_traceparent(stated) else {}


def _content_rule(content_type: str) -> Rule | None:
    """The rule that a content type breaks; without one it is JSON."""
    media, _, parameters = content_type.partition(";")
    if media.strip().lower().startswith("application/cloudevents"):
        return broken("structured_mode")
    if media.strip().lower() != JSON:
        return broken("content_json", expected=JSON)
    charset = _CHARSET.search(parameters)
    if charset and charset[1].lower() != "utf-8":
        return broken("content_utf8")
    return None


_YEARS = range(1950, 2200)
_SEQUENCE = re.compile(r"[0-9]{1,20}\Z")
_CHARSET = re.compile(r"""(?:^|[;\s])charset\s*=\s*["']?([^"';\s]*)""", re.IGNORECASE)
_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})\Z", re.ASCII)


def _time(value: str) -> datetime | None:
    """A time with its offset that can be counted from and to; None for anything else."""
    if not _RFC3339.match(value):
        return None
    try:
        found = datetime.fromisoformat(value.upper().replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def check_agreement(envelope: Envelope, message: type[Message], subject: str, source: str) -> None:
    """Refuse a message whose type, schema, source and subject do not say the same (DESIGN §3)."""
    problems = []
    if envelope.type != message.type():
        problems.append(("ce-type", broken("header_is_on", expected=message.type(), subject=subject)))
    if envelope.dataschema is not None and envelope.dataschema != message.schema_urn():
        problems.append(("ce-dataschema", broken("header_is_or_none", expected=message.schema_urn())))
    if envelope.source != source:
        problems.append(("ce-source", broken("header_is_on", expected=source, subject=subject)))
    if problems:
        raise EnvelopeRefused(*problems)
