"""Commands by request and reply: every one gets an answer or a problem, and the same one twice the same answer."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import nats
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import ValidationError
from structlog.contextvars import bound_contextvars

from contracts.language.division import Division
from contracts.language.envelope import EnvelopeRefused, from_headers
from contracts.language.message import JSON, Command, dump
from contracts.language.reading import parse
from contracts.language.rules import Wrong, broken
from services.runtime import metrics, traces
from services.runtime.answering import traced
from services.runtime.breaker import AGAIN, Breaker, is_away
from services.runtime.clock import Clock
from services.runtime.failure import StoreAway, is_of_the_message
from services.runtime.hearing.body import problems_of, problems_of_headers
from services.runtime.hearing.reading import envelope_if_any
from services.runtime.messages import Answer, Ask
from services.runtime.problem import PROBLEM_JSON, Problem
from services.runtime.reference.law import look_at
from services.runtime.saying.legible import legible
from services.runtime.saying.sayable import said_of
from services.runtime.telling import outbox
from services.runtime.telling.relay import Relay
from services.runtime.transaction import Begin, Transaction

log = structlog.get_logger()

CommandHandler = Callable[[Transaction, Ask[Any]], Awaitable[Answer]]

REPLIES_TO = ("_INBOX.", "_R_.")
"""Where an answer may go; any other reply subject would let a stranger make the service publish there (STACK row 7)."""
_ACTOR = re.compile(r"[a-z0-9_-]{1,64}\Z")
TRIES = 5
_BUSY = Problem(503, "busy", broken("busy"))
_AWAY = Problem(503, "unavailable", broken("database_away"))
"""Whether it was done is not known: a connection may be lost between a commit and its answer."""
_STORE_AWAY = Problem(503, "unavailable", broken("store_away"))
_FAILED = Problem(500, "failed", broken("service_failed"))

_UNWORKABLE = Problem(
    422,
    "unworkable",
    broken("unworkable_command"),
    errors=[{"field": "body", "rule": broken("must_be_workable")}],
)


def _too_large(size: int, most: int) -> Problem:
    return Problem(422, "answer-too-large", broken("answer_too_large", size=size, most=most))


def _invalid(*errors: Wrong) -> Problem:
    return Problem(400, "invalid", None, errors=errors)


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
        begin: Begin = Transaction,
    ) -> None:
        self._service = service
        self._by_verb = {".".join(command.parts()[1:]): (command, handler) for command, handler in handlers.items()}
        self._pool = pool
        self._clock = clock
        self._breaker = breaker
        self._relay = relay
        self._begin = begin
        self._bus = bus

    async def on(self, message: Msg) -> None:
        """Answer one request; a request that names no lawful reply subject is left alone."""
        if not message.reply.startswith(REPLIES_TO):
            log.warning("a command without a reply inbox is not answered", subject=legible(message.subject, 200))
            return
        started = time.perf_counter()
        tokens = message.subject.split(".")
        verb = ".".join(tokens[2:4])
        known = verb if verb in self._by_verb else "unknown"
        envelope = envelope_if_any(message.headers, self._clock.now())
        instance = envelope.id or None
        asked = traced.asked(self._service, self._by_verb.get(verb), envelope)
        within = None if asked is None else asked.within
        status, word = 200, None
        try:
            body, content_type = await self._answer(message, tokens, verb, within), JSON
        except Exception as error:
            with bound_contextvars(**traces.of_log(within)):
                problem = self._problem(error, known, instance)
            status, word, content_type = problem.status, problem.word, PROBLEM_JSON
            body = dump(problem.reply(instance))
            if len(body) > self._most_bytes:
                body = dump(_too_large(len(body), self._most_bytes).reply(instance))
        metrics.COMMANDS.labels(known, str(status)).inc()
        metrics.COMMAND_TIME.labels(known).observe(time.perf_counter() - started)
        if asked is not None:
            asked.answered(status, word)
        await self._reply(message.reply, body, content_type)

    async def refuse_busy(self, reply: str) -> None:
        """Tell whoever asked that the service has no room for it now."""
        if reply.startswith(REPLIES_TO):
            metrics.COMMANDS.labels("unknown", str(_BUSY.status)).inc()
            await self._reply(reply, dump(_BUSY.reply(None)), PROBLEM_JSON)

    async def _reply(self, reply: str, body: bytes, content_type: str) -> None:
        try:
            await self._bus.publish(reply, body, headers={"content-type": content_type})
        except (nats.errors.Error, UnicodeError) as error:
            log.warning("an answer cannot be sent", reply=legible(reply, 200), reason=str(error))

    @property
    def _most_bytes(self) -> int:
        """What an answer may weigh: what the bus takes, with room for its header."""
        return self._bus.max_payload - 1024

    def _problem(self, error: Exception, known: str, instance: str | None) -> Problem:
        """What the asker is told of a failure."""
        if isinstance(error, Problem):
            return error
        if is_away(error):
            self._breaker.open(said_of(error))
            return _AWAY
        if isinstance(error, StoreAway):
            log.warning("the object store is away", command=known, reason=said_of(error))
            return _STORE_AWAY
        # What a contract accepts should make nothing raise: where it did is worth a traceback.
        log.exception("a command failed", command=known, correlation=instance)
        if isinstance(error, outbox.Untellable):
            return Problem(422, "too-large-to-tell", broken("untellable"))
        return _UNWORKABLE if is_of_the_message(error) else _FAILED

    async def _answer(self, message: Msg, tokens: list[str], verb: str, within: str | None) -> bytes:
        command, handler = self._by_verb.get(verb, (None, None))
        if command is None or handler is None:
            known = ", ".join(sorted(self._by_verb))
            told = broken("unknown_command", service=self._service, verb=legible(verb, 100), known=known)
            raise Problem(404, "unknown-command", told)
        if len(message.data) > command.max_bytes:
            rule = broken("at_most_bytes", most=command.max_bytes)
            told = broken("command_too_large", command=command.name, size=len(message.data), most=command.max_bytes)
            raise Problem(413, "too-large", told, errors=[{"field": "body", "rule": rule}])
        ask_of, message_id = self._read(message, tokens, command)
        if self._breaker.is_open:
            raise _AWAY
        digest = hashlib.sha256(message.subject.encode() + b"\0" + message.data).digest()
        for attempt in range(TRIES):
            try:
                return await self._once(handler, ask_of, message_id, digest, message, within)
            except (*AGAIN, asyncpg.UniqueViolationError):
                # Another transaction was in the way, perhaps the same command asked twice at once.
                if attempt == TRIES - 1:
                    raise
            except Problem:
                # Asked twice at once, it may have been done while this one waited its turn: then that is the answer.
                given = await self._given(ask_of, message_id, digest)
                if given is None:
                    raise
                return given
        raise AssertionError("unreachable")

    async def _given(self, ask_of: Callable[[Transaction], Ask[Any]], message_id: str, digest: bytes) -> bytes | None:
        """The answer that this very command has been given already."""
        async with self._pool.acquire() as sql:
            actor = ask_of(self._begin(sql, self._clock.now())).actor
            body: bytes | None = await sql.fetchval(
                "SELECT body FROM answers WHERE actor = $1 AND message_id = $2 AND command_digest = $3",
                actor,
                message_id,
                digest,
            )
            return body

    def _read(
        self, message: Msg, tokens: list[str], command: type[Command]
    ) -> tuple[Callable[[Transaction], Ask[Any]], str]:
        errors: list[Wrong] = []
        envelope = body = None
        try:
            division = Division.from_tokens(".".join(tokens[5:]))
        except ValueError as error:
            raise _invalid({"field": "subject", "rule": error.args[0]}) from None
        actor = tokens[4]
        if not _ACTOR.match(actor):
            raise _invalid({"field": "subject", "rule": broken("actor_token")})
        try:
            envelope = from_headers(message.headers)
        except EnvelopeRefused as refused:
            errors += problems_of_headers(refused)
        else:
            for attribute, wanted in (
                ("source", actor),
                ("type", command.type().replace("*", self._service)),
                ("dataschema", command.schema_urn().replace("*", self._service)),
            ):
                if getattr(envelope, attribute) not in (wanted, None):
                    errors.append({"field": f"ce-{attribute}", "rule": broken("header_is", expected=wanted)})
        try:
            body = parse(command, message.data)
        except ValidationError as error:
            errors += problems_of(error, message.data)
        if errors or envelope is None:
            raise _invalid(*errors)
        asked, message_id = body, envelope.id
        return lambda tx: Ask(asked, actor, division, message_id, tx.now), message_id

    async def _once(
        self,
        handler: CommandHandler,
        ask_of: Callable[[Transaction], Ask[Any]],
        message_id: str,
        digest: bytes,
        message: Msg,
        within: str | None,
    ) -> bytes:
        async with self._pool.acquire() as sql, sql.transaction():
            ask = ask_of(self._begin(sql, self._clock.now()))
            given = await sql.fetchrow(
                "SELECT command_digest, body FROM answers WHERE actor = $1 AND message_id = $2", ask.actor, message_id
            )
            if given is not None:
                if given["command_digest"] != digest:
                    raise Problem(409, "id-used", broken("id_used", id=message_id, actor=ask.actor))
                stored: bytes = given["body"]
                return stored
            tx = self._begin(sql, ask.at)
            await look_at(tx)
            answer = await handler(tx, ask)
            body = tx.texts.dump(answer.body)
            if len(body) > self._most_bytes:
                raise _too_large(len(body), self._most_bytes)
            if not ask.command.reads_only:
                await sql.execute(
                    "INSERT INTO answers (actor, message_id, command_digest, body) VALUES ($1, $2, $3, $4)",
                    ask.actor,
                    message_id,
                    digest,
                    body,
                )
            cause = from_headers(message.headers)
            news = [outbox.telling(fact, cause, within) for fact in answer.news]
            written = await outbox.write(sql, self._service, news, ask.at, tx.texts)
        if written:
            self._relay.offer(written)
        elif not ask.command.reads_only:
            self._relay.wake()
        return body
