"""Makes room at the door: what has been handled need not be kept to its age."""

from __future__ import annotations

from dataclasses import dataclass, field

from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from contracts.wiring.streams import DURABLES, STREAMS, Stream
from deploy.nats.durables import Say

FROM_PERCENT = 50
"""Below it what was posted stays, so that it can be looked at."""


@dataclass
class Trim:
    """Looks at the streams whose handled messages may go; remembers how far each was at the look before.

    What has come since then stays in any case: a durable may not know of it yet.
    """

    say: Say
    _last_before: dict[str, int] = field(default_factory=dict)

    async def look(self, bus: JetStreamContext) -> int:
        """Take away what every durable of a stream has acknowledged where it is half full; returns how many went."""
        return sum([await self._trim(bus, stream) for stream in STREAMS if stream.handled_may_go])

    async def _trim(self, bus: JetStreamContext, stream: Stream) -> int:
        info = await bus.stream_info(stream.name)
        upto = self._last_before.get(stream.name, 0)
        self._last_before[stream.name] = info.state.last_seq
        if not info.config.max_bytes or info.state.bytes * 100 < info.config.max_bytes * FROM_PERCENT:
            return 0
        for durable in (one for of_service in DURABLES.values() for one in of_service if one.stream == stream.name):
            try:
                heard = await bus.consumer_info(stream.name, durable.name)
            except NotFoundError:
                return 0  # made anew, it begins with the first message that is left
            if heard.num_pending or heard.num_ack_pending:
                upto = min(upto, heard.ack_floor.stream_seq if heard.ack_floor else 0)
        if upto < info.state.first_seq:
            return 0
        await bus.purge_stream(stream.name, seq=upto + 1)
        gone = info.state.messages - (await bus.stream_info(stream.name)).state.messages
        self.say(f"stream {stream.name}: {gone} handled messages gone to make room")
        return gone
