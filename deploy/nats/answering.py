"""Answers the operator's commands to the provisioner, by request and reply."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import nats
from nats.aio.msg import Msg
from pydantic import ValidationError

from clients.python.away import of_bus
from clients.python.secret import SecretUnreadable
from clients.python.tls import CaUnusable
from contracts.access import ACCESS, PROVISIONER
from contracts.language.command import OPERATOR, ProblemReply
from contracts.language.envelope import EnvelopeRefused, from_headers
from contracts.language.message import JSON, Command, dump
from contracts.language.reading import parse
from contracts.language.rules import Rule, broken, describe
from deploy.nats.provision import WouldLoseData
from deploy.nats.provisioning import Provisioning
from deploy.nats.user_changes import NotDone

REPLIES_TO = ("_INBOX.", "_R_.")
AGAIN_AFTER_S = 0.5
_BY_WORD = {".".join(command.parts()[1:]): command for command in ACCESS}
_TITLES = {
    400: "The request is not valid",
    404: "Not found",
    409: "In conflict with the present state",
    422: "The request breaks a rule",
    500: "The service failed",
    503: "The service cannot answer now",
}
_UNREADABLE = re.compile(r"[^\x20-\x7e]")


class _Invalid(Exception):
    """Fields that are wrong, and the rules they break."""

    def __init__(self, *errors: tuple[str, Rule]) -> None:
        super().__init__(str(errors))
        self.errors = errors


async def answering(provisioning: Provisioning, heard: Callable[[str], None] = lambda _: None) -> None:
    """Answer until cancelled; `heard` is told why the bus is away, and with nothing when it is there."""
    while True:
        try:
            closed = asyncio.Event()
            async with provisioning.connected(closed) as client:

                async def on(message: Msg) -> None:
                    if message.reply.startswith(REPLIES_TO):
                        body, content_type = await answer(provisioning, message)
                        await client.publish(message.reply, body, headers={"content-type": content_type})

                await client.subscribe(f"cmd.{PROVISIONER}.>", queue=PROVISIONER, cb=on)
                await client.flush()
                heard("")
                await closed.wait()
            heard("the bus is away")
        except (nats.errors.Error, OSError, SecretUnreadable, CaUnusable) as error:
            heard(f"the bus is away: {of_bus(error)}")
        await asyncio.sleep(AGAIN_AFTER_S)


async def answer(provisioning: Provisioning, message: Msg) -> tuple[bytes, str]:
    """The body and its content type: what was asked for, or a problem (RFC 9457)."""
    try:
        return dump(await provisioning.obey(_read(message))), JSON
    except _Invalid as invalid:
        return _refusal(_problem(400, "invalid", None, *invalid.errors))
    except NotDone as refused:
        return _refusal(problem_of(refused))
    except WouldLoseData as refused:
        return _refusal(_problem(409, "conflict", broken("user_in_the_way", told=str(refused))))
    except OSError as error:
        return _refusal(_problem(503, "unavailable", _why_not(error)))
    except nats.errors.Error as error:
        return _refusal(_problem(503, "unavailable", broken("bus_silent", told=type(error).__name__)))


def _why_not(error: OSError) -> Rule:
    """A file that cannot be written has a name; what has none is the bus's connection."""
    if error.filename is None:
        return broken("bus_silent", told=type(error).__name__)
    told = f"{Path(error.filename).name}: {(error.strerror or type(error).__name__).lower()}"
    return broken("users_not_kept", told=told)


def _read(message: Msg) -> Command:
    tokens = message.subject.split(".")
    word = ".".join(tokens[2:4])
    command = _BY_WORD.get(word)
    if command is None:
        known = ", ".join(_BY_WORD)
        rule = broken("unknown_command", service=PROVISIONER, verb=_UNREADABLE.sub("?", word[:100]), known=known)
        raise NotDone(404, "unknown-command", rule)
    errors: list[tuple[str, Rule]] = []
    if tokens[4] != OPERATOR:
        errors.append(("subject", broken("for_operator")))
    try:
        envelope = from_headers(message.headers)
    except EnvelopeRefused as refused:
        errors += refused.problems
    else:
        if envelope.type != command.type():
            errors.append(("ce-type", broken("header_is", expected=command.type())))
    try:
        asked = parse(command, message.data)
    except ValidationError as error:
        # What stood there is not repeated: it may be a password.
        errors += [(one["field"], one["rule"]) for one in map(describe, error.errors(include_input=False))]
    if errors:
        raise _Invalid(*errors)
    return asked


def problem_of(refused: NotDone) -> ProblemReply:
    """The refusal as it is sent."""
    if refused.field:
        return _problem(refused.status, refused.word, None, (refused.field, refused.rule))
    return _problem(refused.status, refused.word, refused.rule)


def _refusal(problem: ProblemReply) -> tuple[bytes, str]:
    return dump(problem), "application/problem+json"


def _problem(status: int, word: str, detail: Rule | None, *errors: tuple[str, Rule]) -> ProblemReply:
    return ProblemReply(
        type=f"urn:linzhang:problem:{word}",
        title=_TITLES[status],
        status=status,
        detail=str(detail or "; ".join(f"{field}: {rule}" for field, rule in errors)),
        code=detail.code if detail is not None else None,
        figures=dict(detail.figures) if detail is not None else {},
        errors=tuple({**rule.figures, "field": field, "rule": str(rule), "code": rule.code} for field, rule in errors),
    )
