"""Code of one release, where it lies and what runs it: of this one, or of the one before, out of the history."""

from __future__ import annotations

import asyncio
import filecmp
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
STATED = ROOT / "tests" / "migrations" / "release_before.json"
"""The commit that counts as the release before, for as long as there is no tag."""
LOCK = "requirements.lock"
NEEDED = ("contracts", "services", "clients", "deploy", LOCK)


class Ended(Exception):
    """A job of a tree ended otherwise than well; the message ends with what it said."""


class NotInHistory(Exception):
    """The release before cannot be had; the message says why."""


@dataclass(frozen=True, slots=True)
class Tree:
    """`python` has what the lock of this tree names."""

    path: Path
    python: str

    async def runs(self, module: str, **settings: str) -> str:
        """Run a job of this tree to its end; returns what it said. Raises Ended."""
        process = await asyncio.create_subprocess_exec(
            *(self.python, "-m", module),
            cwd=self.path,
            env={**os.environ, "PYTHONPATH": str(self.path), **settings},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said = (await process.communicate())[0].decode(errors="replace")
        if process.returncode:
            raise Ended(f"{module} of {self.path} ended with {process.returncode}: {said[-2000:]}")
        return said

    def durables(self) -> set[str]:
        """The names of what its services hear by."""
        listed = (
            "from contracts.wiring.streams import DURABLES as d; print(*(one.name for of in d.values() for one in of))"
        )
        environment = {**os.environ, "PYTHONPATH": str(self.path)}
        done = subprocess.run(
            [self.python, "-c", listed], cwd=self.path, env=environment, check=True, capture_output=True, text=True
        )
        return set(done.stdout.split())


HERE = Tree(ROOT, sys.executable)


def before(folder: Path) -> tuple[str, Tree]:
    """The release before by its name, and its tree, laid out in a folder. Raises NotInHistory."""
    name = release_before(ROOT, json.loads(STATED.read_text("utf-8"))["commit"])
    packed = _git(ROOT, "archive", name, *NEEDED)
    subprocess.run(["tar", "--extract", "--directory", str(folder)], input=packed, check=True)
    same = filecmp.cmp(ROOT / LOCK, folder / LOCK, shallow=False)
    return name, Tree(folder, sys.executable if same else _installed(folder))


def release_before(root: Path, stated: str) -> str:
    """The newest tag that a copy comes after, else the commit that is stated. Raises NotInHistory."""
    if shutil.which("git") is None:
        raise NotInHistory("git is not on this machine")
    head = _git(root, "rev-parse", "HEAD^{commit}")
    for tag in _git(root, "tag", "--list", "v*", "--merged", "HEAD", "--sort=-version:refname").decode().split():
        if _git(root, "rev-parse", f"{tag}^{{commit}}") != head:
            return tag
    try:
        _git(root, "cat-file", "-e", f"{stated}^{{commit}}")
    except NotInHistory:
        raise NotInHistory(f"the history of this copy has no commit {stated[:12]}: git fetch --unshallow") from None
    return stated


def _git(root: Path, *asked: str) -> bytes:
    done = subprocess.run(["git", "-C", str(root), *asked], capture_output=True, check=False)
    if done.returncode:
        raise NotInHistory(f"git {asked[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def _installed(folder: Path) -> str:
    """An interpreter with what the tree's own lock names."""
    uv, python = Path(sys.executable).with_name("uv"), folder / ".venv" / "bin" / "python"
    for command in (
        (uv, "venv", "--quiet", "--python", sys.executable, folder / ".venv"),
        (uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", folder / LOCK),
    ):
        subprocess.run(list(map(str, command)), check=True)
    return str(python)
