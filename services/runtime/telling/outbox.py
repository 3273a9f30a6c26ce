"""Writes the news of a transaction down, in the order of its aggregates, for the relay to send."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from contracts.language.envelope import Envelope
from contracts.language.intake import Refusal, refusal_subject
from contracts.language.message import MAX_HEADER_BYTES, MAX_MESSAGE_BYTES, Fact, Message
from services.runtime import traces
from services.runtime.ids import uuid7
from services.runtime.messages import Refused
from services.runtime.saying.legible import legible
from services.runtime.saying.sayable import Sayable
from services.runtime.sql import Sql
from services.runtime.texts import Texts
from services.runtime.traces import Made
from services.runtime.wire import begun, ended

_SUBJECT = re.compile(r"[!-)+-=?-~]{1,1024}\Z")
"""Printable, no blanks, no wildcards; the server's control line of 4,096 bytes holds the reply subject too."""
AGAIN = "again"
"""What the relay is told when everything is to be sent once more."""


class Untellable(Sayable, ValueError):
    """A message that the bus would never take; it fails the transaction that made it."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to be sent: a fact keeps the order of its aggregate, a refusal stands alone."""

    message: Message
    subject: str
    partitionkey: str | None
    cause: Envelope | None
    within: str | None
    """The `traceparent` of what makes it."""


def telling(fact: Fact, cause: Envelope | None, within: str | None = None) -> Outgoing:
    """`within` is the span that tells it, where that is not the cause's own."""
    if within is None and cause is not None:
        within = cause.traceparent
    return Outgoing(fact, fact.told_on(), fact.partition_key(), cause, within)


def refusing(refused: Refused, kind: str, major: str, at: datetime) -> Outgoing:
    """The refusal of something posted, addressed to the source that the subject names."""
    heard = refused.heard
    refusal = Refusal(
        source=heard.source,
        kind=kind,
        subject=legible(heard.subject, 1000),
        message_id=heard.envelope.id or None,
        external_id=getattr(heard.body, "external_id", None) or getattr(heard.body, "batch_id", None),
        revision=getattr(heard.body, "revision", None),
        stream_sequence=heard.stream_sequence,
        problems=refused.problems,
        at=at,
    )
    cause = heard.envelope if heard.envelope.id else None
    subject = refusal_subject(heard.source, kind, major)
    return Outgoing(refusal, subject, None, cause, heard.envelope.traceparent)


class Written(NamedTuple):
    """A row of the outbox; `headers` are the block that it is published with, but for its sequence and its end."""

    id: int
    subject: str
    partitionkey: str
    sequence: int | None
    headers: str
    body: bytes
    made: Made | None = None
    """How it was made, where somebody is told of that."""


