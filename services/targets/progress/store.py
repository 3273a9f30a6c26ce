"""Every statement on reports of progress."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from contracts.language.values import Period
from contracts.targets import ProgressReport
from services.runtime.messages import Heard
from services.runtime.transaction import Transaction
from services.targets.progress.progress import Key, Outcome, ProgressFate, Standing, evidence_of, key_of
from services.targets.target.store import AMOUNTS, amounts_of, save_sums


async def standing(tx: Transaction, keys: Sequence[Key]) -> dict[Key, Standing]:
    """The newest revisions of those reports that have been counted before."""
    rows = await tx.sql.fetch(
        """
        SELECT source, external_id, revision, target_id, reported, mapped, accepted, preserved,
               entity, plot, first_day, last_day, evidence
        FROM reports JOIN unnest($1::text[], $2::text[]) AS asked (source, external_id) USING (source, external_id)
        """,
        *_columns(list(set(keys))),
    )
    return {
        (row["source"], row["external_id"]): Standing(
            row["revision"],
            row["target_id"],
            amounts_of(row),
            row["entity"],
            row["plot"],
            Period(first=row["first_day"], last=row["last_day"]),
            row["evidence"],
        )
        for row in rows
    }


async def save(tx: Transaction, outcomes: Sequence[Outcome]) -> None:
    """Write what became of the reports, the newest revisions and the sums.

    Raises SerializationError where another transaction counted one of the reports meanwhile: handled again, it is
    seen for what it is.
    """
    await tx.sql.execute(
        """
        INSERT INTO fates (source, external_id, revision, target_id, fate, at)
        SELECT *, $6 FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[])
        """,
        *_columns([(*key_of(o.heard), o.heard.body.revision, o.heard.body.target_id, o.fate.value) for o in outcomes]),
        tx.now,
    )
    counting = [o for o in outcomes if o.fate in (ProgressFate.COUNTED, ProgressFate.REVISED)]
    newest: dict[Key, Heard[ProgressReport]] = {key_of(o.heard): o.heard for o in counting}
    if not newest:
        return
    written = await tx.sql.fetch(
        """
        INSERT INTO reports (source, external_id, revision, target_id, entity, plot, first_day, last_day,
                             reported, mapped, accepted, preserved, evidence, counted_at)
        SELECT *, $14 FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[],
                                  $7::date[], $8::date[], $9::numeric[], $10::numeric[], $11::numeric[], $12::numeric[],
                                  $13::bytea[])
        ON CONFLICT (source, external_id) DO UPDATE
        SET revision = excluded.revision, entity = excluded.entity, plot = excluded.plot,
            first_day = excluded.first_day, last_day = excluded.last_day, reported = excluded.reported,
            mapped = excluded.mapped, accepted = excluded.accepted, preserved = excluded.preserved,
            evidence = excluded.evidence, counted_at = excluded.counted_at
        WHERE reports.revision < excluded.revision AND reports.target_id = excluded.target_id
        RETURNING 1
        """,
        *_columns([_report_row(key, one) for key, one in newest.items()]),
        tx.now,
    )
    if len(written) < len(newest):
        raise asyncpg.SerializationError("another transaction has counted one of these reports")
    await save_sums(tx, {o.heard.body.target_id: o.total for o in counting if o.total is not None})


def _report_row(key: Key, heard: Heard[ProgressReport]) -> tuple[object, ...]:
    report = heard.body
    amounts = (getattr(report.amounts, name) for name in AMOUNTS)
    return (
        *key,
        report.revision,
        report.target_id,
        report.entity,
        report.plot,
        report.period.first,
        report.period.last,
        *amounts,
        evidence_of(report),
    )


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    """Rows, of which there is one at least, turned into the parallel arrays that unnest takes."""
    return [list(column) for column in zip(*rows, strict=True)]
