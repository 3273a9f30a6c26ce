"""One line of the demo's books."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Book:
    """Two counts of the same thing that must agree."""

    key: str
    left: Any
    right: Any

    @property
    def balances(self) -> bool:
        return bool(self.left == self.right)

    def differences(self) -> list[str]:
        """What differs, one by one where the book is kept so."""
        if isinstance(self.left, dict):
            keys = sorted({*self.left, *self.right}, key=str)
            pairs = [(key, self.left.get(key), self.right.get(key)) for key in keys]
            return [f"{key}: {left} / {right}" for key, left, right in pairs if left != right]
        if isinstance(self.left, set):
            return [str(one) for one in sorted(self.left ^ self.right, key=str)]
        return [] if self.balances else [f"{self.left} / {self.right}"]
