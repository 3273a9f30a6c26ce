"""How a service is told where things are and how careful to be: `LINZHANG_…` variables, named when wrong."""

from __future__ import annotations

import os
import ssl
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from clients.python.secret import SecretUnreadable, secret
from clients.python.tls import CaUnusable, encrypted, trust, unheeded
from contracts.language.address import is_address
from contracts.language.rules import broken, describe
from services.runtime import traces

SECRETS = ("nats_url", "database_url")
"""Each may be stated as `LINZHANG_…_FILE`, too: the file that holds it."""


class Settings(BaseSettings):
    """Every setting of a service. Times in seconds unless the name says days.

    Either address may stand in a file that `LINZHANG_NATS_URL_FILE`, `LINZHANG_DATABASE_URL_FILE` name.
    """

    model_config = SettingsConfigDict(env_prefix="LINZHANG_", extra="ignore")

    nats_url: str = Field(description="the bus: nats://user:password@host:port, several separated by commas")
    database_url: str = Field(description="the service's own role: postgresql://role:password@host:port/database")
    ca_file: Path | None = Field(None, description="certificates that vouch for bus and database: both speak TLS then")
    http_host: str = Field("127.0.0.1", description="where /livez, /readyz and /metrics listen")
    http_port: Annotated[int, Field(ge=1, le=65535)] = 8100
    clock: Literal["system", "bus"] = Field("system", description="`bus` follows clock.now: demo and tests only")
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    batch_max: Annotated[int, Field(ge=1, le=5000)] = Field(512, description="messages in one transaction")
    max_attempts: Annotated[int, Field(ge=1, le=1000)] = Field(8, description="failures before a dead letter")
    retry_first_s: Annotated[float, Field(gt=0)] = Field(0.5, description="delay after the first failure; doubles")
    retry_longest_s: Annotated[float, Field(gt=0)] = 300.0
    publish_timeout_s: Annotated[float, Field(gt=0)] = 5.0
    relay_chunk: Annotated[int, Field(ge=1, le=10_000)] = Field(512, description="outbox rows sent at a time")
    outbox_keep_days: Annotated[int, Field(ge=1)] = 30
    inbox_keep_days: Annotated[int, Field(ge=1)] = Field(120, description="longer than the streams keep messages")

    @field_validator("nats_url")
    @classmethod
    def _bus(cls, value: str) -> str:
        if not all(part.startswith(("nats://", "tls://")) for part in value.split(",")):
            raise ValueError(broken("bus_scheme"))
        if not is_address(value, "nats", "tls"):
            raise ValueError(broken("bus_host"))
        try:
            encrypted(value.split(","))
        except ValueError:
            raise ValueError(broken("bus_one_scheme")) from None
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if not value.startswith("postgresql://"):
            raise ValueError(broken("database_scheme"))
        return value

    @field_validator("ca_file")
    @classmethod
    def _ca(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        try:
            trust(value)
        except CaUnusable as unusable:
            raise ValueError(broken("ca_file", reason=str(unusable))) from None
        if unheeded(info.data.get("nats_url", "tls://").split(","), value):
            raise ValueError(broken("ca_file_tls"))
        return value

    def database_tls(self) -> ssl.SSLContext | None:
        """What asyncpg is told as `ssl`: never in the clear where a CA is stated, else as the address says."""
        return trust(self.ca_file) if self.ca_file is not None else None


def read_settings() -> Settings:
    """The settings from the environment; a wrong or missing one is named on stderr and the process ends with 2."""
    try:
        stated: dict[str, Any] = {name: secret(f"LINZHANG_{name.upper()}") for name in SECRETS}
        found = Settings(**{name: value for name, value in stated.items() if value is not None})
        of_traces = traces.wrong_in(os.environ)
        if of_traces is None:
            return found
        print(": ".join(of_traces), file=sys.stderr)
    except ValidationError as error:
        for wrong in map(describe, error.errors()):
            print(f"LINZHANG_{wrong['field'].upper()}: {wrong['rule']}", file=sys.stderr)
    except SecretUnreadable as unreadable:
        print(unreadable, file=sys.stderr)
    raise SystemExit(2)


if __name__ == "__main__":
    read_settings()
