"""How long to wait before the next try."""

from __future__ import annotations

DOUBLED_AT_MOST = 1000
"""Beyond it a number would no longer be one that a float can be."""


def pause_s(first_s: float, failures: int, longest_s: float) -> float:
    """After so many failures in a row, one or more: twice as long each time, and never longer than `longest_s`."""
    return min(first_s * 2.0 ** min(failures - 1, DOUBLED_AT_MOST), longest_s)
