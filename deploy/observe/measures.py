"""Measures what no service sees: when certificates end, when the last backup was made, how much room disks have."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from deploy.keys.certificates import ends_at

CERTIFICATES, BACKUPS, DISKS = "LINZHANG_CERTIFICATES", "LINZHANG_BACKUPS", "LINZHANG_DISKS"


@dataclass(frozen=True, slots=True)
class Measures(Collector):
    """What is measured at each scrape: certificate files, folders of backups, folders whose disk matters.

    What cannot be read counts as what an operator must look at: a certificate that has ended, no backup, no room.
    """

    certificates: Sequence[Path] = ()
    backups: Sequence[Path] = ()
    disks: Sequence[Path] = ()

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Measures:
        """By three variables, each a list of paths with colons between them."""

        def paths(name: str) -> tuple[Path, ...]:
            return tuple(Path(one) for one in environment.get(name, "").split(":") if one)

        return cls(paths(CERTIFICATES), paths(BACKUPS), paths(DISKS))

    def collect(self) -> Iterator[GaugeMetricFamily]:
        ends = GaugeMetricFamily(
            "linzhang_certificate_expiry_timestamp_seconds",
            "Until when a certificate holds; 0 where it cannot be read",
            labels=["certificate"],
        )
        for path in self.certificates:
            ends.add_metric([str(path)], _ends_at_s(path))
        made = GaugeMetricFamily(
            "linzhang_backup_last_success_timestamp_seconds",
            "When the newest whole backup in a folder was finished; 0 where there is none",
            labels=["backups"],
        )
        for path in self.backups:
            made.add_metric([str(path)], max(map(_finished_at_s, _in(path)), default=0.0))
        free = GaugeMetricFamily("linzhang_disk_free_bytes", "Room on the disk of a folder", labels=["path"])
        size = GaugeMetricFamily("linzhang_disk_size_bytes", "Size of the disk of a folder", labels=["path"])
        for path in self.disks:
            free_bytes, size_bytes = _room(path)
            free.add_metric([str(path)], free_bytes)
            size.add_metric([str(path)], size_bytes)
        yield from (ends, made, free, size)


def _ends_at_s(certificate: Path) -> float:
    try:
        return ends_at(certificate).timestamp()
    except (OSError, ValueError):
        return 0.0


def _in(folder: Path) -> list[Path]:
    """The backups of a folder; one that is being made bears another name."""
    return [path for path in folder.glob("*/backup.json") if path.parent.suffix != ".part"]


def _finished_at_s(marker: Path) -> float:
    try:
        return datetime.fromisoformat(json.loads(marker.read_bytes())["finished_at"]).timestamp()
    except (OSError, ValueError, KeyError, TypeError):
        return 0.0


def _room(path: Path) -> tuple[int, int]:
    try:
        disk = os.statvfs(path)
    except OSError:
        return 0, 1
    return disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
