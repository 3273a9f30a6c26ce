"""One play of the demo for all that is asked of its books."""

import shutil

import pytest
from rich.console import Console

from cli.demo.play import playing
from deploy.local.postgres import temporary_home

REPORTS = 300


@pytest.fixture(scope="module")
async def evidence():
    """What was posted and asked in a play, and what the bus told and answered."""
    path = temporary_home()
    try:
        async with playing(path, REPORTS, 2020, Console(stderr=True)) as (_, evidence):
            yield evidence
    finally:
        shutil.rmtree(path, ignore_errors=True)
