"""A law is shown as it stands, and a text is taken up in its place: shown first, confirmed, told, once."""

import json
from datetime import UTC, date, datetime

import asyncpg
import pytest

from contracts.every_service import ShowLaws, TakeUpLaw
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.patrol import IncidentKind
from services.patrol.incident.near import NEAR
from services.patrol.service import patrol
from services.runtime.answering.laws import answering_of
from services.runtime.problem import Problem
from services.runtime.reference.view import Views
from services.runtime.service import Service, WiringDiffers
from services.runtime.transaction import Transaction
from tests.servers import NOW, migrated, transaction
from tests.telling import asking

ANSWERS = answering_of("patrol", patrol.laws)
SOURCE = NEAR.shipped.newest.source
WIDER = NEAR.shipped_text.replace('"within_m": 200', '"within_m": 300')
AMENDED = json.dumps(
    json.loads(NEAR.shipped_text)
    | {
        "amendments": [
            {"from_on": "2020-05-01", "version": "2020-2", "source": "县办〔2020〕3号", "default": {"within_m": 50}}
        ]
    }
)


@pytest.fixture(scope="module")
async def dsn():
    return await migrated("patrol")


@pytest.fixture
async def tx(dsn):
    async with transaction(dsn) as tx:
        yield tx


async def ask(tx, command, actor=OPERATOR):
    return await ANSWERS[type(command)](tx, asking(command, actor, UNKNOWN, tx.now))


async def taken_up(tx, text):
    """The answer to a text that is confirmed as shown."""
    shown = (await ask(tx, TakeUpLaw(text=text))).body
    return await ask(tx, TakeUpLaw(text=text, confirm=shown.confirm))


async def refused(tx, command, actor=OPERATOR):
    with pytest.raises(Problem) as problem:
        await ask(tx, command, actor)
    return problem.value


@pytest.mark.parametrize("command", [ShowLaws(), TakeUpLaw(text=WIDER)], ids=lambda command: command.name)
async def test_nobody_but_the_operator_is_answered(tx, command):
    problem = await refused(tx, command, "zhang")
    assert (problem.status, problem.word) == (403, "not-the-operator")


async def test_until_a_text_is_taken_up_the_one_shipped_is_in_force(tx):
    (near,) = [one for one in (await ask(tx, ShowLaws())).body.laws if one.law == "patrol.near"]
    assert (near.taken_up_by, near.taken_up_at, near.text) == (None, None, None)
    assert [(one.version, one.from_on) for one in near.versions] == [("2020-1", None)]
    (asked,) = (await ask(tx, ShowLaws(law="patrol.near"))).body.laws
    assert (asked.text, asked.digest) == (NEAR.shipped_text, near.digest)


async def test_without_confirmation_it_is_only_said_what_would_change(tx):
    answer = await ask(tx, TakeUpLaw(text=AMENDED))
    assert [(one.path, one.before, one.after, one.from_on, one.to_on) for one in answer.body.changes] == [
        ("default.within_m", "200.0", "50.0", date(2020, 5, 1), None),
        ("source", json.dumps(SOURCE, ensure_ascii=False), '"县办〔2020〕3号"', date(2020, 5, 1), None),
        ("version", '"2020-1"', '"2020-2"', date(2020, 5, 1), None),
    ]
    assert (answer.body.taken_up, answer.news) == (False, ())
    assert await tx.sql.fetchval("SELECT count(*) FROM laws") == 0


async def test_what_is_confirmed_is_in_force_and_told_with_who_and_when(tx):
    answer = await taken_up(tx, AMENDED)
    (told,) = answer.news
    assert (told.name, told.law, told.by, told.at) == ("patrol.law_taken_up.v1", "patrol.near", OPERATOR, NOW)
    assert (told.digest, told.changes) == (answer.body.digest, answer.body.changes)
    law = await tx.see(NEAR.view)
    reaches = [law.on(day).reach(IncidentKind.FIRE).within_m for day in (date(2020, 4, 30), date(2020, 5, 1))]
    assert reaches == [200, 50]
    (shown,) = (await ask(tx, ShowLaws(law="patrol.near"))).body.laws
    assert (shown.text, shown.taken_up_by, shown.taken_up_at) == (AMENDED, OPERATOR, NOW)


