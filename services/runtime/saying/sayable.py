"""What may be said of a failure in logs and dead letters: its kind and where it arose, never what a message held."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType

import asyncpg
from pydantic import ValidationError

from services.runtime.breaker import AGAIN, is_away
from services.runtime.problem import Problem

_LIBRARIES = (os.path.dirname(os.__file__), sys.prefix)


class Sayable(Exception):
    """Its words are ours, and quote no value."""


def said_of(error: BaseException) -> str:
    """One failure in words that no message has a part in.

    What a library or the database says of a value quotes it; so may a KeyError of our own.
    """
    if isinstance(error, asyncpg.PostgresError):
        return _of_database(error)
    if isinstance(error, Sayable) or is_away(error):
        return str(error) or type(error).__name__
    if isinstance(error, ValidationError):
        kinds = sorted({one["type"] for one in error.errors(include_url=False, include_input=False)})
        return f"{error.title}: {', '.join(kinds)}"
    if isinstance(error, Problem):
        return "; ".join([f"{one['field']}: {one['rule'].code}" for one in error.errors]) or error.word
    return _place(error.__traceback__) or type(error).__name__


def _of_database(error: asyncpg.PostgresError) -> str:
    """Its own words where they are of the server; else its code, and what of the schema it names."""
    if is_away(error) or isinstance(error, AGAIN):
        return str(error.args[0]) if error.args else type(error).__name__
    named = (f"{what} {getattr(error, f'{what}_name', None)}" for what in ("table", "column", "constraint"))
    return ", ".join([f"SQLSTATE {error.sqlstate}", *(one for one in named if not one.endswith(" None"))])


def _place(trace: TracebackType | None) -> str:
    """Where in our own code it arose."""
    frames = [one for one, _ in traceback.walk_tb(trace)]
    ours = [one for one in frames if not one.f_code.co_filename.startswith(_LIBRARIES)]
    if not ours:
        return ""
    last = ours[-1]
    return f"in {last.f_globals.get('__name__')}.{last.f_code.co_name}, line {last.f_lineno}"


def trace_of(error: BaseException) -> str:
    """A traceback in which each failure is said so, with what caused it."""
    return "\n".join(_lines(error, set()))


def _lines(error: BaseException, told: set[int]) -> Iterator[str]:
    told.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in told:
        yield from _lines(before, told)
        yield ""
        yield "And from that or meanwhile:"
        yield ""
    yield "Traceback (most recent call last):"
    yield from (line.rstrip("\n") for line in traceback.format_tb(error.__traceback__))
    yield f"{type(error).__name__}: {said_of(error)}"
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _lines(one, told)
