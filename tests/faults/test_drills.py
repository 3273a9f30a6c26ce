"""Whatever is lost, nothing that was acknowledged stays lost, nothing is done twice, and no number goes back."""

import pytest

from tests.faults.drills import play

pytestmark = [pytest.mark.served, pytest.mark.slow, pytest.mark.timeout(900)]


async def test_a_system_comes_back_from_the_loss_of_its_database_the_other_drills_are_the_soaks():
    told = await play("database", 2.0)
    assert told.acknowledged > 20
    assert told.wrong() == {}
