"""Reads the worked examples of CONTRIBUTING and applies them to a copy of the tree."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LEFT = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "node_modules")
KEPT = (".mypy_cache", ".gitignore")
"""What is kept of what has a dot in front: types that were checked once need not be checked again."""
STEP = re.compile(
    r"(?:(?P<new>New file)|(?P<end>At the end of)|In)\s`(?P<path>[^`]+)`"
    r"(?:,\s(?P<how>after|instead\sof|under)\s`(?P<what>[^`]+)`)?:\n\n```\w+\n(?P<text>.*?)```"
)
PAYLOAD = re.compile(r"```payload (?P<name>\S+)\n(?P<text>.*?)```")
DONE = re.compile(
    rf"{STEP.pattern}|{PAYLOAD.pattern.replace('<name>', '<of>').replace('<text>', '<payload>')}", re.DOTALL
)


class NotApplied(Exception):
    """A step of an example does not fit the tree; the message names it."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the tree at `place`."""

    place: Path

    @classmethod
    def make(cls, place: Path) -> Copy:
        shutil.copytree(ROOT, place, ignore=LEFT)
        for name in KEPT:
            if (kept := ROOT / name).is_dir():
                shutil.copytree(kept, place / name)
        return cls(place)

    def apply(self, example: str) -> set[str]:
        """Do the steps of an example; returns which files they edit by hand."""
        touched = set()
        for step in DONE.finditer(example):
            if step["of"]:
                self.run("contracts.publishing", "--record", step["of"], given=step["payload"])
            else:
                touched.add(step["path"])
                self._edit(self.place / step["path"], step)
        return touched

    def _edit(self, path: Path, step: re.Match[str]) -> None:
        text = step["text"]
        if step["new"]:
            if path.exists():
                raise NotApplied(f"{step['path']} exists")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return
        before = path.read_text("utf-8")
        if step["end"]:
            between = "\n\n" if text.startswith(("class ", "def ", "@")) else ""
            path.write_text(before + between + text, encoding="utf-8")
        elif step["how"] == "under":
            whole: dict[str, Any] = json.loads(before)
            under = whole[step["what"]]
            if not under.keys().isdisjoint(more := json.loads(text)):
                raise NotApplied(f"{step['path']} has {', '.join(under.keys() & more.keys())}")
            under.update(more)
            path.write_text(json.dumps(whole, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        else:
            what = step["what"]
            if before.count(what) != 1:
                raise NotApplied(f"{step['path']} has {before.count(what)} times: {what}")
            after = "\n".join([*([what] if step["how"] == "after" else []), text.removesuffix("\n")])
            path.write_text(before.replace(what, after), encoding="utf-8")

    def run(self, module: str, *arguments: str, given: str = "") -> str:
        """A module of the copy to its end; what it said. Raises CalledProcessError."""
        return self.command(f"{sys.executable} -m {module}".split(), *arguments, given=given)

    def command(self, command: list[str], *arguments: str, given: str = "") -> str:
        done = subprocess.run(
            [*command, *arguments],
            cwd=self.place,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotApplied(f"{' '.join([*command[1:], *arguments])}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        import os

        bin = str(Path(sys.executable).parent)
        return {**os.environ, "PYTHONPATH": str(self.place), "PATH": f"{bin}:{os.environ['PATH']}"}


def examples() -> dict[str, str]:
    """The worked examples by their heading."""
    parts = re.split(r"^## (.*)$", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), flags=re.MULTILINE)
    return {name: text for name, text in zip(parts[1::2], parts[2::2], strict=True) if "```" in text}
