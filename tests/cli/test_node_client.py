"""The Node.js client of docs/clients.md, with the official packages, against a running system."""

import asyncio
import re
import subprocess
from pathlib import Path

from tests.cli.conftest import linzhang

PAGE = Path(__file__).parents[2] / "docs" / "clients.md"
EXAMPLE = r"<!-- example: node -->\n```js\n(.*?)```"


async def test_the_example_in_node_posts_and_hears_what_was_wrong(up, node, tmp_path):
    add = ("user", "add", "integrator", "acme", "--format", "json", "--out", str(tmp_path / "acme.credentials.json"))
    assert (await asyncio.to_thread(linzhang, up.home, *add))[0] == 0
    example = node / "example.mjs"
    example.write_text(re.search(EXAMPLE, PAGE.read_text("utf-8"), re.S)[1])
    ran = {"cwd": tmp_path, "capture_output": True, "text": True, "timeout": 110, "check": False}
    done = await asyncio.to_thread(subprocess.run, ("node", str(example)), **ran)
    assert done.returncode == 0, done.stderr
    assert re.search(r"taken as number \d+\nrefused: .*field: 'at.datum'", done.stdout, re.S), done.stdout
