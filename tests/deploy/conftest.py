"""A folder in which a system can be started."""

import shutil

import pytest

from deploy.local.postgres import temporary_home


@pytest.fixture
def home_path():
    """Empty, and reachable for whoever runs PostgreSQL."""
    path = temporary_home()
    yield path
    shutil.rmtree(path, ignore_errors=True)
