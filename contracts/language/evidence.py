"""What is shown for something: photographs and documents, named by their content."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.language.values import Value
from contracts.language.written import WHOLE

Pieces = Annotated[int, Field(title="Pieces", ge=0, le=10_000_000), WHOLE]
"""Trees or animals of one report."""


class Evidence(Value):
    """A photograph or document, named by its content, which comes to the object store apart from what names it."""

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    media_type: Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]+$", max_length=100)]
    size_bytes: Annotated[int, Field(ge=1, le=1_000_000_000_000), WHOLE]
