"""The one owner of streams and durables: makes what is missing, widens what may be widened, loses nothing."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import replace

import nats
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from clients.python.away import of_bus
from clients.python.connection import connect
from clients.python.secret import SecretUnreadable, secret
from clients.python.tls import CaUnusable
from contracts.language.address import is_address
from contracts.wiring.streams import DURABLES, STORE_LEAST_MIB, STORE_MIB, STREAMS, Durable, Stream
from deploy.nats.durables import Say, conflict, make_durable, present_durables


class WouldLoseData(Exception):
    """A change that would drop messages; it is named and not made."""


def stream_configuration(stream: Stream, replicas: int, store_mib: int) -> StreamConfig:
    return StreamConfig(
        name=stream.name,
        subjects=list(stream.subjects),
        storage=StorageType.FILE,
        num_replicas=replicas,
        max_age=stream.max_age_s,
        max_msgs_per_subject=stream.max_msgs_per_subject,
        max_msg_size=stream.max_msg_bytes,
        max_bytes=stream.budget_bytes(store_mib),
        duplicate_window=stream.duplicate_window_s,
        discard=DiscardPolicy.OLD if stream.drops_oldest else DiscardPolicy.NEW,
        allow_direct=True,
    )


_COMPARED = (
    *("subjects", "max_age", "max_msgs_per_subject", "max_msg_size", "max_bytes", "discard"),
    *("duplicate_window", "num_replicas"),
)


async def provision(
    bus: JetStreamContext,
    durables: Sequence[Durable] = (),
    replicas: int = 1,
    say: Say = print,
    store_mib: int = STORE_MIB,
) -> int:
    """Make streams and durables as the contracts say; returns how many things were changed.

    `durables` are those of outsiders: what would lose messages there is said and left as it is. Raises WouldLoseData
    for one of ours before anything is changed.
    """
    ours = [durable for service in DURABLES.values() for durable in service]
    have_durables = await present_durables(bus)
    for durable in ours:
        if told := conflict(have_durables, durable):
            raise WouldLoseData(told)
    present = {stream.name: await _present(bus, stream.name) for stream in STREAMS}
    stated = [stream_configuration(stream, replicas, store_mib) for stream in STREAMS]
    wanted = [_with_others(present[str(config.name)], config, say) for config in stated]
    # A budget is reserved at the server: what gives some back comes before what takes more.
    wanted.sort(key=lambda config: _grows_by(present[str(config.name)], config))
    for config in wanted:
        have = present[str(config.name)]
        if have is not None:
            _refuse_loss(have, config)
    changed = 0
    for config in wanted:
        have = present[str(config.name)]
        if have is None:
            await bus.add_stream(config)
            say(f"stream {config.name}: made, takes {', '.join(config.subjects or [])}")
        elif differences := _differences(have, config):
            await bus.update_stream(replace(have, **{name: getattr(config, name) for name in _COMPARED}))
            say(f"stream {config.name}: {'; '.join(differences)}")
        else:
            continue
        changed += 1
    for durable in (*ours, *durables):
        if told := conflict(have_durables, durable):
            say(told)
        else:
            changed += await make_durable(bus, have_durables, durable, say)
    return changed


def _with_others(have: StreamConfig | None, want: StreamConfig, say: Say) -> StreamConfig:
    """What a stream takes besides is left: a later release tells it, and its services may still be there."""
    known = want.subjects or []
    others = [subject for subject in (have.subjects if have else None) or () if subject not in known]
    if not others:
        return want
    say(f"stream {want.name}: takes {', '.join(others)} too, which another release tells: left as it is")
    return replace(want, subjects=[*known, *others])


def _grows_by(have: StreamConfig | None, want: StreamConfig) -> int:
    reserved = max(have.max_bytes or 0, 0) if have is not None else 0
    return (want.max_bytes or 0) - reserved


async def _present(bus: JetStreamContext, name: str) -> StreamConfig | None:
    try:
        return (await bus.stream_info(name)).config
    except NotFoundError:
        return None


def _differences(have: StreamConfig, want: StreamConfig) -> list[str]:
    return [
        f"{name} {getattr(have, name)} -> {getattr(want, name)}"
        for name in _COMPARED
        if getattr(have, name) != getattr(want, name)
    ]


def _refuse_loss(have: StreamConfig, want: StreamConfig) -> None:
    def shorter(name: str, unlimited: float) -> bool:
        before, after = getattr(have, name) or unlimited, getattr(want, name) or unlimited
        endless = (0, -1)
        return after not in endless and (before in endless or after < before)

    lost = [name for name in ("max_age", "max_msgs_per_subject") if shorter(name, 0)]
    if lost:
        what = "; ".join(f"{n} {getattr(have, n)} -> {getattr(want, n)}" for n in lost)
        raise WouldLoseData(f"stream {want.name}: {what} would lose messages; change it by hand")


def read_settings() -> tuple[str, int, int]:
    """The bus, replicas of a stream, and the store in MiB; a wrong one is named and the process ends with 2."""
    try:
        url = secret("LINZHANG_NATS_URL") or ""
    except SecretUnreadable as wrong:
        print(wrong, file=sys.stderr)
        raise SystemExit(2) from None
    replicas = os.environ.get("LINZHANG_REPLICAS", "1")
    if not is_address(url, "nats", "tls"):
        print("LINZHANG_NATS_URL: is required, must begin with nats:// or tls:// and name a host", file=sys.stderr)
        raise SystemExit(2)
    if replicas not in ("1", "3", "5"):
        print("LINZHANG_REPLICAS: must be 1, 3 or 5", file=sys.stderr)
        raise SystemExit(2)
    store = os.environ.get("LINZHANG_STORE_MIB", str(STORE_MIB))
    if not (store.isascii() and store.isdigit() and len(store) < 10 and int(store) >= STORE_LEAST_MIB):
        print(f"LINZHANG_STORE_MIB: must be a whole number from {STORE_LEAST_MIB}", file=sys.stderr)
        raise SystemExit(2)
    return url, int(replicas), int(store)


async def main(url: str, replicas: int, store_mib: int) -> int:
    try:
        connection = await connect(
            url, ca_file=os.environ.get("LINZHANG_CA_FILE") or None, inbox_prefix=b"_INBOX.provisioner"
        )
    except (CaUnusable, ValueError) as wrong:
        print(of_bus(wrong), file=sys.stderr)
        return 2
    except (nats.errors.Error, OSError) as error:
        print(of_bus(error), file=sys.stderr)
        return 3
    try:
        changed = await provision(connection.jetstream(timeout=10), replicas=replicas, store_mib=store_mib)
    except WouldLoseData as refused:
        print(refused, file=sys.stderr)
        return 1
    finally:
        await connection.close()
    print(f"{changed} changed" if changed else "nothing to change")
    return 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main(*read_settings())))
