"""Settings that are secrets: `NAME`, or `NAME_FILE`, the file that holds it, which no list of processes shows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

MOST_BYTES = 64 * 1024


class SecretUnreadable(Exception):
    """`setting` names the variable, `reason` says what is wrong with it; neither repeats the secret."""

    def __init__(self, setting: str, reason: str) -> None:
        super().__init__(f"{setting}: {reason}")
        self.setting, self.reason = setting, reason


def secret(name: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """What a variable says, or the file that `<name>_FILE` names, without blanks around; None where neither is there.

    Raises SecretUnreadable where both are, or the file cannot be read or is empty.
    """
    setting = f"{name}_FILE"
    file = environment.get(setting)
    if not file:
        return environment.get(name)
    if environment.get(name):
        raise SecretUnreadable(setting, f"{name} is set too: only one of the two may be")
    try:
        with Path(file).open("rb") as opened:
            found = opened.read(MOST_BYTES).decode().strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "is no text"
        raise SecretUnreadable(setting, f"{file} cannot be read: {reason.lower()}") from None
    if not found:
        raise SecretUnreadable(setting, f"{file} is empty")
    return found
