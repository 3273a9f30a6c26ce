"""Every statement on what was told."""

from __future__ import annotations

from collections.abc import Mapping
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
    """Write down those that are new, with their notices; returns the notices with their ids."""
    keys = sorted(tellings)
    ordered = [tellings[key] for key in keys]
    to_notify = {key: _notices(one) for key, one in zip(keys, ordered, strict=True)}
    notices = [(key, notice_id, to) for key, of_key in to_notify.items() for notice_id, to in of_key]
    rows = await tx.sql.fetch(
        """
        WITH told AS (
            INSERT INTO tellings (message_id, thing_id, about, happened_at, division, fate, title, body, at)
            SELECT *, $9
            FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[],
                        $8::text[])
            ON CONFLICT (message_id) DO NOTHING
            RETURNING id, message_id
        ), notified AS (
            INSERT INTO notices (id, telling_id, post_id, person_id, person_name, unit_id, unit_name, channel)
            SELECT new.id, told.id, post_id, person_id, person_name, unit_id, unit_name, $17
            FROM unnest($10::text[], $11::uuid[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[])
                 WITH ORDINALITY AS new (message_id, id, post_id, person_id, person_name, unit_id, unit_name, nth)
                 JOIN told USING (message_id)
            ORDER BY nth
        )
        SELECT message_id FROM told ORDER BY id
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
        [key for key, _, _ in notices],
        [notice_id for _, notice_id, _ in notices],
        [to.post_id for _, _, to in notices],
        [to.person and to.person.id for _, _, to in notices],
        [to.person and to.person.name for _, _, to in notices],
        [to.unit.id for _, _, to in notices],
        [to.unit.name for _, _, to in notices],
        Channel.IN_APP.value,
    )
    return {row["message_id"]: to_notify[row["message_id"]] for row in rows}


def _notices(telling: Telling) -> list[tuple[UUID, Recipient]]:
    return [(UUID(uuid7()), to) for to in telling.to] if telling.fate is TellingFate.TOLD else []
