"""Structured logs on stderr, each line with the service and, where there is one, the correlation id."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog

from services.runtime.saying.sayable import said_of, trace_of
from services.runtime.settings import Settings


class OneLine(logging.Filter):
    """A library's warning in one line: its traceback says nothing of ours that the reason does not.

    What asyncio shows besides is a task with its arguments and its failure's own words.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "asyncio":
            record.msg, record.args = record.getMessage().partition("\n")[0].partition("(")[0].rstrip(), ()
        if record.levelno < logging.ERROR and record.exc_info:
            error = record.exc_info[1]
            record.msg, record.args = f"{record.getMessage()}: {said_of(error) if error else ''}", ()
            record.exc_info = None
        return True


def _write_trace(out: TextIO, raised: structlog.typing.ExcInfo) -> None:
    out.write("\n" + trace_of(raised[1]))


def configure(service: str, settings: Settings) -> None:
    """Text for people, JSON for machines; the libraries' warnings come through the same door."""

    def of_service(_: object, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
        # Not by context: a thread of a library has none of ours.
        return {"service": service, **line}

    shared: list[structlog.typing.Processor] = [
        of_service,
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if settings.log_format == "json":
        shared.append(structlog.processors.ExceptionRenderer(lambda raised: trace_of(raised[1])))
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            exception_formatter=_write_trace,
        )
    )
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.log_level.upper())),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(OneLine())
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=last, foreign_pre_chain=shared))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
