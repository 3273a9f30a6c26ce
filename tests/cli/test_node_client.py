"""The Node.js client of docs/clients.md, with the official packages, against a running system."""

import asyncio
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import linzhang

PAGE = Path(__file__).parents[2] / "docs" / "clients.md"
PACKAGES = ("@nats-io/transport-node@3.4.0", "@nats-io/jetstream@3.4.0")
EXAMPLE = r"<!-- example: node -->\n```js\n(.*?)```"


def run(where, *command):
    return subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=110, check=False)


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
async def test_the_example_in_node_posts_and_hears_what_was_wrong(up, tmp_path):
    (tmp_path / "package.json").write_text("{}")
    installed = await asyncio.to_thread(
        run, tmp_path, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES
    )
    assert installed.returncode == 0, installed.stderr
    add = ("user", "add", "integrator", "acme", "--format", "json", "--out", str(tmp_path / "acme.credentials.json"))
    assert (await asyncio.to_thread(linzhang, up.home, *add))[0] == 0
    (tmp_path / "example.mjs").write_text(re.search(EXAMPLE, PAGE.read_text("utf-8"), re.S)[1])
    done = await asyncio.to_thread(run, tmp_path, "node", "example.mjs")
    assert done.returncode == 0, done.stderr
    assert re.search(r"taken as number \d+\nrefused: .*field: 'at.datum'", done.stdout, re.S), done.stdout
