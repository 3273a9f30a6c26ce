"""What docs/events.md shows of commands, run as it would be pasted."""

from pathlib import Path

from tests.cli.pasted import examples, paste

PAGE = Path(__file__).parents[2] / "docs" / "events.md"


async def test_the_example_of_a_command_registers_verifies_and_assigns_a_case_and_is_refused_what_is_unlawful(
    up, tmp_path
):
    done = await paste(up, examples(PAGE)["command"], tmp_path)
    assert done.returncode == 0, done.stderr
    assigned, refused = done.stdout.splitlines()
    assert assigned.split()[0].rsplit("-", 1)[0].endswith("-360222")
    assert assigned.split()[1:] == ["assigned", "u-360222100000"]
    assert refused.startswith("application/problem+json 409 ")
    assert "'reassign'" in refused
