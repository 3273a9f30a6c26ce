"""The headers of messages as JSON Schema: of what services tell, of what is sent to them, and of answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.language.message import JSON

_STATED = ("ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time")
_TOLD = ("ce-dataschema", "ce-partitionkey", "ce-sequence", "ce-correlationid", "Nats-Msg-Id", "content-type")
_PERHAPS = ("ce-causationid", "ce-traceparent")
ENVELOPES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "told": ((*_STATED, *_TOLD), _PERHAPS),
    "sent": (_STATED, ("ce-dataschema", "ce-correlationid", "ce-causationid", "ce-traceparent", "content-type")),
    "answered": (("content-type",), ()),
}
"""By name: which headers are always there, and which may be."""
_SHAPES: Mapping[str, Mapping[str, Any]] = {
    "ce-specversion": {"const": "1.0"},
    "ce-id": {"type": "string", "minLength": 1, "maxLength": 256},
    "ce-time": {"type": "string", "format": "date-time"},
    "ce-sequence": {"type": "string", "pattern": "^[0-9]{20}$"},
}


def envelope_of(name: str, texts: Mapping[str, Any]) -> dict[str, Any]:
    """The headers of one sort of message; values are percent-encoded, names in any case."""
    always, perhaps = ENVELOPES[name]
    media = {} if name == "answered" else {"content-type": {"const": JSON}}
    return {
        "type": "object",
        "description": " · ".join(texts["envelopes"][name]),
        "required": list(always),
        "properties": {
            header: {
                **(_SHAPES.get(header) or media.get(header) or {"type": "string"}),
                "description": " · ".join(texts["headers"][header]),
            }
            for header in (*always, *perhaps)
        },
    }
