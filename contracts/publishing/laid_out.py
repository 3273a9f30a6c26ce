"""JSON as people read it: whatever fits on a line stands on one."""

from __future__ import annotations

import json
from typing import Any

WIDTH = 120


def laid_out(value: Any, before: int = 0, indent: int = 0) -> str:
    """A value as text; `before` is how much of its first line is taken already."""
    flat = json.dumps(value, ensure_ascii=False)
    if before + len(flat) < WIDTH or not isinstance(value, dict | list) or not value:
        return flat
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        heads = [f"{inner}{json.dumps(key, ensure_ascii=False)}: " for key in value]
        parts = [head + laid_out(one, len(head), indent + 2) for head, one in zip(heads, value.values(), strict=True)]
    else:
        parts = [inner + laid_out(one, len(inner), indent + 2) for one in value]
    first, last = "{}" if isinstance(value, dict) else "[]"
    return first + "\n" + ",\n".join(parts) + "\n" + " " * indent + last
