"""Prometheus' own tools: those on the PATH, else from Debian's packages, unpacked into a cache and not installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

PACKAGES = {"promtool": "prometheus", "prometheus": "prometheus", "amtool": "prometheus-alertmanager"}
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "linzhang" / "prometheus"
WITHIN_S = 120


class NotToBeHad(Exception):
    """Why a tool is not on this machine and could not be fetched."""


def tool(name: str) -> Path:
    """Where a tool is: what a variable of its name says (`PROMTOOL`), on the PATH, or fetched. Raises NotToBeHad."""
    stated = os.environ.get(name.upper()) or shutil.which(name)
    if stated:
        return Path(stated)
    kept = CACHE / PACKAGES[name] / "usr" / "bin" / name
    if not kept.exists():
        _fetch(PACKAGES[name])
    return kept


def _fetch(package: str) -> None:
    for needed in ("apt-get", "dpkg"):
        if shutil.which(needed) is None:
            raise NotToBeHad(f"{package} is not on this machine, and without {needed} it cannot be fetched")
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        _run("apt-get", "download", package, folder=folder)
        (archive,) = Path(folder).glob("*.deb")
        _run("dpkg", "-x", str(archive), "unpacked", folder=folder)
        try:
            # Whole or not at all: another run may be at it, too.
            (Path(folder) / "unpacked").rename(CACHE / package)
        except OSError:
            if not (CACHE / package).exists():
                raise


def _run(*command: str, folder: str) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=WITHIN_S)
    except subprocess.CalledProcessError as failed:
        raise NotToBeHad(f"{' '.join(command)}: {(failed.stderr or failed.stdout).strip()}") from None
    except subprocess.TimeoutExpired:
        raise NotToBeHad(f"{' '.join(command)}: has not ended within {WITHIN_S} s") from None
