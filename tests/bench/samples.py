"""Messages of ours that stand for all others: what the floor tells is as long and as many."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
from nats.aio.msg import Msg

HEARS = {"patrol": "report", "cases": "patrol", "targets": "cases", "notify": "cases"}
"""What each hop hears: reports, or what another one tells."""
STREAMS = ("report", *HEARS)
CAUSE = "ce-correlationid"
_OWN = ("ce-id", "Nats-Msg-Id")
_BOUND, _AS_LONG = "Nats-Expected-Last-Sequence", "None-Expected-Last-Sequence"
"""What binds a message of ours to the end of its stream: the floor says as much, and is bound to nothing."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A message of ours."""

    subject: str
    headers: dict[str, str]
    body: str

    @classmethod
    def of(cls, message: Msg) -> Sample:
        headers = {_AS_LONG if name == _BOUND else name: value for name, value in (message.headers or {}).items()}
        return cls(message.subject, headers, message.data.decode())

    @property
    def size(self) -> int:
        return len(self.subject) + len(self.body.encode()) + sum(len(a) + len(b) for a, b in self.headers.items())


@dataclass(frozen=True, slots=True)
class Samples:
    """What each hop of ours tells because of one report."""

    told: dict[str, list[Sample]]

    @classmethod
    def of(cls, heard: Sequence[Msg]) -> Samples:
        """Of the report of median weight among those of which as many messages were told as of most."""
        by_report: dict[str, dict[str, list[Sample]]] = {}
        for message in heard:
            sample = Sample.of(message)
            hop = sample.subject.partition(".")[0]
            by_report.setdefault(sample.headers[CAUSE], {}).setdefault(hop, []).append(sample)
        whole = [told for told in by_report.values() if told.keys() == HEARS.keys()]
        usual = statistics.mode(_counts(told) for told in whole)
        alike = [told for told in whole if _counts(told) == usual]
        alike.sort(key=lambda told: sum(one.size for of_hop in told.values() for one in of_hop))
        return cls(alike[len(alike) // 2])

    @staticmethod
    def read(path: Path, hop: str) -> list[Sample]:
        return [Sample(**one) for one in orjson.loads(path.read_bytes())[hop]]

    def write(self, path: Path) -> Path:
        path.write_bytes(orjson.dumps({hop: [asdict(one) for one in told] for hop, told in self.told.items()}))
        return path


def _counts(told: dict[str, list[Sample]]) -> tuple[int, ...]:
    return tuple(len(told[hop]) for hop in HEARS)


def messages(hop: str, samples: Sequence[Sample], report: str) -> Iterator[tuple[str, bytes, dict[str, str]]]:
    """What a hop tells of a report: as long as the samples, with ids of their own."""
    for n, sample in enumerate(samples):
        own = f"{report}-{hop}-{n}".ljust(36, "-")
        headers = {**sample.headers, CAUSE: report, **dict.fromkeys(_OWN, own)}
        yield f"fair.{sample.subject}", sample.body.encode(), headers
