"""A command that is told to end ends as by Ctrl-C, wherever it is just then."""

import subprocess
import sys

import pytest

COMMAND = """
import asyncio, os, signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # also where whoever runs the tests ignores them
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from cli.session import run

@run
async def command():
    async def say_something():
        os.kill(os.getpid(), signal.{signal})
        print("said", flush=True)
        await asyncio.Event().wait()

    beside = asyncio.create_task(say_something())
    try:
        await asyncio.Event().wait()
    finally:
        print("put away", flush=True)

command()
"""


@pytest.mark.served
@pytest.mark.parametrize("signal", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_in_the_middle_of_a_print_beside_the_main_work_too(signal):
    done = subprocess.run(
        [sys.executable, "-c", COMMAND.format(signal=signal)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "said\nput away\n", "")
