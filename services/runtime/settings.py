"""How a service is told where things are and how careful to be: `LINZHANG_…` variables, named when wrong."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.language.address import is_address
from contracts.language.rules import broken, describe


class Settings(BaseSettings):
    """Every setting of a service. Times in seconds unless the name says days."""

    model_config = SettingsConfigDict(env_prefix="LINZHANG_", extra="ignore")

    nats_url: str = Field(description="the bus: nats://user:password@host:port, several separated by commas")
    database_url: str = Field(description="the service's own role: postgresql://role:password@host:port/database")
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
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if not value.startswith("postgresql://"):
            raise ValueError(broken("database_scheme"))
        return value


def read_settings() -> Settings:
    """The settings from the environment; a wrong or missing one is named on stderr and the process ends with 2."""
    try:
        return Settings()
    except ValidationError as error:
        for wrong in map(describe, error.errors()):
            print(f"LINZHANG_{wrong['field'].upper()}: {wrong['rule']}", file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    read_settings()
