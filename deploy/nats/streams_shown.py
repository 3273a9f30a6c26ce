"""How the streams stand, and which durables of the services they lack, as the operator sees it."""

from __future__ import annotations

from nats.js import JetStreamContext
from nats.js.errors import APIError

from contracts.access import StreamShown, StreamsShown
from contracts.wiring.streams import DURABLES, STREAMS, Stream, percent_of
from deploy.nats.durables import present_durables


async def streams_shown(bus: JetStreamContext) -> StreamsShown:
    present = set(await present_durables(bus))
    return StreamsShown(streams=tuple([await _shown(bus, stream, present) for stream in STREAMS]))


async def _shown(bus: JetStreamContext, stream: Stream, present: set[tuple[str, str]]) -> StreamShown:
    try:
        info = await bus.stream_info(stream.name)
    except APIError as error:
        return StreamShown(stream=stream.name, error=error.description)
    ours = {one.name for of_service in DURABLES.values() for one in of_service if one.stream == stream.name}
    budget = info.config.max_bytes or 0
    return StreamShown(
        stream=stream.name,
        messages=info.state.messages,
        bytes=info.state.bytes,
        budget_bytes=budget,
        percent=percent_of(info.state.bytes, budget),
        missing=tuple(sorted(name for name in ours if (stream.name, name) not in present)),
    )
