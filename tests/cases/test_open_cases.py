"""How many cases are open, by state, as it is measured."""

from prometheus_client import REGISTRY

from contracts.cases import AssignCase, DismissCase, VerifyCase
from services.cases.case import clock as case_clock
from services.cases.case import store
from tests.cases.book import ask, opened
from tests.cases.county import STATION, incident

OPEN_STATES = ["registered", "verified", "assigned", "rectifying", "submitted", "accepted", "on_notice", "relapsed"]


async def measured(tx):
    """The states with any case in them, once each state in which somebody must act is there."""
    await case_clock.measure(tx)
    found = {state: REGISTRY.get_sample_value("linzhang_open_cases", {"state": state}) for state in OPEN_STATES}
    assert None not in found.values()
    return {state: count for state, count in found.items() if count}


async def test_cases_are_counted_in_the_state_in_which_they_are_and_not_when_nobody_must_act(tx):
    assert await measured(tx) == {}
    ids = [fact.case.ref.id for fact in await opened(tx, *(incident(n) for n in range(1, 5)))]
    assert await measured(tx) == {"registered": 4}
    for id in ids[:3]:
        await ask(tx, VerifyCase(case_id=id))
    await ask(tx, AssignCase(case_id=ids[0], unit=STATION, due_on="2020-07-01"))
    await ask(tx, DismissCase(case_id=ids[3], reason="无此事"))
    assert await measured(tx) == {"verified": 2, "assigned": 1}


async def test_closed_cases_are_not_met_when_open_ones_are_counted(tx):
    """Ten thousand closed ones beside one that is open: the plan reads the index of open ones, and no case."""
    await opened(tx, incident(1))
    await tx.sql.execute(
        """
        INSERT INTO cases (id, incident_id, number, campaign, kind, division, state, opened_at, body)
        SELECT gen_random_uuid(), gen_random_uuid(), 'n' || n, campaign, kind, division, 'closed', opened_at, body
        FROM cases, generate_series(1, 10000) AS n
        """
    )
    await tx.sql.execute("ANALYZE cases")
    plan = [row[0] for row in await tx.sql.fetch(f"EXPLAIN {store.OPEN_BY_STATE}")]
    assert [line for line in plan if "Scan" in line and "cases_open" not in line] == []
    assert any("Index Only Scan using cases_open on cases" in line for line in plan), plan
