"""A small client of the bus: posts intake, asks commands, and names what the server refuses."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import nats
from nats.aio.msg import Msg
from nats.errors import MaxPayloadError, NoRespondersError, NoServersError
from nats.errors import TimeoutError as NatsTimeout
from nats.js.errors import APIError
from pydantic import BaseModel, ValidationError

from clients.python.connection import Client
from clients.python.refused import BusError, Forbidden, NoAnswer, NotTaken, Refused, TooLarge, Unreachable, why_away
from clients.python.tls import CaUnusable
from contracts.every_service import operation_subject
from contracts.language.command import ProblemReply
from contracts.language.division import Division
from contracts.language.envelope import Envelope, from_headers, to_headers
from contracts.language.intake import intake_subject
from contracts.language.message import Command, Intake, dump

_VIOLATION = re.compile(r'permissions violation for (?P<what>publish|subscription) to "(?P<subject>[^"]+)"', re.I)
MESSAGE_TOO_LARGE = 10054
"""The server's error code for a message over the stream's limit."""
SUBJECTS_A_PAGE = 100_000
_AnswerT = TypeVar("_AnswerT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The stream has it: as which number, or that it already had it."""

    stream: str
    sequence: int
    duplicate: bool
    message_id: str


class Bus:
    """One user's connection; made by `connected`."""

    def __init__(self, user: str, api_prefix: str) -> None:
        self.user = user
        self.client = Client()
        self._api_prefix = api_prefix
        self._waiting: dict[str, set[asyncio.Future[Msg]]] = {}
        self.broken: asyncio.Queue[BusError] = asyncio.Queue()
        self.last_error: Exception | None = None

    async def _heard_error(self, error: Exception) -> None:
        self.last_error = error
        # A forbidden publish is never answered: without this the asker would see only a timeout (STACK row 25).
        found = _VIOLATION.search(str(error))
        if found is None:
            return
        forbidden = Forbidden(user=self.user, what=found["what"].lower(), subject=found["subject"])
        waiting = self._waiting.get(found["subject"])
        if not waiting:
            self.broken.put_nowait(forbidden)
        for future in waiting or ():
            if not future.done():
                future.set_exception(forbidden)

    async def _was_closed(self) -> None:
        self.broken.put_nowait(Unreachable(user=self.user, why="bus.why.closed"))

    async def request(self, subject: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Msg:
        """One request and its reply. Raises Forbidden, TooLarge, NoAnswer, Unreachable."""
        if not self.client.is_connected:
            raise Unreachable(user=self.user, why="bus.why.closed")
        refused: asyncio.Future[Msg] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(subject, set()).add(refused)
        asked = asyncio.ensure_future(self.client.request(subject, body, timeout=timeout, headers=dict(headers)))
        try:
            await asyncio.wait((asked, refused), return_when=asyncio.FIRST_COMPLETED)
            return refused.result() if refused.done() else asked.result()
        except MaxPayloadError:
            raise TooLarge(size=len(body)) from None
        except NoRespondersError:
            raise NoAnswer(subject=subject) from None
        except (TimeoutError, NatsTimeout):
            raise NoAnswer(subject=subject) from None
        except (OSError, nats.errors.Error) as error:
            raise Unreachable(user=self.user, why=why_away(error)) from None
        finally:
            asked.cancel()
            refused.cancel()
            waiting = self._waiting[subject]
            waiting.discard(refused)
            if not waiting:
                del self._waiting[subject]

    async def post(self, kind: type[Intake], source: str, report: BaseModel | Mapping[str, Any]) -> Receipt:
        """Post something of a kind that the contracts know; returns the stream's receipt."""
        body = dump(report) if isinstance(report, BaseModel) else json.dumps(report, ensure_ascii=False).encode()
        envelope = Envelope(id=str(uuid4()), source=source, type=kind.type(), time=datetime.now(UTC))
        return await self.post_raw(intake_subject(kind, source), body, to_headers(envelope))

    async def post_raw(self, subject: str, body: bytes, headers: Mapping[str, str]) -> Receipt:
        """Post any bytes under any intake subject. Raises TooLarge and NotTaken from the stream's receipt."""
        reply = await self.request(subject, body, headers, timeout=10)
        receipt = json.loads(reply.data)
        if error := receipt.get("error"):
            if error.get("err_code") == MESSAGE_TOO_LARGE:
                raise TooLarge(size=len(body))
            raise NotTaken(reason=error.get("description", ""))
        return Receipt(receipt["stream"], receipt["seq"], bool(receipt.get("duplicate")), headers.get("ce-id", ""))

    async def ask(
        self,
        command: Command,
        actor: str,
        division: Division,
        answer: type[_AnswerT],
        *,
        service: str | None = None,
        timeout: float = 10,
        message_id: str | None = None,
    ) -> _AnswerT:
        """Ask for something; `service` for what every service answers. Raises Refused with the problem."""
        kind = type(command)
        subject = operation_subject(kind, service, actor, division) if service else kind.subject_for(actor, division)
        ce_type = kind.type().replace("*", service) if service else kind.type()
        envelope = Envelope(id=message_id or str(uuid4()), source=actor, type=ce_type, time=datetime.now(UTC))
        reply = await self.request(subject, dump(command), to_headers(envelope), timeout)
        content = {name.lower(): value for name, value in (reply.headers or {}).items()}.get("content-type", "")
        if content.startswith("application/problem+json"):
            raise Refused(ProblemReply.model_validate_json(reply.data), kind)
        try:
            return answer.model_validate_json(reply.data)
        except ValidationError:
            raise Refused(ProblemReply.model_validate_json(reply.data), kind) from None

    async def follow(self, *subjects: str) -> AsyncGenerator[Msg, None]:
        """Messages on these subjects from now on, as they come. Raises Forbidden, Unreachable."""
        gathered: asyncio.Queue[Msg] = asyncio.Queue()

        async def put(message: Msg) -> None:
            gathered.put_nowait(message)

        for subject in subjects:
            await self.client.subscribe(subject, cb=put)
        await self.client.flush()
        while True:
            heard = asyncio.ensure_future(gathered.get())
            refused = asyncio.ensure_future(self.broken.get())
            try:
                await asyncio.wait((heard, refused), return_when=asyncio.FIRST_COMPLETED)
                if refused.done():
                    raise refused.result()
                yield heard.result()
            finally:
                heard.cancel()
                refused.cancel()

    async def stream_info(self, stream: str) -> dict[str, Any]:
        """How many messages a stream has; only for users inside FOREST that may ask."""
        return await self._api(f"STREAM.INFO.{stream}", b"")

    async def subjects(self, stream: str, subject_filter: str) -> dict[str, int]:
        """How many messages a stream has on each subject that matches."""
        found: dict[str, int] = {}
        while True:
            asked = json.dumps({"subjects_filter": subject_filter, "offset": len(found)}).encode()
            page = (await self._api(f"STREAM.INFO.{stream}", asked))["state"].get("subjects") or {}
            found |= page
            if len(page) < SUBJECTS_A_PAGE:
                return found

    async def newest(self, stream: str, subject: str) -> bytes:
        """The body of the last message of a subject. Raises APIError where there is none."""
        asked = json.dumps({"last_by_subj": subject}).encode()
        return base64.b64decode((await self._api(f"STREAM.MSG.GET.{stream}", asked))["message"]["data"])

    async def consumers(self, stream: str) -> list[dict[str, Any]]:
        """How far each durable of a stream is."""
        found: list[dict[str, Any]] = []
        while True:
            page = await self._api(f"CONSUMER.LIST.{stream}", json.dumps({"offset": len(found)}).encode())
            found += page["consumers"] or []
            if len(found) >= page["total"]:
                return found

    async def _api(self, what: str, body: bytes) -> dict[str, Any]:
        reply = await self.request(f"{self._api_prefix}.{what}", body, {}, timeout=10)
        found: dict[str, Any] = json.loads(reply.data)
        if error := found.get("error"):
            raise APIError.from_error(error)
        return found


@asynccontextmanager
async def connected(
    urls: str | list[str], user: str, *, api_prefix: str = "FOREST.API", ca_file: str | Path | None = None
) -> AsyncIterator[Bus]:
    """A connection as `user`; outsiders reach JetStream as FOREST.API, users inside as $JS.API.

    `ca_file` has the certificates that vouch for a bus at `tls://`. Raises Unreachable.
    """
    bus = Bus(user, api_prefix)
    try:
        await bus.client.connect(
            urls,
            ca_file=ca_file,
            name=f"linzhang {user}",
            error_cb=bus._heard_error,
            closed_cb=bus._was_closed,
            inbox_prefix=f"_INBOX.{user}".encode(),
            allow_reconnect=False,
            # Each address of the list is tried so often before it is given up.
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            connect_timeout=3,
            ping_interval=5,
            max_outstanding_pings=2,
        )
    except CaUnusable as error:
        raise Unreachable(user=user, reason=str(error)) from None
    except (TimeoutError, OSError, NoServersError, NatsTimeout, nats.errors.Error) as error:
        raise Unreachable(user=user, why=why_away(bus.last_error or error)) from None
    try:
        yield bus
    finally:
        await bus.client.close()


def told(message: Msg) -> dict[str, Any]:
    """A fact as one JSON object: its envelope's attributes, its subject and its body."""
    envelope = from_headers(message.headers)
    return {
        "subject": message.subject,
        "id": envelope.id,
        "type": envelope.type,
        "time": envelope.time.isoformat(),
        "source": envelope.source,
        "correlation": envelope.correlationid,
        "body": json.loads(message.data),
    }
