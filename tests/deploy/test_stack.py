"""The embedded system after a crash of the whole, and with wrong files in its directory."""

import os
import signal

from clients.python.bus import connected
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.targets import PlanShown, SetTarget, ShowPlan, Target
from deploy.local.home import Home
from deploy.nats.users import Department, Integrator
from tests.cli.conftest import Up
from tests.runtime.test_service import TARGET
from tests.waiting import until


async def plan(run):
    async with connected(run.url(OPERATOR), OPERATOR) as operator:
        return [
            one.target.id for one in (await operator.ask(ShowPlan(year=2020), OPERATOR, UNKNOWN, PlanShown)).targets
        ]


async def test_after_a_crash_of_the_supervisor_the_next_start_stops_what_is_left_and_finds_the_data(home_path):
    first = await Up(home_path).start()
    run = Home(home_path).running()
    async with connected(run.url(OPERATOR), OPERATOR) as operator:
        await operator.ask(SetTarget(target=TARGET), OPERATOR, UNKNOWN, Target)
    await first.end("kill")
    assert [name for name in run.pids if not run.lives(name)] == ["supervisor"]
    second = await Up(home_path).start()
    again = Home(home_path).running()
    assert not any(run.lives(name) for name in run.pids)
    assert await plan(again) == [TARGET["id"]]
    assert (run.passwords[OPERATOR], set(run.pids)) == (again.passwords[OPERATOR], set(again.pids))
    await second.end()
    assert not any(again.lives(name) for name in again.pids)


async def test_what_ends_is_started_again_and_a_new_user_is_taken_up_while_it_runs(home_path):
    up = await Up(home_path).start()
    home = Home(home_path)
    run = home.running()
    for name in ("targets", "nats"):
        os.kill(run.pids[name], signal.SIGKILL)

    async def again():
        now = home.running()
        return all(now.pids[name] != run.pids[name] for name in ("targets", "nats"))

    await until(again)
    home.users_file.add(Integrator("late"))

    async def taken_up():
        return "late" in home.running().passwords

    await until(taken_up)

    async def answers():
        try:
            return await plan(home.running()) == []
        except Exception:
            return False

    await until(answers, within_s=40)
    async with connected(home.running().url("late"), "late") as late:
        assert late.client.is_connected
    await up.end()


def test_the_private_files_are_readable_by_their_owner_alone(tmp_path):
    home = Home(tmp_path)
    users = home.users()
    users.password("acme")
    home.keep_passwords(users)
    home.users_file.write(())
    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("passwords.json", "users.json", "users.lock"), "0o600")


def test_users_are_read_back_as_they_were_stated(tmp_path):
    from contracts.cases import CaseOpened
    from contracts.language.division import Division

    stated = (Department("police", (CaseOpened,), Division("360222000000")), Integrator("acme"))
    home = Home(tmp_path)
    home.users_file.write(stated)
    assert home.outsiders() == stated
