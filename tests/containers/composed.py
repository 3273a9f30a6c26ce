"""A system that runs by compose.yaml, as an operator has it in hand."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.local.ports import LOOPBACK, free_port

FOLDER = Path(__file__).parents[2] / "deploy" / "compose"
SERVICES = ("roster", "patrol", "cases", "targets", "notify")
KEPT_UP = (*SERVICES, "nats", "postgres", "provisioner")


class Failed(AssertionError):
    """A command of the engine ended badly; the message is what it said."""


@dataclass
class Composed:
    """One project of compose; `version` is the images' that it runs."""

    engine: dict[str, str]
    project: str
    version: str
    port: int = field(default_factory=free_port)

    @property
    def environment(self) -> dict[str, str]:
        told = {"VERSION": self.version, "BUS_PORT": str(self.port)}
        own = {f"LINZHANG_{name}": value for name, value in told.items()}
        return {**os.environ, **self.engine, **own, "COMPOSE_PROJECT_NAME": self.project}

    def docker(self, *arguments: str, stderr: bool = False) -> str:
        """What it says; `stderr` is what else it says, too."""
        done = subprocess.run(
            ("docker", *arguments), cwd=FOLDER, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Failed(f"docker {' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done.stdout + (done.stderr if stderr else "")

    def logs(self, service: str) -> str:
        """All that a container has said, on either of its streams."""
        named = f"{self.project}-{service}-1"
        done = subprocess.run(
            ("docker", "logs", named),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=True,
        )
        return done.stdout.decode(errors="replace")

    def compose(self, *arguments: str) -> str:
        return self.docker("compose", *arguments)

    def up(self) -> float:
        """Start what does not run, wait until all is well, and say how many seconds it took."""
        began = time.monotonic()
        try:
            self.compose("up", "--detach", "--wait", "--wait-timeout", "180")
        except Failed as failed:
            raise Failed(f"{failed}\n{self.compose('logs', '--tail', '20')[-6000:]}") from None
        return time.monotonic() - began

    def down(self) -> None:
        """Take away all of it with what it kept, and what watches it too, which its profile hides."""
        self.compose("--profile", "observe", "--profile", "backup", "down", "--volumes", "--remove-orphans")

    def linzhang(self, *arguments: str) -> str:
        """The command line, as the operator has it."""
        return self.compose("run", "--rm", "--quiet-pull", "-T", "linzhang", *arguments)

    def secret(self, folder: str, file: str) -> str:
        """Out of the volume of keys: whoever has the machine has them."""
        look = ("--rm", "--user", "0", "--volume", f"{self.project}_keys:/keys:ro", "--entrypoint", "cat")
        return self.docker("run", *look, f"linzhang/tools:{self.version}", f"/keys/{folder}/{file}")

    def url(self, folder: str, file: str) -> str:
        """An address of the bus as it is reached from this machine."""
        told = json.loads(self.secret(folder, file))
        return f"tls://{told['user']}:{told['password']}@{LOOPBACK}:{self.port}"

    def inspect(self, service: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = json.loads(self.docker("inspect", f"{self.project}-{service}-1"))
        return found[0]

    def kill(self, service: str) -> None:
        """From outside, as a crash: what the engine is told to kill it would not start again."""
        os.kill(self.inspect(service)["State"]["Pid"], signal.SIGKILL)

    def unwell(self) -> list[str]:
        """Who of those that stay up is not healthy."""
        shown = (self.inspect(one) for one in KEPT_UP)
        return [one["Name"] for one in shown if one["State"].get("Health", {}).get("Status") != "healthy"]
