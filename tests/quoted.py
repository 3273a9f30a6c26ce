"""Which words of what was posted, asked and enrolled are quoted where nothing of it may stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

_CHINESE = re.compile(r"[\u3400-\u9fff]{2,}|\d{11}")


def words_in(value: Any) -> Iterator[str]:
    """Every text of a value, keys included, that has two Chinese characters or a telephone number in it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from words_in(key)
            yield from words_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from words_in(inner)
    elif isinstance(value, str) and _CHINESE.search(value):
        yield value


def plain(lines: Iterable[str]) -> str:
    """Lines of logs as they are, and those in JSON also as the texts in them."""
    return "\n".join(both for line in lines for both in (line, _unescaped(line)))


def _unescaped(line: str) -> str:
    try:
        return json.dumps(json.loads(line[line.index("{") :]), ensure_ascii=False)
    except ValueError:
        return ""


def quoted(words: Iterable[str], text: str) -> list[str]:
    """The words that stand in a text."""
    return sorted(word for word in set(words) if word in text)
