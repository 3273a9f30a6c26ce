"""Cases as its next version: a fact has one field more, which nobody else knows yet."""

from typing import ClassVar

import contracts.cases as contract


class CaseOpened(contract.CaseOpened):
    """A problem has been registered; `seen_from` is new."""

    name: ClassVar[str] = contract.CaseOpened.name

    seen_from: str = "the ground"


contract.CaseOpened = CaseOpened  # type: ignore[misc]

from services.cases.service import cases  # noqa: E402  after the contract has been changed
from services.runtime.replica.serve import serve  # noqa: E402

if __name__ == "__main__":
    serve(cases)
