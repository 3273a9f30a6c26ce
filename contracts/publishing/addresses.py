"""Where each message is found on the bus: its subject, with what the braces stand for, and its name in AsyncAPI."""

from __future__ import annotations

from contracts.language.intake import Refusal
from contracts.language.message import Command, Intake, Message, ReferenceFact
from contracts.publishing.schemas import file_name

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


def key_of(message: type[Message]) -> str:
    """The name of a message among the document's components; commands stand beside facts of the same words."""
    prefix = "command-" if issubclass(message, Command) else ""
    return prefix + file_name(message).replace(".", "-")
