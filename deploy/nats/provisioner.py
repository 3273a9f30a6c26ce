"""The provisioner as a process: keeps streams, durables and users as they must be, and answers the operator."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import nats
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Gauge, generate_latest

from clients.python.away import of_bus
from clients.python.secret import SecretUnreadable, secret
from clients.python.tls import CaUnusable, bus_options
from clients.python.together import side_by_side
from contracts.language.address import is_address
from contracts.language.rules import broken
from deploy.comeback.coming import Coming
from deploy.database.renewal import Renewal
from deploy.nats.answering import answering
from deploy.nats.directory import HASHES_FILE, Directory
from deploy.nats.provision import WouldLoseData, read_settings
from deploy.nats.provisioning import Provisioning
from deploy.nats.user_changes import NotDone
from deploy.observe.measures import Measures

LOOK_EVERY_S = 1.0
MAKE_ROOM_EVERY_S = 15.0
ADDRESSES = "LINZHANG_NATS_URL, LINZHANG_SYSTEM_URL"
USERS = Gauge("linzhang_bus_users", "Users outside the services that the bus lets in")
LEFT_OUT = Gauge("linzhang_bus_users_left_out", "Users that are stated and not let in")


@dataclass
class Provisioner:
    """Of one directory; `unready` says why it is not ready, a reason each."""

    provisioning: Provisioning
    directory: Directory
    log: Callable[[str, str], None]
    coming: Coming
    renewal: Renewal | None = None
    unready: dict[str, str] = field(default_factory=lambda: {"bus": "not provisioned yet"})

    async def run(self) -> None:
        works = [self._keep(), answering(self.provisioning, self._heard)]
        if self.renewal is not None:
            works.append(self._keep_database(self.renewal))
        await side_by_side(*works)

    def _heard(self, away: str) -> None:
        """Whoever answers has come to the bus, or has lost it; what is there now is looked at anew."""
        if away:
            self._is("bus", away)
        else:
            self.provisioning.in_force = False
            self._is("answering", "")

    def _is(self, what: str, reason: str) -> None:
        if self.unready.get(what, "") != reason:
            self.log("provisioner", reason or f"{what}: in order")
        if reason:
            self.unready[what] = reason
        else:
            self.unready.pop(what, None)

    async def _keep(self) -> None:
        made_room_at = time.monotonic()
        while True:
            wanted = not self.provisioning.in_force or self.provisioning.users_changed or self._directory_changed()
            if wanted or self.unready:
                await self._try(self._bring_up)
            elif self.provisioning.shut:
                await self._try(self._come_back)
            elif time.monotonic() > made_room_at + MAKE_ROOM_EVERY_S:
                made_room_at = time.monotonic()
                await self._try(self.provisioning.make_room)
                await self._try(self._reach_others)
            await asyncio.sleep(LOOK_EVERY_S)

    def _directory_changed(self) -> bool:
        try:
            return self.directory.has_changed
        except OSError:
            return True

    async def _bring_up(self) -> None:
        if self._directory_changed():
            self.provisioning.in_force = False
        await self.coming.look()
        await self.provisioning.bring_up()
        self.coming.made()
        USERS.set(len(self.directory.users.outsiders))
        LEFT_OUT.set(len(self.provisioning.left_out))

    async def _come_back(self) -> None:
        if await self.coming.go_on():
            await self._bring_up()

    async def _reach_others(self) -> None:
        if refused := await self.directory.reach_others():
            raise NotDone(500, "failed", broken("bus_refuses", told=refused))

    async def _keep_database(self, renewal: Renewal) -> None:
        """It serves nobody here: what is wrong with it is said, and its own alarm is of what it serves."""
        said = ""
        while True:
            try:
                told = await renewal.look()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, CaUnusable, SecretUnreadable) as error:
                reason = f"LINZHANG_DATABASE_URL: the database is not told of its certificate: {error}"
                if reason != said:
                    self.log("certificates", reason)
                said = reason
            else:
                if told:
                    self.log("certificates", "the database has read its certificate anew")
                said = ""
            await asyncio.sleep(LOOK_EVERY_S)

    async def _try(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except (WouldLoseData, NotDone, SecretUnreadable) as refused:
            self._is("bus", str(refused))
        except (CaUnusable, nats.errors.Error, OSError, ValueError) as error:
            self._is("bus", why_away(error))
        else:
            self._is("bus", "")


def why_away(error: Exception) -> str:
    """Why what is kept there cannot be kept, with the setting to look at."""
    if isinstance(error, OSError) and error.filename:
        return f"LINZHANG_BUS_DIR: {error.filename}: {(error.strerror or type(error).__name__).lower()}"
    return of_bus(error, ADDRESSES)


async def _serve(unready: dict[str, str]) -> None:
    """`/livez`, `/readyz` and `/metrics`, as a service has them, until SIGTERM or SIGINT."""

    async def application(scope: Any, _: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        status, content_type, body = 404, "text/plain", b"there is /livez, /readyz and /metrics\n"
        match scope["path"]:
            case "/livez":
                status, body = 200, b"ok\n"
            case "/readyz":
                status, body = 503 if unready else 200, ("\n".join(unready.values()) or "ready").encode() + b"\n"
            case "/metrics":
                status, content_type, body = 200, CONTENT_TYPE_LATEST, generate_latest()
        headers = [(b"content-type", content_type.encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    config = uvicorn.Config(
        application,
        host=os.environ.get("LINZHANG_HTTP_HOST", "127.0.0.1"),
        port=int(os.environ.get("LINZHANG_HTTP_PORT", "8100")),
        http="h11",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    await uvicorn.Server(config).serve()


def _measure(unready: dict[str, str]) -> None:
    """What no service can: whether this one is ready, certificates, backups, disks."""
    ready = Gauge("linzhang_ready", "1 while the service is ready; /readyz says what is wrong")
    ready.set_function(lambda: not unready)
    REGISTRY.register(Measures.of(os.environ))


def one_log() -> Callable[[str, str], None]:
    """Lines on stderr; as JSON where `LINZHANG_LOG_FORMAT` says so."""
    as_json = os.environ.get("LINZHANG_LOG_FORMAT") == "json"

    def log(part: str, line: str) -> None:
        told = {"event": line, "part": part, "service": "provisioner", "timestamp": datetime.now(UTC).isoformat()}
        print(json.dumps(told, ensure_ascii=False) if as_json else f"{part}: {line}", file=sys.stderr, flush=True)

    return log


def _address(name: str) -> Callable[[], str]:
    """Read anew each time: a password that has changed is taken up without a start."""
    return lambda: secret(name) or ""


def read_directory() -> Directory:
    """From the environment; what is wrong is named, and the process ends with 2."""
    ca_file = os.environ.get("LINZHANG_CA_FILE") or None
    folder = Path(os.environ.get("LINZHANG_BUS_DIR", ""))
    try:
        addresses = [secret(name) or "" for name in ADDRESSES.split(", ")]
        if not all(is_address(one, "nats", "tls") for one in addresses):
            print(
                "LINZHANG_SYSTEM_URL: is required, must begin with nats:// or tls:// and name a host", file=sys.stderr
            )
            raise SystemExit(2)
        for one in addresses:
            bus_options(one.split(","), ca_file)
    except (SecretUnreadable, CaUnusable, ValueError) as unusable:
        print(unusable if isinstance(unusable, SecretUnreadable) else of_bus(unusable, ADDRESSES), file=sys.stderr)
        raise SystemExit(2) from None
    if not os.environ.get("LINZHANG_BUS_DIR") or not (folder / HASHES_FILE).is_file():
        print(f"LINZHANG_BUS_DIR: must be the directory of the bus server, with {HASHES_FILE} in it", file=sys.stderr)
        raise SystemExit(2)
    return Directory(
        folder,
        _address("LINZHANG_NATS_URL"),
        _address("LINZHANG_SYSTEM_URL"),
        Path(ca_file) if ca_file else None,
        _certificate("LINZHANG_BUS_CERTIFICATE"),
    )


def _certificate(name: str) -> Path | None:
    """A file that is watched; one that is not there is named, and the process ends with 2."""
    stated = os.environ.get(name)
    if stated and not Path(stated).is_file():
        print(f"{name}: {stated} is no file", file=sys.stderr)
        raise SystemExit(2)
    return Path(stated) if stated else None


def read_renewal(ca_file: Path | None) -> Renewal | None:
    """Where a certificate of the database is stated. The process ends with 2 where only half of it is."""
    certificate = _certificate("LINZHANG_DATABASE_CERTIFICATE")
    try:
        address = secret("LINZHANG_DATABASE_URL")
    except SecretUnreadable as wrong:
        print(wrong, file=sys.stderr)
        raise SystemExit(2) from None
    if certificate is None:
        return None
    if not is_address(address or "", "postgresql"):
        print("LINZHANG_DATABASE_URL: must begin with postgresql:// and name a host", file=sys.stderr)
        raise SystemExit(2)
    return Renewal(_address("LINZHANG_DATABASE_URL"), certificate, ca_file)


async def main() -> None:
    _, replicas, store_mib = read_settings()
    directory, log = read_directory(), one_log()
    ca_file = Path(stated) if (stated := os.environ.get("LINZHANG_CA_FILE")) else None
    provisioning = Provisioning(directory, log, replicas, store_mib, ca_file)
    coming = Coming(directory.path, directory.lost, provisioning, log)
    provisioner = Provisioner(provisioning, directory, log, coming, read_renewal(ca_file))
    _measure(provisioner.unready)
    await side_by_side(provisioner.run(), _serve(provisioner.unready))


if __name__ == "__main__":
    asyncio.run(main())
