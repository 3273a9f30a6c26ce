"""How much evidence may weigh, and how long it is kept (DOMAIN §4)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.language.written import WHOLE
from contracts.law.versions import Rules


class EvidenceRules(Rules):
    """The largest piece; when an upload counts as broken off; how long what is kept stays.

    What nothing names goes after `unnamed_days`; what is named only by what is resolved, `resolved_years` after that.
    """

    most_bytes: Annotated[int, Field(ge=1024, le=4 * 1024**3), WHOLE]
    unfinished_hours: Annotated[int, Field(ge=1, le=720), WHOLE]
    unnamed_days: Annotated[int, Field(ge=1, le=3660), WHOLE]
    resolved_years: Annotated[int, Field(ge=1, le=100), WHOLE]