async def test_what_it_says_of_days_gone_by_was_not_known_before_it_was_taken_up(tx):
    await taken_up(tx, AMENDED)
    (shown,) = (await ask(tx, ShowLaws(law="patrol.near"))).body.laws
    assert [(one.from_on, one.known_from) for one in shown.versions] == [
        (None, None),
        (date(2020, 5, 1), date(2020, 6, 15)),
    ]


async def test_it_has_been_known_since_the_day_in_china(dsn):
    async with transaction(dsn, datetime(2020, 6, 15, 16, 0, tzinfo=UTC)) as tx:
        await taken_up(tx, AMENDED)
        assert (await tx.see(NEAR.view)).at(date(2020, 7, 1)).known_from == date(2020, 6, 16)


async def test_every_text_that_was_taken_up_stays_on_record(tx):
    for text in (AMENDED, WIDER):
        await taken_up(tx, text)
    rows = await tx.sql.fetch("SELECT law, number, text, taken_up_by, taken_up_at FROM laws ORDER BY number")
    assert [tuple(row) for row in rows] == [
        ("patrol.near", 1, AMENDED, OPERATOR, NOW),
        ("patrol.near", 2, WIDER, OPERATOR, NOW),
    ]
    assert (await tx.see(NEAR.view)).newest.default.within_m == 300


async def test_of_two_who_look_at_once_the_later_is_told_that_it_is_not_what_was_shown(tx):
    first, second = [(await ask(tx, TakeUpLaw(text=text))).body for text in (AMENDED, WIDER)]
    await ask(tx, TakeUpLaw(text=AMENDED, confirm=first.confirm))
    problem = await refused(tx, TakeUpLaw(text=WIDER, confirm=second.confirm))
    assert (problem.status, problem.word) == (409, "not-what-was-shown")
    assert (await tx.see(NEAR.view)).newest.default.within_m == 50


async def test_a_confirmation_of_one_text_is_none_of_another(tx):
    shown = (await ask(tx, TakeUpLaw(text=AMENDED))).body
    assert (await refused(tx, TakeUpLaw(text=WIDER, confirm=shown.confirm))).word == "not-what-was-shown"


@pytest.mark.served
async def test_of_two_who_take_up_at_once_one_waits_and_is_undone():
    """It is asked again by the runtime, as any command that another transaction was in the way of."""
    dsn = await migrated("patrol")
    one, other = [await asyncpg.connect(dsn) for _ in range(2)]
    try:
        async with other.transaction():
            later = Transaction(other, NOW, Views())
            shown = (await ask(later, TakeUpLaw(text=WIDER))).body
            async with one.transaction():
                await taken_up(Transaction(one, NOW, Views()), AMENDED)
            problem = await refused(later, TakeUpLaw(text=WIDER, confirm=shown.confirm))
            assert problem.word == "not-what-was-shown"
        with pytest.raises(asyncpg.UniqueViolationError):
            await other.execute("INSERT INTO laws VALUES ('patrol.near', 1, '{}', 'operator', now())")
    finally:
        await one.close()
        await other.close()


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ("{\n", [("body", "json_invalid", "2")]),
        ('{"law": "patrol.far"}', [("law", "one_of", "1")]),
        (WIDER.replace("300", '"300"'), [("default.within_m", "float_type", "5")]),
        (WIDER.replace('"kinds"', '"kind"'), [("kinds", "missing", "1"), ("kind", "extra_forbidden", "6")]),
    ],
)
async def test_a_text_that_breaks_a_rule_is_refused_with_line_field_and_rule(tx, text, errors):
    problem = await refused(tx, TakeUpLaw(text=text))
    found = [(one["field"], one["code"], one["line"]) for one in problem.reply("m").errors]
    assert (problem.status, found) == (422, errors)


async def test_a_service_has_no_law_but_its_own(tx):
    problem = await refused(tx, ShowLaws(law="cases.rules"))
    assert [(one["field"], str(one["rule"])) for one in problem.errors] == [
        ("law", "must be one of: " + ", ".join(one.name for one in patrol.laws))
    ]


def test_a_service_does_not_start_with_other_laws_than_are_published():
    with pytest.raises(WiringDiffers, match=r"the law patrol\.near is not as contracts/law/table\.py says"):
        Service("patrol").check()
