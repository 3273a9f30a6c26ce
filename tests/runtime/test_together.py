"""What is told to stop stops, also where a wait has forgotten that it was told."""

import asyncio

import pytest

from clients.python.together import ended, side_by_side, to_its_end


class Forgetful:
    """A work that goes round and round, told to stop just when what it waits for comes: on Python 3.11 it goes on."""

    def __init__(self):
        self.begun = asyncio.Event()
        self.rounds = 0

    async def run(self):
        while True:
            self.rounds += 1
            self.coming = asyncio.get_running_loop().create_future()
            self.begun.set()
            await asyncio.wait_for(self.coming, 60)

    def told(self, task):
        """Both in one turn of the loop: what it waits for, and that it is to stop."""
        self.coming.set_result(None)
        task.cancel()


async def test_a_work_that_has_forgotten_that_it_was_told_to_stop_is_told_again():
    work = Forgetful()
    task = asyncio.create_task(work.run())
    await work.begun.wait()
    work.told(task)
    await ended((task,))
    assert task.cancelled()


async def test_side_by_side_ends_with_each_work_ended_also_where_one_forgets():
    """The whole is told in the very turn in which the one that forgets has what it waits for."""
    before, forgetful, other = asyncio.all_tasks(), Forgetful(), Forgetful()
    whole = asyncio.create_task(side_by_side(forgetful.run(), other.run()))
    await forgetful.begun.wait()
    await other.begun.wait()
    whole.cancel()
    await asyncio.sleep(0)  # it has been told, and tells its works in its next turn
    forgetful.coming.set_result(None)
    with pytest.raises(asyncio.CancelledError):
        await whole
    assert asyncio.all_tasks() == before


async def test_what_one_work_raises_comes_out_when_the_others_have_ended():
    seen = []

    async def fails():
        raise ValueError("no")

    async def cleans_up():
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            seen.append("clean")

    with pytest.raises(ValueError, match="no"):
        await side_by_side(fails(), cleans_up())
    assert seen == ["clean"]


async def test_one_that_ends_well_ends_the_others():
    before, stop = asyncio.all_tasks(), asyncio.Event()
    stop.set()
    forgetful = Forgetful()
    await side_by_side(forgetful.run(), stop.wait())
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("times", [1, 3])
async def test_what_must_come_to_its_end_does_however_often_its_owner_is_cancelled(times):
    begun, go, done = asyncio.Event(), asyncio.Event(), []

    async def work():
        begun.set()
        await go.wait()
        done.append(True)

    owner = asyncio.create_task(to_its_end(work()))
    await begun.wait()
    for _ in range(times):
        owner.cancel()
        await asyncio.sleep(0)
    assert not owner.done()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await owner
    assert done == [True]


async def test_whoever_ends_works_is_not_cut_short_and_still_knows_that_it_was_told():
    begun, go, seen = asyncio.Event(), asyncio.Event(), []

    async def clean_up():
        await go.wait()
        seen.append("clean")

    async def works():
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await to_its_end(clean_up())

    task = asyncio.create_task(works())
    await begun.wait()
    ending = asyncio.create_task(ended((task,)))
    await asyncio.sleep(0)
    ending.cancel()
    await asyncio.sleep(0)
    assert not ending.done()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert seen == ["clean"]


async def test_what_fails_at_its_end_says_so():
    async def work():
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        await to_its_end(work())
