"""What is explained in outreach, what disputes are about, and how they are settled (DOMAIN §3, C1)."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.language.values import Line, Token
from contracts.law.versions import Rules

Called = tuple[Line, Line]
"""In Chinese and English."""


class OutreachRules(Rules):
    """Lists that an office adds to."""

    topics: Mapping[Token, Called]
    abouts: Mapping[Token, Called]
    settled_by: Mapping[Token, Called]
