"""One play of the demo for all that is asked of it."""

import shutil

import pytest
from rich.console import Console

from demo.play import playing
from deploy.local.postgres import temporary_home

REPORTS = 300


@pytest.fixture(scope="package")
def played_in():
    """The data directory of the play, with its log; every line of it that there may be."""
    path = temporary_home()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LINZHANG_LOG_LEVEL", "debug")
        environment.setenv("LINZHANG_LOG_FORMAT", "json")
        yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="package")
async def play(played_in):
    """A play that has come to its end on a system that still runs, and the evidence of it."""
    async with playing(played_in, REPORTS, 2020, Console(stderr=True)) as (demo, evidence):
        yield demo, evidence


@pytest.fixture(scope="package")
def evidence(play):
    """What was posted and asked in the play, and what the bus told and answered."""
    return play[1]
