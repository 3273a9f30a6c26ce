"""Spans of what a service does, told to an OpenTelemetry receiver where the environment names one; nothing else of it.

Which settings there are stands in docs/traces.md. What tells of spans is loaded only where they are told.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, Final, NamedTuple

import structlog

from contracts.language.address import is_address
from contracts.language.attributes import Traceparent, read_traceparent
from contracts.language.rules import Rule, broken
from services.runtime.ids import begun_trace, span_id, uuid7

log = structlog.get_logger()

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
PROTOCOL: Final = "http/protobuf"
PACKAGES: Final = {
    "opentelemetry.sdk.trace": "opentelemetry-sdk",
    "opentelemetry.exporter.otlp.proto.http.trace_exporter": "opentelemetry-exporter-otlp-proto-http",
}
WAITING_SPANS: Final = 16_384
"""As many may wait to be told, unless `OTEL_BSP_MAX_QUEUE_SIZE` says otherwise: a full batch makes some thousands."""
TOLD_WITHIN_S: Final = 2.0
"""What a stop waits for the receiver."""


class Span(NamedTuple):
    """A span that has ended. `own` and `parent` are contexts; `error` is its type, never what a message held."""

    name: str
    kind: str
    own: Traceparent
    parent: Traceparent | None
    began_ns: int
    ended_ns: int
    about: Mapping[str, Any]
    links: Sequence[Traceparent] = ()
    error: str | None = None
    parent_is_remote: bool = False


class Made(NamedTuple):
    """Within which span a message was written down, and when that began."""

    within: str | None
    began_ns: int


def named_in(environment: Mapping[str, str]) -> str | None:
    """The setting that names a receiver; None where nothing is told."""

    def variable(name: str) -> str:
        return environment.get(name, "").strip().lower()

    if variable("OTEL_SDK_DISABLED") == "true" or variable("OTEL_TRACES_EXPORTER") == "none":
        return None
    return next((name for name in ENDPOINTS if variable(name)), None)


def wrong_in(environment: Mapping[str, str]) -> tuple[str, Rule] | None:
    """The setting for which spans cannot be told, with its rule; None where all is well or nothing is to be told."""
    endpoint = named_in(environment)
    if endpoint is None:
        return None
    if not is_address(environment[endpoint].strip(), "http", "https"):
        return endpoint, broken("receiver_address")
    protocol = next((name for name in PROTOCOLS if environment.get(name, "").strip()), None)
    if protocol is not None and environment[protocol].strip() != PROTOCOL:
        return protocol, broken("receiver_protocol", protocol=PROTOCOL)
    missing = [package for module, package in PACKAGES.items() if not _is_installed(module)]
    return (endpoint, broken("receiver_packages", packages=", ".join(missing))) if missing else None


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


class Receiver:
    """Who is told of spans, in a thread of its own: what it does not take in time is left out, and nobody waits."""

    def __init__(self, service: str, setting: str) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
        from opentelemetry.sdk.trace.sampling import ParentBased
        from opentelemetry.sdk.util.instrumentation import InstrumentationScope
        from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

        class Exporter(SpanExporter):
            """Says once that the receiver does not take what it is told, and once that it does again."""

            def __init__(self) -> None:
                self._inner = OTLPSpanExporter()
                self._taken = True

            def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
                result = self._inner.export(spans)
                taken = result is SpanExportResult.SUCCESS
                if taken and not self._taken:
                    log.info("traces are taken again", setting=setting)
                elif self._taken and not taken:
                    log.warning("traces are not taken, and left out", setting=setting)
                self._taken = taken
                return result

            def shutdown(self) -> None:
                self._inner.shutdown()  # type: ignore[no-untyped-call]

        named = {"service.name": service, "service.namespace": "linzhang", "service.instance.id": uuid7()}
        provider = TracerProvider(
            resource=Resource.create({**named, "service.version": version("linzhang")}), shutdown_on_exit=False
        )
        waiting = None if "OTEL_BSP_MAX_QUEUE_SIZE" in os.environ else WAITING_SPANS
        self._processor = BatchSpanProcessor(Exporter(), max_queue_size=waiting)
        self._sampler = provider.sampler
        self._by_parent = isinstance(provider.sampler, ParentBased)
        kinds = {kind.name: kind for kind in SpanKind}
        scope = InstrumentationScope("linzhang.runtime", version("linzhang"))
        failed = StatusCode.ERROR

        def context(of: Traceparent, is_remote: bool) -> SpanContext:
            return SpanContext(int(of.trace_id, 16), int(of.span_id, 16), is_remote, TraceFlags(of.flags))

        def tell(one: Span) -> None:
            about = one.about if one.error is None else {**one.about, "error.type": one.error}
            self._processor.on_end(
                ReadableSpan(
                    one.name,
                    context=context(one.own, False),
                    parent=None if one.parent is None else context(one.parent, one.parent_is_remote),
                    resource=provider.resource,
                    attributes=about,
                    links=[Link(context(link, False)) for link in one.links],
                    kind=kinds[one.kind],
                    status=Status() if one.error is None else Status(failed),
                    start_time=one.began_ns,
                    end_time=one.ended_ns,
                    instrumentation_scope=scope,
                )
            )

        self._tell = tell
        # The exporter says what has become of each batch, and of which address; ours says it once.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL + 1)

    def entered(self, stated: str | None) -> tuple[Traceparent, Traceparent | None]:
        """A new span within what a message states, or within a trace of its own, with its parent."""
        parent = read_traceparent(stated)
        if parent is None:
            own = begun_trace(sampled=True)
        elif self._by_parent:
            return parent._replace(span_id=span_id()), parent
        else:
            own = parent._replace(span_id=span_id())
        kept = self._sampler.should_sample(None, int(own.trace_id, 16), "").decision
        is_kept: bool = kept.is_sampled()  # type: ignore[no-untyped-call]
        return own._replace(flags=own.flags & ~1 | is_kept), parent

    def tell(self, spans: Iterable[Span]) -> None:
        """Hand over those that are recorded; never waits."""
        for one in spans:
            if one.own.is_sampled:
                self._tell(one)

    def end(self) -> None:
        """Let the receiver have what waits, for as long as a stop may wait."""
        ending = threading.Thread(target=self._processor.shutdown, daemon=True)
        ending.start()
        ending.join(TOLD_WITHIN_S)


receiver: Receiver | None = None
"""Who is told of this process's spans; None where nobody is."""


def begin(service: str) -> None:
    """Tell spans from now on, where the environment names a receiver."""
    global receiver
    setting = named_in(os.environ)
    if setting is not None:
        receiver = Receiver(service, setting)


async def end() -> None:
    if receiver is not None:
        await asyncio.to_thread(receiver.end)


def of_log(traceparent: str | None) -> dict[str, str]:
    """What a line of the log says of the trace that it belongs to."""
    found = read_traceparent(traceparent) if receiver is not None else None
    return {} if found is None else {"trace_id": found.trace_id}
