"""Every statement on what directives need of the roster, and on the cases of their items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from contracts.cases import CaseFact, CaseState
from contracts.language.values import CaseRef, day_of
from contracts.roster import IssuedDirective, Post, Register, Way
from services.roster.directive.directive import Around, Fate, number_of
from services.roster.register.record import offices_of
from services.roster.register.rules import first_ids
from services.runtime.messages import Heard
from services.runtime.reference.posts import stands_on
from services.runtime.transaction import Transaction


async def around(tx: Transaction, directives: Sequence[IssuedDirective]) -> Around:
    """What the rules of directives look at."""
    today = day_of(tx.now)
    items = [item for one in directives for item in one.items]
    rows = await tx.sql.fetch(
        "SELECT body FROM posts WHERE id = ANY($1::text[]) OR body->'unit'->>'id' = ANY($2::text[])",
        sorted({one.issuer_post_id for one in directives}),
        sorted({item.unit.id for item in items}),
    )
    posts = [Post.model_validate_json(row["body"]) for row in rows]
    offices = await offices_of(tx, {item.division for item in items}, today)
    papers = await tx.sql.fetch(
        "SELECT id, body->>'way' AS way FROM entries WHERE register = $1 AND id = ANY($2::text[])",
        Register.CORRESPONDENCE,
        sorted({one.answers for one in directives if one.answers}),
    )
    alike = await tx.sql.fetch(
        """
        SELECT body FROM entries
        WHERE register = $1 AND body->>'issuer_post_id' = ANY($2::text[]) AND body->>'number' = ANY($3::text[])
        ORDER BY id
        """,
        Register.DIRECTIVE,
        sorted({one.issuer_post_id for one in directives}),
        sorted({one.number for one in directives}),
    )
    standing = [IssuedDirective.model_validate_json(row["body"]) for row in alike]
    return Around(
        issuers={post.id: post for post in posts},
        units={post.unit.id for post in posts if stands_on(post, today)},
        places={division for division, office in offices.items() if office is not None},
        ways={row["id"]: Way(row["way"]) for row in papers},
        numbers=first_ids(directives, standing, number_of),
    )


async def keep_cases(tx: Transaction, heard: Collection[Heard[CaseFact]]) -> None:
    """How cases of directives stand; of two facts of one case the later one counts, in whichever order they come."""
    newest = {one.body.case.ref.id: one for one in sorted(heard, key=lambda one: one.envelope.sequence or 0)}
    cases = [newest[id].body.case for id in sorted(newest)]
    await tx.sql.execute(
        """
        INSERT INTO item_cases (case_id, sequence, state, ref, into_id, into_ref, closed_on, directive_id, item)
        SELECT case_id, sequence, state, ref::jsonb, into_id, into_ref::jsonb, closed_on, directive_id, item
        FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::date[], $8::text[],
                    $9::text[])
             AS new (case_id, sequence, state, ref, into_id, into_ref, closed_on, directive_id, item)
        ON CONFLICT (case_id) DO UPDATE
        SET sequence = excluded.sequence, state = excluded.state, into_id = excluded.into_id,
            into_ref = excluded.into_ref, closed_on = excluded.closed_on
        WHERE item_cases.sequence < excluded.sequence
        """,
        [UUID(case.ref.id) for case in cases],
        [newest[case.ref.id].envelope.sequence or 0 for case in cases],
        [case.state for case in cases],
        [case.ref.model_dump_json() for case in cases],
        [UUID(case.merged_into.id) if case.merged_into else None for case in cases],
        [case.merged_into.model_dump_json() if case.merged_into else None for case in cases],
        [case.closed_on for case in cases],
        [case.item.directive_id if case.item else None for case in cases],
        [case.item.item if case.item else None for case in cases],
    )


async def directives_of(tx: Transaction, case_ids: Collection[str]) -> dict[str, set[str]]:
    """The directives of whose items these are the cases, or were merged into these: the cases heard, by directive."""
    rows = await tx.sql.fetch(
        """
        WITH RECURSIVE above AS (
            SELECT case_id, case_id AS heard_id, directive_id FROM item_cases WHERE case_id = ANY($1::uuid[])
            UNION
            SELECT item_cases.case_id, above.heard_id, item_cases.directive_id
            FROM item_cases JOIN above ON item_cases.into_id = above.case_id
        )
        SELECT directive_id, heard_id FROM above WHERE directive_id IS NOT NULL
        """,
        [UUID(id) for id in case_ids],
    )
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row["directive_id"]].add(str(row["heard_id"]))
    return found


async def fates(tx: Transaction, directive_ids: Collection[str]) -> dict[str, dict[str, Fate]]:
    """How the cases of items stand, by directive and item: of a merged one, the survivor's."""
    rows = await tx.sql.fetch(
        """
        WITH RECURSIVE way AS (
            SELECT directive_id, item, state, ref, into_id, into_ref, closed_on, 1 AS step FROM item_cases
            WHERE directive_id = ANY($1::text[])
            UNION ALL
            SELECT way.directive_id, way.item, next.state, next.ref, next.into_id, next.into_ref, next.closed_on,
                   way.step + 1
            FROM way JOIN item_cases AS next ON next.case_id = way.into_id
        )
        SELECT DISTINCT ON (directive_id, item) directive_id, item, state, COALESCE(into_ref, ref) AS ref, closed_on
        FROM way ORDER BY directive_id, item, step DESC
        """,
        sorted(directive_ids),
    )
    found: dict[str, dict[str, Fate]] = defaultdict(dict)
    for row in rows:
        case = CaseRef.model_validate_json(row["ref"])
        found[row["directive_id"]][row["item"]] = Fate(case, CaseState(row["state"]), row["closed_on"])
    return found


async def issuer(tx: Transaction, post_id: str) -> Post:
    return Post.model_validate_json(await tx.sql.fetchval("SELECT body FROM posts WHERE id = $1", post_id))
