"""Every statement on the letters of the ladder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from uuid import UUID

from contracts.cases import Case, Letter
from services.runtime.transaction import Transaction


async def letters(tx: Transaction, case_ids: Iterable[str]) -> dict[str, list[Letter]]:
    """The letters issued about each case, the first first."""
    ids = list(case_ids)
    rows = await tx.sql.fetch(
        "SELECT case_id, body FROM letters WHERE case_id = ANY($1::uuid[]) ORDER BY issued_on, rung, id", ids
    )
    found: dict[str, list[Letter]] = {id: [] for id in ids}
    for row in rows:
        found[str(row["case_id"])].append(Letter.model_validate_json(row["body"]))
    return found


@dataclass(frozen=True, slots=True)
class Paper:
    """What goes to one addressee in one campaign, on one day and rung."""

    office_id: str
    to_id: str
    campaign: str
    rung: str
    issued_on: date


async def counted(tx: Transaction, papers: Iterable[Paper]) -> dict[Paper, int]:
    """Each paper's number in its office's book of the year: the one it has, or the next; the books stay locked."""
    wanted = list(set(papers))
    if not wanted:
        return {}
    books = sorted({(one.office_id, one.issued_on.year) for one in wanted})
    await tx.sql.execute(
        """
        INSERT INTO letter_books (office_id, year) SELECT * FROM unnest($1::text[], $2::smallint[])
        ON CONFLICT (office_id, year) DO UPDATE SET year = excluded.year
        """,
        *map(list, zip(*books, strict=True)),
    )
    columns = [list(column) for column in zip(*map(astuple, wanted), strict=True)]
    await tx.sql.execute(
        """
        INSERT INTO papers (office_id, year, n, to_id, campaign, rung, issued_on)
        SELECT office_id, year,
               (
                   SELECT coalesce(max(n), 0) FROM papers
                   WHERE (papers.office_id, papers.year) = (new.office_id, new.year)
               ) + row_number() OVER (PARTITION BY office_id, year ORDER BY campaign, rung, to_id, issued_on),
               to_id, campaign, rung, issued_on
        FROM (
            SELECT *, extract(year FROM issued_on)::smallint AS year
            FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[])
                AS stated (office_id, to_id, campaign, rung, issued_on)
            WHERE NOT EXISTS (
                SELECT FROM papers
                WHERE (papers.office_id, papers.to_id, papers.campaign, papers.rung, papers.issued_on)
                    = (stated.office_id, stated.to_id, stated.campaign, stated.rung, stated.issued_on)
            )
        ) AS new
        """,
        *columns,
    )
    rows = await tx.sql.fetch(
        """
        SELECT office_id, to_id, campaign, rung, issued_on, n
        FROM papers JOIN unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[])
            AS stated (office_id, to_id, campaign, rung, issued_on) USING (office_id, to_id, campaign, rung, issued_on)
        """,
        *columns,
    )
    return {Paper(*paper): n for *paper, n in rows}


async def put_letters(tx: Transaction, letters: Sequence[tuple[Case, Letter]]) -> None:
    """Write letters, or what became of them."""
    await tx.sql.executemany(
        """
        INSERT INTO letters (id, case_id, about, rung, due_on, issued_on, number, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (id) DO UPDATE SET body = excluded.body
        """,
        [
            (
                one.id,
                UUID(case.ref.id),
                one.about,
                one.rung,
                one.due_on,
                one.issued_on,
                one.number,
                one.model_dump_json(),
            )
            for case, one in letters
        ],
    )


async def on_paper(tx: Transaction, letter: Letter) -> list[tuple[Case, Letter]]:
    """What was issued under the number of a letter, with the cases as they stand; by the cases' numbers."""
    rows = await tx.sql.fetch(
        """
        SELECT cases.body AS case, letters.body AS letter FROM letters JOIN cases ON cases.id = letters.case_id
        WHERE letters.number = $1 AND letters.body -> 'office' ->> 'id' = $2 ORDER BY cases.number, letters.about
        """,
        letter.number,
        letter.office.id,
    )
    return [(Case.model_validate_json(row["case"]), Letter.model_validate_json(row["letter"])) for row in rows]


async def next_on_ladder(tx: Transaction, days: Mapping[str, date | None]) -> None:
    """When the ladder must look at each case again."""
    await tx.sql.execute(
        """
        UPDATE cases SET ladder_on = new.day FROM unnest($1::uuid[], $2::date[]) AS new (id, day)
        WHERE cases.id = new.id
        """,
        list(days),
        list(days.values()),
    )
