"""Every statement on the list of causes."""

from __future__ import annotations

from contracts.cases import CauseNamed
from services.cases.law.campaign import Causes, read
from services.runtime.reference.view import View
from services.runtime.sql import Sql
from services.runtime.transaction import Transaction


async def load_causes(sql: Sql) -> Causes:
    rows = await sql.fetch("SELECT cause, words, words_en FROM causes ORDER BY cause")
    stated = {cause: tuple(words) for cause, words in read("causes.json").items()}
    return {**stated, **{row["cause"]: (row["words"], row["words_en"]) for row in rows}}


CAUSES = View(load_causes)


async def add_cause(tx: Transaction, named: CauseNamed) -> None:
    await tx.sql.execute(
        "INSERT INTO causes (cause, words, words_en) VALUES ($1, $2, $3)", named.cause, named.words, named.words_en
    )
