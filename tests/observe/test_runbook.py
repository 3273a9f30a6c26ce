"""What an operator is told to type is what the command line takes."""

import re

import pytest
from typer.main import get_command

from cli.main import app
from tests.observe.configured import ROOT, read

PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")


@pytest.mark.slow
def test_every_command_of_linzhang_that_is_named_there_is_with_its_options_and_arguments():
    told = re.findall(r"(?:`|^)(?:\w+=\S+ )?linzhang ([a-z][^`\n#…]*)", PAGE, re.MULTILINE)
    assert len(told) > 5
    for line in told:
        words, at = line.split(), get_command(app)
        while hasattr(at, "commands"):
            assert words[0] in at.commands, line
            at = at.commands[words.pop(0)]
        options = {name: one for one in at.params for name in one.opts}
        given = [word for word in words if word.startswith("--")]
        assert set(given) <= set(options), line
        wanted = sum(one.required for one in at.params if one.param_type_name == "argument")
        assert len(words) - 2 * len(given) == wanted, line


def test_every_service_of_compose_that_is_named_there_is():
    services = read(ROOT / "deploy" / "compose" / "compose.yaml")["services"]
    told = re.findall(r"docker compose (?:restart|run --rm|up -d|logs) ([a-z][a-z ]*)`", PAGE)
    named = {one for names in told for one in names.split()}
    assert {"provisioner", "keys", "linzhang"} <= named
    assert named <= set(services)
