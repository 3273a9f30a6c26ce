"""Whatever the order and repetition in which a round and its points arrive, what is kept and judged is the same."""

import asyncio
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.patrol.areas_and_reports import NOW
from tests.patrol.rounds import BEGIN, MINUTE, RANGER, batch, fixes, ground, only, report, reports, ticks

WAY = fixes(BEGIN, metres_walked=2400)
BROKEN = [
    {**WAY[5], "lon": 0.0, "lat": 0.0},
    {**WAY[9], "lat": "north"},
    {**WAY[20], "accuracy_m": 5000},
    {"lon": 117.02},
]
PIECES = st.lists(
    st.tuples(st.integers(0, len(WAY) - 1), st.integers(1, 60), st.sets(st.integers(0, len(BROKEN) - 1), max_size=2)),
    min_size=1,
    max_size=5,
)
"""From which point of the way, how many, and what is broken beside them."""
LATER = NOW + timedelta(days=3)
"""When no more is waited for."""


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(PIECES, st.booleans(), st.randoms(use_true_random=False))
def test_what_is_kept_and_judged_is_the_same_in_any_order_and_however_often_it_arrives(dsn, pieces, whole, draw):
    pieces = [*pieces, (0, len(WAY), set())] if whole else pieces
    sent = [
        batch(f"b-{n}", WAY[first : first + count] + [BROKEN[one] for one in sorted(broken)])
        for n, (first, count, broken) in enumerate(pieces)
    ]
    sent += [report("w-1", "begin", BEGIN), report("w-1", "end", BEGIN + 40 * MINUTE)]
    again = [*sent, *draw.choices(sent, k=len(sent))]
    draw.shuffle(again)
    looks = [draw.random() < 0.3 for _ in again]

    async def comes_to(arriving, looked):
        async with ground(dsn, RANGER) as tx:
            for one, looks_now in zip(arriving, looked, strict=True):
                await reports(tx, one)
                if looks_now:
                    await ticks(tx)
            await ticks(tx, NOW, LATER)
            kept = await tx.sql.fetch("SELECT at, lon, lat FROM points ORDER BY at")
            return await only(tx), [tuple(one) for one in kept]

    patrol, kept = asyncio.run(comes_to(sent, [False] * len(sent)))
    assert asyncio.run(comes_to(again, looks)) == (patrol, kept)
    walked = {n for first, count, _ in pieces for n in range(first, min(first + count, len(WAY)))}
    assert [round(lon, 7) for _, lon, _ in kept] == [round(WAY[n]["lon"], 7) for n in sorted(walked)]
    assert patrol.verdict.measured.fixes == len(walked)
    if whole:
        assert patrol.verdict.state == "valid"
    if max(walked) - min(walked) < 2000 / 30:
        assert patrol.verdict.state == "invalid"
