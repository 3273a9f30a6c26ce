"""Containers: an engine, the images, and the system of compose.yaml, each made once for the tests that need it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.containers.composed import Composed

ROOT = Path(__file__).parents[2]
KEEP = bool(os.environ.get("LINZHANG_KEEP"))
"""To look at what is left, once the tests have ended."""
ENGINE = Path(__file__).with_name("engine")

collect_ignore_glob = [] if os.environ.get("LINZHANG_CONTAINERS") else ["test_*.py"]
"""They take an engine and some minutes: `make containers` asks for them."""


@pytest.fixture(scope="session")
def engine():
    """The variables by which the engine is reached, and the images that stand in for others; it ends with the tests."""
    if os.geteuid() != 0:
        pytest.skip("a container engine is started by root alone, and this is not root")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "linzhang" / "containers"
    began = subprocess.run([ENGINE, "up", cache], stdout=subprocess.PIPE, text=True, check=True)
    yield dict(line.split("=", 1) for line in began.stdout.splitlines())
    if not KEEP:
        subprocess.run([ENGINE, "down", cache], check=True)


@pytest.fixture(scope="session")
def images(engine):
    """Builds every image under a version of its own; what has not changed is not built again."""

    def build(version, source=ROOT):
        certificates = os.environ.get("SSL_CERT_FILE", "")
        told = {**os.environ, **engine, "VERSION": version, "CA": certificates}
        bake = ("docker", "buildx", "bake", "--file", "deploy/images/docker-bake.hcl")
        done = subprocess.run(bake, cwd=source, env=told, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True)
        assert done.returncode == 0, done.stdout[-4000:]
        return version

    build("now")
    return build


@pytest.fixture(scope="session")
async def composed(engine, images):
    """The system, up from nothing; taken down with all that it kept."""
    system = Composed(engine, "linzhang-tests", "now")
    system.down()
    system.up()
    try:
        yield system
    finally:
        if not KEEP:
            system.down()
