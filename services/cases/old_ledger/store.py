"""Every statement on which row a case was taken from."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from contracts.cases import Case
from services.runtime.transaction import Transaction


async def name_import(tx: Transaction, rows: Sequence[tuple[Case, bytes]]) -> None:
    """Which row of which old ledger each case was taken from."""
    await tx.sql.execute(
        """
        UPDATE cases SET source = new.source, external_id = new.external_id, digest = new.digest
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[]) AS new (id, source, external_id, digest)
        WHERE cases.id = new.id
        """,
        [UUID(case.ref.id) for case, _ in rows],
        [case.source for case, _ in rows],
        [case.external_id for case, _ in rows],
        [digest for _, digest in rows],
    )


async def digests(tx: Transaction, case_ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """What the imported ones of these cases were read from."""
    rows = await tx.sql.fetch("SELECT id, digest FROM cases WHERE id = ANY($1::uuid[])", case_ids)
    return {row["id"]: row["digest"] for row in rows}
