"""Prometheus' tools, or the reason why there are none."""

import pytest

from tests.observe.tools import NotToBeHad, tool


@pytest.fixture(scope="session")
def promtool():
    return _had("promtool")


@pytest.fixture(scope="session")
def amtool():
    return _had("amtool")


def _had(name):
    try:
        return tool(name)
    except NotToBeHad as reason:
        pytest.skip(str(reason))
