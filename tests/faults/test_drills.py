"""Whatever is lost, nothing that was acknowledged stays lost, nothing is done twice, and no number goes back."""

import pytest

from tests.faults.drills import play

pytestmark = [pytest.mark.served, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.mark.parametrize("drill", ["bus", "database", "all"])
async def test_a_system_comes_back_from_every_loss(drill):
    told = await play(drill, 4.0)
    assert told.acknowledged > 50
    assert (told.lost, told.doubled, told.numbers_back) == (0, 0, 0)
    if drill == "database":
        assert told.lost_before_repeat == 0, "what was posted and is on the bus is taken again"
