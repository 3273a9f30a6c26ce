"""What a failure says: that a value of the message is at fault, so that trying again would change nothing."""

from __future__ import annotations

import asyncpg
from pydantic import ValidationError

from services.runtime.saying.sayable import Sayable
from services.runtime.telling.outbox import Untellable

_OF_A_VALUE = (
    ArithmeticError,
    UnicodeError,
    RecursionError,
    ValidationError,
    Untellable,
    asyncpg.DataError,
    asyncpg.CheckViolationError,
    asyncpg.ProgramLimitExceededError,
)
"""A value that cannot be reckoned with, stored or encoded, in Python or in PostgreSQL."""


class StoreAway(Sayable):
    """The bus does not answer for its object store: what needs it is tried again, all else goes on."""


def is_of_the_message(error: BaseException) -> bool:
    """Whether the same message would fail in the same way however often it is tried.

    A TypeError, a KeyError or a ValueError of no more than that name is our own code's: nobody's message is refused for
    it, since what waits or is kept can be handled by a version that does right.
    """
    # The driver tells an argument of another type, which is ours, as it tells a value that it cannot encode.
    return isinstance(error, _OF_A_VALUE) and not isinstance(error.__cause__, TypeError)
