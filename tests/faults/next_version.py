"""Cases as its next version: a fact has one field more, which nobody else knows yet."""

from typing import ClassVar

from contracts.cases import CaseOpened


class CaseOpened(CaseOpened):
    """A problem has been registered; `seen_from` is new."""

    name: ClassVar[str] = CaseOpened.name

    seen_from: str = "the ground"


CaseOpened = CaseOpened  # type: ignore[misc]

from services.cases.clock import cases  # noqa: E402  after the contract has been changed

if __name__ == "__main__":
    cases.main()
