"""Gives a message up: it is kept for the operator, whatever it holds, and announced."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from clients.python.connection import Arrived
from contracts.every_service import DeadLettered
from contracts.language.division import UNKNOWN, Division
from contracts.wiring.table import FACTS
from services.runtime.hearing import dead_letters
from services.runtime.ids import uuid7
from services.runtime.messages import Heard
from services.runtime.saying.legible import legible, legible_headers
from services.runtime.saying.sayable import Sayable, said_of
from services.runtime.sql import Sql
from services.runtime.telling import outbox


class Unreadables(Sayable):
    """A message that its own contract refuses, from nobody who could be answered: trying again would mend nothing."""


async def bury(
    sql: Sql, service: str, durable: str, raw: Arrived, heard: Heard[Any], error: Exception, attempts: int, at: datetime
) -> list[outbox.Written]:
    """Write the letter and its fact down within the caller's transaction; returns the fact's row."""
    cause = type(error).__name__
    if isinstance(error, Unreadables):
        cause = f"unreadable {legible(str(error).partition(':')[0], 200)}"
    letter: dict[str, Any] = {
        "id": uuid7(),
        "durable": durable,
        "subject": legible(raw.subject, 1000),
        "message_id": legible(heard.envelope.id, 256) or None,
        "cause": cause,
        "reason": legible(said_of(error), 2000),
        "attempts": attempts,
        "at": at,
    }
    await dead_letters.bury(
        sql,
        **letter,
        source=heard.source,
        stream_sequence=heard.stream_sequence,
        headers=orjson.dumps(legible_headers(raw.headers)).decode(),
        body=raw.data,
    )
    announced = next(fact for fact in FACTS[service] if issubclass(fact, DeadLettered))
    told = outbox.telling(
        announced(**letter, division=_division_of(raw.subject)),
        heard.envelope if heard.envelope.id else None,
        heard.envelope.traceparent,
    )
    return await outbox.write(sql, service, [told], at)


def _division_of(subject: str) -> Division:
    try:
        return Division.from_tokens(".".join(subject.split(".")[3:8]))
    except ValueError:
        return UNKNOWN
