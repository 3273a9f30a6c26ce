"""Writes the news of a transaction down, in the order of its aggregates, for the relay to send."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from contracts.language.envelope import Envelope, to_headers
from contracts.language.intake import Refusal, refusal_subject
from contracts.language.message import MAX_HEADER_BYTES, MAX_MESSAGE_BYTES, Fact, Message, dump
from services.runtime.ids import child_of, uuid7
from services.runtime.legible import legible
from services.runtime.messages import Refused
from services.runtime.transaction import Sql

_SUBJECT = re.compile(r"[!-)+-=?-~]{1,1024}\Z")
"""Printable, no blanks, no wildcards; the server's control line of 4,096 bytes holds the reply subject too."""
AGAIN = "again"
"""What the relay is told when everything is to be sent once more."""


class Untellable(ValueError):
    """A message that the bus would never take; it fails the transaction that made it."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to be sent: a fact keeps the order of its aggregate, a refusal stands alone."""

    message: Message
    subject: str
    partitionkey: str | None
    cause: Envelope | None


def telling(fact: Fact, cause: Envelope | None) -> Outgoing:
    return Outgoing(fact, fact.told_on(), fact.partition_key(), cause)


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
    return Outgoing(refusal, refusal_subject(heard.source, kind, major), None, cause)


async def write(sql: Sql, service: str, news: Sequence[Outgoing], at: datetime) -> None:
    """Add the news to the outbox within the caller's transaction. Raises Untellable."""
    if not news:
        return
    last = await _sequences(sql, Counter(o.partitionkey for o in news if o.partitionkey is not None))
    ids, subjects, keys, sequences, headers, bodies = [], [], [], [], [], []
    for outgoing in news:
        message_id = uuid7()
        sequence = None
        if outgoing.partitionkey is not None:
            sequence = last[outgoing.partitionkey]
            last[outgoing.partitionkey] += 1
        cause = outgoing.cause
        envelope = Envelope(
            id=message_id,
            source=service,
            type=outgoing.message.type(),
            time=at,
            dataschema=outgoing.message.schema_urn(),
            sequence=sequence,
            partitionkey=outgoing.partitionkey,
            correlationid=(cause.correlationid or cause.id) if cause else message_id,
            causationid=cause.id if cause else None,
            traceparent=child_of(cause.traceparent if cause else None),
        )
        told, body = orjson.dumps(to_headers(envelope)), dump(outgoing.message)
        _require_tellable(outgoing.subject, told, body)
        ids.append(message_id)
        subjects.append(outgoing.subject)
        keys.append(outgoing.partitionkey or message_id)
        sequences.append(sequence)
        headers.append(told.decode())
        bodies.append(body)
    await sql.execute(
        """
        WITH new AS (
            INSERT INTO outbox (message_id, subject, partitionkey, sequence, headers, body)
            SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bytea[])
            RETURNING id, partitionkey
        )
        INSERT INTO unsent SELECT id, partitionkey FROM new
        """,
        ids,
        subjects,
        keys,
        sequences,
        headers,
        bodies,
    )


def _require_tellable(subject: str, headers: bytes, body: bytes) -> None:
    """Raises Untellable. Headers are no longer on the wire than here, and a stream counts them with the body."""
    if not _SUBJECT.match(subject):
        raise Untellable(f"{legible(subject, 200)}: no subject that can be published on")
    if len(headers) > MAX_HEADER_BYTES or len(headers) + len(body) > MAX_MESSAGE_BYTES:
        told = f"headers of {len(headers)} bytes and a body of {len(body)}"
        raise Untellable(f"{subject}: {told}; a stream takes {MAX_HEADER_BYTES} and together {MAX_MESSAGE_BYTES}")


async def _sequences(sql: Sql, wanted: Counter[str]) -> dict[str, int]:
    """The first new sequence of each aggregate; its row stays locked until the transaction ends."""
    if not wanted:
        return {}
    keys = sorted(wanted)
    rows = await sql.fetch(
        """
        INSERT INTO aggregates (partitionkey, sequence)
        SELECT * FROM unnest($1::text[], $2::bigint[])
        ON CONFLICT (partitionkey) DO UPDATE SET sequence = aggregates.sequence + excluded.sequence
        RETURNING partitionkey, sequence
        """,
        keys,
        [wanted[key] for key in keys],
    )
    return {row["partitionkey"]: row["sequence"] - wanted[row["partitionkey"]] + 1 for row in rows}


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
