"""What the floor tells is what ours tells, under ids of its own."""

from dataclasses import dataclass, field

from tests.bench.samples import CAUSE, Sample, Samples, messages


@dataclass
class Heard:
    subject: str
    headers: dict[str, str]
    data: bytes = b"{}"


@dataclass
class Told:
    """What is heard of one report."""

    report: str
    heard: list[Heard] = field(default_factory=list)

    def __post_init__(self) -> None:
        for hop in ("patrol", "cases", "targets", "notify"):
            self.say(hop)

    def say(self, hop: str, size: int = 10) -> None:
        headers = {CAUSE: self.report, "ce-id": "i" * 36, "Nats-Msg-Id": "i" * 36, "Nats-Expected-Last-Sequence": "7"}
        self.heard.append(Heard(f"{hop}.said.v1.36", headers, b"x" * size))


def test_the_usual_report_stands_for_all_and_of_those_the_one_of_median_weight():
    usual = [Told(f"r-{n}") for n in range(3)]
    for n, told in enumerate(usual):
        told.say("targets", size=100 * n)
    odd = Told("r-9")

    found = Samples.of([one for told in (odd, *usual) for one in told.heard])

    assert [len(one.body) for one in found.told["targets"]] == [10, 100]


def test_a_message_of_the_floor_is_as_long_and_bound_to_nothing():
    (sample, *_) = Samples.of(Told("r-1").heard).told["cases"]

    ((subject, body, headers),) = messages("cases", [sample], "r-1")

    assert Sample(subject.removeprefix("fair."), headers, body.decode()).size == sample.size
    assert "Nats-Expected-Last-Sequence" not in headers


def test_no_two_messages_of_the_floor_have_one_id():
    samples = Samples.of(Told("r-1").heard).told["cases"] * 11

    ids = [headers["Nats-Msg-Id"] for n in range(120) for _, _, headers in messages("cases", samples, f"r-{n}")]

    assert len(ids) == len(set(ids)) == 120 * 11
