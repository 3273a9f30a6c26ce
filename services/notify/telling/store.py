"""Every statement on what was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.language.division import Division
from contracts.notify import Channel
from services.notify.audience.audience import Recipient
from services.notify.telling.telling import TellingFate
from services.runtime.ids import uuid7
from services.runtime.transaction import Transaction

Key = str
"""The `ce-id` of the fact: what makes it one thing to tell, however often it is told."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing that could be told, in its words."""

    thing_id: str
    about: str
    happened_at: datetime
    division: Division
    fate: TellingFate
    title: str
    body: str
    to: tuple[Recipient, ...]


async def add(tx: Transaction, tellings: Mapping[Key, Telling]) -> dict[Key, list[tuple[UUID, Recipient]]]:
    """Write down those that are new; returns their notices with their ids."""
    keys = sorted(tellings)
    ordered = [tellings[key] for key in keys]
    rows = await tx.sql.fetch(
        """
        INSERT INTO tellings (message_id, thing_id, about, happened_at, division, fate, title, body, at)
        SELECT *, $9
        FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[],
                    $8::text[])
        ON CONFLICT (message_id) DO NOTHING
        RETURNING id, message_id
        """,
        keys,
        [one.thing_id for one in ordered],
        [one.about for one in ordered],
        [one.happened_at for one in ordered],
        [one.division for one in ordered],
        [one.fate.value for one in ordered],
        [one.title for one in ordered],
        [one.body for one in ordered],
        tx.now,
    )
    added: dict[Key, list[tuple[UUID, Recipient]]] = {}
    notices = []
    for row in rows:
        key = row["message_id"]
        telling = tellings[key]
        added[key] = [(UUID(uuid7()), to) for to in telling.to] if telling.fate is TellingFate.TOLD else []
        notices += [(notice_id, row["id"], to) for notice_id, to in added[key]]
    await _add_notices(tx, notices)
    return added


async def _add_notices(tx: Transaction, notices: Sequence[tuple[UUID, int, Recipient]]) -> None:
    await tx.sql.execute(
        """
        INSERT INTO notices (id, telling_id, post_id, person_id, person_name, unit_id, unit_name, channel)
        SELECT *, $8
        FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
        """,
        [notice_id for notice_id, _, _ in notices],
        [telling_id for _, telling_id, _ in notices],
        [to.post_id for _, _, to in notices],
        [to.person and to.person.id for _, _, to in notices],
        [to.person and to.person.name for _, _, to in notices],
        [to.unit.id for _, _, to in notices],
        [to.unit.name for _, _, to in notices],
        Channel.IN_APP.value,
    )
