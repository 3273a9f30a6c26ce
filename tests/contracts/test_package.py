"""The contracts as others install them: a wheel of their own, in an environment with pydantic and nothing else."""

import asyncio
import json
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from contracts import VERSION

pytestmark = pytest.mark.served
SOURCE = Path(__file__).parents[2] / "contracts"
MODULES = sorted(
    ".".join(("contracts", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")
    for path in SOURCE.rglob("*.py")
)
READER = """
import json, sys
from importlib import import_module, metadata
from importlib.resources import files

for name in json.loads(sys.argv[1]):
    if not name.endswith("__main__"):
        import_module(name)

from contracts.cases import CaseOpened
from contracts.language.reading import parse

published = files("contracts").joinpath("published")
recorded = max(published.joinpath("payloads/cases.opened.v1").iterdir(), key=lambda path: path.name)
everything = json.loads(published.joinpath("schemas/everything.json").read_text("utf-8"))
print(json.dumps({
    "state": parse(CaseOpened, recorded.read_bytes()).case.state,
    "everything": len(everything["properties"]),
    "version": metadata.version("linzhang-contracts"),
    "requires": metadata.requires("linzhang-contracts"),
    "at": files("contracts").joinpath("__init__.py").as_posix(),
    "there": sorted(one.metadata["Name"] for one in metadata.distributions()),
    "modules": sorted(name for name in sys.modules if name.partition(".")[0] == "contracts"),
}))
"""


async def run(*command, cwd):
    """What a program said. Fails with it where it ended otherwise than well."""
    program = await asyncio.create_subprocess_exec(
        *map(str, command), cwd=cwd, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complained = await program.communicate()
    assert program.returncode == 0, complained.decode()
    return said.decode()


@pytest.fixture(scope="module")
async def wheel(tmp_path_factory):
    """Built from a copy: a build leaves files beside its source."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copytree(SOURCE, folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    build = ("pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", folder / "source")
    await run(sys.executable, "-m", *build, "--wheel-dir", folder, cwd=folder)
    (found,) = folder.glob("*.whl")
    return found


async def test_the_wheel_reads_a_recorded_payload_beside_pydantic_alone(wheel, tmp_path):
    assert wheel.name == f"linzhang_contracts-{VERSION}-py3-none-any.whl"
    python = tmp_path / "env" / "bin" / "python"
    uv = Path(sys.executable).parent / "uv"
    await run(uv, "venv", "--quiet", "--python", sys.executable, tmp_path / "env", cwd=tmp_path)
    pydantic = f"pydantic=={version('pydantic')}"
    await run(uv, "pip", "install", "--quiet", "--python", python, wheel, pydantic, cwd=tmp_path)
    found = json.loads(await run(python, "-c", READER, json.dumps(MODULES), cwd=tmp_path))
    assert found["at"].startswith(str(tmp_path))
    assert (found["state"], found["version"], found["requires"]) == ("registered", VERSION, ["pydantic<3,>=2.11"])
    assert found["everything"] == len(list((SOURCE / "published" / "schemas").glob("*.json"))) - 2
    assert found["modules"] == [name for name in MODULES if not name.endswith("__main__")]
    of_pydantic = {"annotated-types", "pydantic", "pydantic_core", "typing-inspection", "typing_extensions"}
    assert set(found["there"]) == {"linzhang-contracts", *of_pydantic}
