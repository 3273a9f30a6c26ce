"""A receiver of OpenTelemetry's traces: a real HTTP server on loopback that reads the protobuf."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.waiting import until

KINDS = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}
FAILED = 2


@dataclass(frozen=True)
class Span:
    """A span as it was received; ids in hexadecimal, `parent` empty where it begins its trace."""

    service: str
    name: str
    kind: str
    trace: str
    id: str
    parent: str
    is_remote: bool
    failed: bool
    message: str
    about: dict[str, object]
    links: tuple[tuple[str, str], ...]
    began_ns: int
    ended_ns: int

    @property
    def operation(self) -> str:
        return self.name.partition(" ")[0]


@dataclass
class Receiver:
    """What has been told to it, and how it answers with `status`."""

    port: int
    spans: list[Span] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    status: int = 200
    asked: int = 0

    @property
    def settings(self) -> dict[str, str]:
        """Of a service that tells it soon."""
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.port}",
            "OTEL_BSP_SCHEDULE_DELAY": "50",
        }

    async def has(self, count: int, **wanted: object) -> list[Span]:
        """So many spans of which all this is true, in the order in which they began, once they have come."""

        def found() -> list[Span]:
            return [one for one in list(self.spans) if all(getattr(one, name) == is_ for name, is_ in wanted.items())]

        async def there() -> bool:
            return len(found()) >= count

        try:
            await until(there)
        except TimeoutError:
            told = sorted({(one.service, one.name) for one in self.spans})
            raise AssertionError(f"{len(found())} of {count} spans with {wanted}; told were {told}") from None
        return sorted(found(), key=lambda one: one.began_ns)


@contextmanager
def receiving():
    """One that runs."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            one.asked += 1
            one.paths.add(self.path)
            if one.status == 200:
                one.bodies.append(body)
                one.spans.extend(_read(body))
            self.send_response(one.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    one = Receiver(server.server_address[1])
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()
        serving.join()


def _read(body: bytes) -> list[Span]:
    request = ExportTraceServiceRequest.FromString(body)
    return [
        Span(
            service=_values(of_service.resource.attributes)["service.name"],
            name=span.name,
            kind=KINDS[span.kind],
            trace=span.trace_id.hex(),
            id=span.span_id.hex(),
            parent=span.parent_span_id.hex(),
            is_remote=bool(span.flags & 0x200),
            failed=span.status.code == FAILED,
            message=span.status.message,
            about=_values(span.attributes),
            links=tuple((link.trace_id.hex(), link.span_id.hex()) for link in span.links),
            began_ns=span.start_time_unix_nano,
            ended_ns=span.end_time_unix_nano,
        )
        for of_service in request.resource_spans
        for scope in of_service.scope_spans
        for span in scope.spans
    ]


def _values(attributes) -> dict[str, object]:
    return {one.key: _value(one.value) for one in attributes}


def _value(value) -> object:
    kind = value.WhichOneof("value")
    return [_value(one) for one in value.array_value.values] if kind == "array_value" else getattr(value, kind)