async def write(
    sql: Sql, service: str, news: Sequence[Outgoing], at: datetime, texts: Texts | None = None
) -> list[Written]:
    """Add the news to the outbox within the caller's transaction; returns their rows. Raises Untellable.

    `texts` has the JSON that the transaction has made of things already. The row of each aggregate, which counts its
    facts, stays locked until the transaction ends.
    """
    if not news:
        return []
    texts = texts or Texts()
    began_ns = time.time_ns() if traces.receiver is not None else None
    wanted = Counter(o.partitionkey for o in news if o.partitionkey is not None)
    left = dict(wanted)
    ids, subjects, keys, after, headers, bodies = [], [], [], [], [], []
    for outgoing in news:
        message_id, key = uuid7(), outgoing.partitionkey
        if key is not None:
            left[key] -= 1
        told = begun(type(outgoing.message), service, message_id, at, key, outgoing.cause, outgoing.within)
        body = texts.dump(outgoing.message)
        _require_tellable(outgoing, told, body)
        ids.append(message_id)
        subjects.append(outgoing.subject)
        keys.append(key or message_id)
        after.append(None if key is None else left[key])
        headers.append(told)
        bodies.append(body)
    counted = sorted(wanted)
    rows = await sql.fetch(
        """
        WITH counted AS (
            INSERT INTO aggregates (partitionkey, sequence)
            SELECT * FROM unnest($7::text[], $8::bigint[])
            ON CONFLICT (partitionkey) DO UPDATE SET sequence = aggregates.sequence + excluded.sequence
            RETURNING partitionkey, sequence
        ), new AS (
            INSERT INTO outbox (message_id, subject, partitionkey, sequence, headers, body)
            SELECT n.message_id, n.subject, n.partitionkey, counted.sequence - n.after, n.headers, n.body
            FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bytea[])
                 WITH ORDINALITY AS n (message_id, subject, partitionkey, after, headers, body, nth)
                 LEFT JOIN counted ON counted.partitionkey = n.partitionkey AND n.after IS NOT NULL
            -- Numbered when all are counted and locked: ids of an aggregate rise with its sequence.
            ORDER BY n.nth
            RETURNING id, partitionkey, sequence
        ), waiting AS (
            INSERT INTO unsent SELECT id, partitionkey FROM new
        )
        SELECT id, sequence FROM new ORDER BY id
        """,
        ids,
        subjects,
        keys,
        after,
        headers,
        bodies,
        counted,
        [wanted[key] for key in counted],
    )
    written = [
        Written(row["id"], subject, key, row["sequence"], told, body)
        for row, subject, key, told, body in zip(rows, subjects, keys, headers, bodies, strict=True)
    ]
    if began_ns is None:
        return written
    return [row._replace(made=Made(one.within, began_ns)) for row, one in zip(written, news, strict=True)]


_MORE_HEADERS = len(ended("", 1))
"""What the sequence and the end come to."""


def _require_tellable(outgoing: Outgoing, headers: str, body: bytes) -> None:
    """Raises Untellable. A stream counts the headers with the body."""
    name = outgoing.message.name
    if not _SUBJECT.match(outgoing.subject):
        raise Untellable(f"{name}: no subject that can be published on")
    size = len(headers) + _MORE_HEADERS
    if size > MAX_HEADER_BYTES or size + len(body) > MAX_MESSAGE_BYTES:
        told = f"headers of {size} bytes and a body of {len(body)}"
        raise Untellable(f"{name}: {told}; a stream takes {MAX_HEADER_BYTES} and together {MAX_MESSAGE_BYTES}")


async def send_again(sql: Sql) -> int:
    """Let the relay send everything that is on record once more; returns how much that is.

    The relay itself puts the rows back, between two waves: nobody else's hand is in what it strikes off.
    """
    await sql.execute("UPDATE told SET stream_made_at = NULL")
    await sql.execute("SELECT pg_notify('outbox_' || current_schema(), $1)", AGAIN)
    count: int = await sql.fetchval("SELECT count(*) FROM outbox")
    return count


async def all_unsent(sql: Sql) -> int:
    """Put everything that is on record back among what is to be sent; returns how much had been struck off."""
    count: int = await sql.fetchval(
        """
        WITH again AS (
            INSERT INTO unsent SELECT id, partitionkey FROM outbox ON CONFLICT (id) DO NOTHING RETURNING id
        )
        SELECT count(*) FROM again
        """
    )
    return count


async def unsent(sql: Sql) -> tuple[int, float]:
    """How many rows wait for the relay, and the age of the oldest in seconds; all, when all are to be told again."""
    row = await sql.fetchrow(
        """
        SELECT CASE WHEN stream_made_at IS NULL THEN (SELECT count(*) FROM outbox)
                    ELSE (SELECT count(*) FROM unsent) END AS rows,
               coalesce(extract(epoch FROM clock_timestamp() - (
                   SELECT made_at FROM outbox WHERE id = (SELECT min(id) FROM unsent)
               )), 0)::float8 AS oldest_s
        FROM told
        """
    )
    return (row["rows"], max(0.0, row["oldest_s"])) if row else (0, 0.0)
