"""What a failure says: that the message is at fault, so that trying again would change nothing."""

from __future__ import annotations

import asyncpg

from services.runtime.breaker import is_away

_OF_THE_MESSAGE = (
    ValueError,
    ArithmeticError,
    TypeError,
    RecursionError,
    asyncpg.DataError,
    asyncpg.CheckViolationError,
    asyncpg.NotNullViolationError,
    asyncpg.ProgramLimitExceededError,
)
"""A value that cannot be reckoned with, stored or encoded, in Python or in PostgreSQL."""


def is_of_the_message(error: BaseException) -> bool:
    """Whether the same message would fail in the same way however often it is tried."""
    return isinstance(error, _OF_THE_MESSAGE) and not is_away(error)
