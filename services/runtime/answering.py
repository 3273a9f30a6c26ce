"""Commands by request and reply: every one gets an answer or a problem, and the same one twice the same answer."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import ValidationError

from contracts.division import Division
from contracts.event import JSON, Command, EnvelopeRefused, describe, dump, from_headers
from contracts.reading import parse
from services.runtime import metrics, outbox
from services.runtime.breaker import AGAIN, Breaker, is_away
from services.runtime.clock import Clock
from services.runtime.messages import Answer, Ask
from services.runtime.problem import PROBLEM_JSON, Problem
from services.runtime.relay import Relay
from services.runtime.transaction import Transaction

log = structlog.get_logger()

CommandHandler = Callable[[Transaction, Ask[Any]], Awaitable[Answer]]

REPLIES_TO = ("_INBOX.", "_R_.")
"""Where an answer may go; any other reply subject would let a stranger make the service publish there (STACK row 7)."""
_ACTOR = re.compile(r"[a-z0-9_-]{1,64}\Z")
TRIES = 5
_AWAY = Problem(503, "unavailable", "the database is away; ask again under the same ce-id: it is done once")
"""Whether it was done is not known: a connection may be lost between a commit and its answer."""
_FAILED = Problem(500, "failed", "the service failed; nothing was changed")


class Answering:
    """Answers the commands of one service."""

    def __init__(
        self,
        service: str,
        handlers: dict[type[Command], CommandHandler],
        pool: asyncpg.Pool[asyncpg.Record],
        clock: Clock,
        breaker: Breaker,
        relay: Relay,
        bus: Client,
    ) -> None:
        self._service = service
        self._by_verb = {".".join(command.parts()[1:]): (command, handler) for command, handler in handlers.items()}
        self._pool = pool
        self._clock = clock
        self._breaker = breaker
        self._relay = relay
        self._bus = bus

    async def on(self, message: Msg) -> None:
        """Answer one request; a request that names no lawful reply subject is left alone."""
        if not message.reply.startswith(REPLIES_TO):
            log.warning("a command without a reply inbox is not answered", subject=message.subject)
            return
        started = time.perf_counter()
        tokens = message.subject.split(".")
        verb = ".".join(tokens[2:4])
        known = verb if verb in self._by_verb else "unknown"
        instance = (message.headers or {}).get("ce-id")
        status = 200
        try:
            body, content_type = await self._answer(message, tokens, verb), JSON
        except Problem as problem:
            status, content_type = problem.status, PROBLEM_JSON
            body = dump(problem.reply(instance))
        except Exception as error:
            away = is_away(error)
            if away:
                self._breaker.open(str(error) or type(error).__name__)
            else:
                log.exception("a command failed", command=verb, correlation=instance)
            told = _AWAY if away else _FAILED
            status, content_type, body = told.status, PROBLEM_JSON, dump(told.reply(instance))
        metrics.COMMANDS.labels(known, str(status)).inc()
        metrics.COMMAND_TIME.labels(known).observe(time.perf_counter() - started)
        await self._bus.publish(message.reply, body, headers={"content-type": content_type})

    async def _answer(self, message: Msg, tokens: list[str], verb: str) -> bytes:
        command, handler = self._by_verb.get(verb, (None, None))
        if command is None or handler is None:
            known = ", ".join(sorted(self._by_verb))
            raise Problem(404, "unknown-command", f"{self._service} does not know {verb!r}; it knows {known}")
        ask_of, message_id = self._read(message, tokens, command)
        if self._breaker.is_open:
            raise _AWAY
        digest = hashlib.sha256(message.subject.encode() + b"\0" + message.data).digest()
        for attempt in range(TRIES):
            try:
                return await self._once(handler, ask_of, message_id, digest, message)
            except (*AGAIN, asyncpg.UniqueViolationError):
                # Another transaction was in the way, perhaps the same command asked twice at once.
                if attempt == TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    def _read(
        self, message: Msg, tokens: list[str], command: type[Command]
    ) -> tuple[Callable[[Transaction], Ask[Any]], str]:
        def invalid(*errors: dict[str, str]) -> Problem:
            told = "; ".join(f"{error['field']}: {error['rule']}" for error in errors)
            return Problem(400, "invalid", told, errors=errors)

        try:
            division = Division.from_tokens(".".join(tokens[5:]))
        except ValueError as error:
            raise invalid({"field": "subject", "rule": str(error)}) from None
        actor = tokens[4]
        if not _ACTOR.match(actor):
            raise invalid({"field": "subject", "rule": "an actor is 1 to 64 of a-z, 0-9, _ and -"})
        try:
            envelope = from_headers(message.headers)
        except EnvelopeRefused as refused:
            raise invalid({"field": refused.field, "rule": refused.rule}) from None
        if envelope.source != actor:
            raise invalid({"field": "ce-source", "rule": f"must be {actor}, the actor of the subject"})
        if envelope.type != command.type().replace("*", self._service):
            raise invalid({"field": "ce-type", "rule": f"must be {command.type().replace('*', self._service)}"})
        try:
            body = parse(command, message.data)
        except ValidationError as error:
            raise invalid(*(describe(one) for one in error.errors()[:20])) from None
        return lambda tx: Ask(body, actor, division, envelope.id, tx.now), envelope.id

    async def _once(
        self,
        handler: CommandHandler,
        ask_of: Callable[[Transaction], Ask[Any]],
        message_id: str,
        digest: bytes,
        message: Msg,
    ) -> bytes:
        async with self._pool.acquire() as sql, sql.transaction():
            ask = ask_of(Transaction(sql, self._clock.now()))
            given = await sql.fetchrow(
                "SELECT command_digest, body FROM answers WHERE actor = $1 AND message_id = $2", ask.actor, message_id
            )
            if given is not None:
                if given["command_digest"] != digest:
                    raise Problem(409, "id-used", f"ce-id {message_id} was used by {ask.actor} for another command")
                stored: bytes = given["body"]
                return stored
            answer = await handler(Transaction(sql, ask.at), ask)
            body = dump(answer.body)
            if not ask.command.reads_only:
                await sql.execute(
                    "INSERT INTO answers (actor, message_id, command_digest, body) VALUES ($1, $2, $3, $4)",
                    ask.actor,
                    message_id,
                    digest,
                    body,
                )
            cause = from_headers(message.headers)
            await outbox.write(sql, self._service, [outbox.telling(fact, cause) for fact in answer.news], ask.at)
        if not ask.command.reads_only:
            self._relay.wake()
        return body
