"""An office's own mapping of columns, kept in a file of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from cli.given_file import BadJson, json_in, read, refuse
from cli.rules import field_and_rule
from cli.say import say
from cli.sheet.layout import Columns, Description, Layout, laid_out

Mapped = Annotated[Path | None, typer.Option("--columns", help=say("help.mapping"))]


def layout_of(description: Description, file: Path | None) -> Layout:
    """A description as the office of a file has it. Raises BadFile."""
    if file is None:
        return laid_out(description)
    try:
        return laid_out(description, Columns.model_validate(json_in(read(file))))
    except BadJson as error:
        refuse(file, "sheet.bad_mapping", reason=error)
    except ValidationError as error:
        refuse(file, "sheet.bad_mapping", reason="; ".join(": ".join(field_and_rule(one)) for one in error.errors()))
    except ValueError as error:
        refuse(file, "sheet.bad_mapping", reason=error)
