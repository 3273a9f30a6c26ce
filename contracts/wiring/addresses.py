"""Where each message is found on the bus: its subject, with what the braces stand for."""

from __future__ import annotations

from contracts.language.intake import Refusal
from contracts.language.message import Command, Intake, Message, ReferenceFact

DIVISION = ("province", "city", "county", "town", "village")


def address_of(message: type[Message]) -> str:
    """The subject of a message, with its parameters in braces."""
    service, word, major = message.parts()
    division = ".".join(f"{{{part}}}" for part in DIVISION)
    if message is Refusal:
        return "rejected.{source}.{kind}.{major}"
    if issubclass(message, Command):
        return f"cmd.{'{service}' if service == '*' else service}.{word}.{major}.{{actor}}.{division}"
    if issubclass(message, Intake):
        return f"track.{major}.{{source}}" if message.family == "track" else f"intake.{{source}}.{word}.{major}"
    return f"{message.name}.{division}" + (".{id}" if issubclass(message, ReferenceFact) else "")


def parameters_in(address: str) -> list[str]:
    """What stands in braces, in its order."""
    return [token.strip("{}") for token in address.split(".") if token.startswith("{")]
