"""What the bus would not do, and why."""

from __future__ import annotations

from socket import gaierror
from ssl import SSLCertVerificationError, SSLError
from typing import Any

import nats
from nats.errors import NoServersError
from nats.errors import TimeoutError as NatsTimeout

from clients.python.away import is_refused
from contracts.language.command import ProblemReply
from contracts.language.message import Command


class BusError(Exception):
    """Something the bus would not do; `key` names the text that says so, `exit_code` what the command ends with."""

    key = "bus.error"
    exit_code = 1

    def __init__(self, **about: Any) -> None:
        super().__init__(f"{self.key} {about}" if about else self.key)
        self.about = about


class Unreachable(BusError):
    """`why` names the text of the reason, unless a `reason` is given."""

    key = "bus.unreachable"
    exit_code = 3


class NoAnswer(BusError):
    key = "bus.no_answer"
    exit_code = 3


class Forbidden(BusError):
    key = "bus.forbidden"


class TooLarge(BusError):
    key = "bus.too_large"


class NotTaken(BusError):
    key = "bus.not_taken"


class Refused(BusError):
    """A `command` of this kind was answered with a problem (RFC 9457)."""

    key = "bus.refused"

    def __init__(self, problem: ProblemReply, command: type[Command]) -> None:
        super().__init__(status=problem.status, title=problem.title, detail=problem.detail)
        self.problem, self.command = problem, command


def why_away(error: Exception) -> str:
    """Why the bus cannot be reached: the name of the text that says so."""
    if is_refused(error):
        return "bus.why.password"
    if isinstance(error, SSLCertVerificationError):
        return _CERTIFICATE.get(error.verify_code, "bus.why.ca")
    for kind, key in _REASONS.items():
        if isinstance(error, kind):
            return key
    return "bus.why.other"


_CERTIFICATE = {9: "bus.why.expired", 10: "bus.why.expired", 62: "bus.why.other_host", 64: "bus.why.other_host"}
"""By OpenSSL's numbers: not yet or no longer in force; of another host or address."""
_REASONS: dict[type[Exception], str] = {
    TimeoutError: "bus.why.silent",
    NatsTimeout: "bus.why.silent",
    ConnectionRefusedError: "bus.why.nobody",
    NoServersError: "bus.why.nobody",
    gaierror: "bus.why.no_name",
    UnicodeError: "bus.why.no_name",
    SSLError: "bus.why.tls",
    nats.errors.Error: "bus.why.no_bus",
}
