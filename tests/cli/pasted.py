"""Examples of pages, run as somebody would paste them."""

import asyncio
import re
import subprocess
import sys

from tests.cli.conftest import environment


def examples(page):
    """By name, the shell examples of a page."""
    found = re.findall(r"<!-- example: (\w+) -->\n```sh\n(.*?)```", page.read_text("utf-8"), re.S)
    return {name: text.replace(".venv/bin/python", sys.executable) for name, text in found}


async def paste(up, text, where):
    pasted = text.replace(".venv/bin/linzhang", f"{sys.executable} -m cli")
    return await asyncio.to_thread(
        subprocess.run,
        ["bash", "-c", pasted],
        env=environment(up.home),
        cwd=where,
        capture_output=True,
        text=True,
        timeout=90,
    )
