"""Types that others' programs make of the published schemas: they compile strictly, and there is one for each thing."""

import asyncio
import json
import re
import shutil

import pytest

from contracts.patrol.details import camel
from contracts.publishing import publish
from contracts.publishing.schemas import EVERYTHING, file_name, is_sent, messages, types
from tests.published import SCHEMAS, schema

STRICT = ("--strict", "--noEmit", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--skipLibCheck")
MESSAGES = {file_name(message): message for message in messages()}
OBJECTS = {name for name, shape in types().items() if "properties" in shape}
NAMED = {*types(), "Everything"}
DETAILS = {name for name in OBJECTS if name.removesuffix("Input").endswith("Details")}
"""The fields of one kind of incident each; quicktype makes one class, `Details`, of all of them."""


async def run(*command, cwd):
    """What a program said. Fails with it where it ended otherwise than well."""
    program = await asyncio.create_subprocess_exec(
        *map(str, command), cwd=cwd, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await program.communicate()
    assert program.returncode == 0, said.decode()
    return said.decode()


def tool(folder, name):
    return folder / "node_modules" / ".bin" / name


def types_in(text):
    return re.findall(r"^export (?:interface|type|enum|class) (\w+)", text, re.MULTILINE)


@pytest.fixture(scope="module")
async def typescript(generators):
    """What json-schema-to-typescript makes of all schemas, without any option but that lists are lists."""
    made = generators / "types.ts"
    source = SCHEMAS / f"{EVERYTHING}.json"
    await run(tool(generators, "json2ts"), "--maxItems=-1", "-i", source, "-o", made, cwd=generators)
    return made


async def quicktyped(folder, language, made, *options):
    source = SCHEMAS / f"{EVERYTHING}.json"
    made.parent.mkdir(exist_ok=True)
    options = ("--just-types", "--quiet", *options, "-t", "Everything", "-o", made)
    await run(tool(folder, "quicktype"), "-s", "schema", source, "-l", language, *options, cwd=folder)


async def test_json_schema_to_typescript_makes_one_type_of_each_thing_that_compiles_strictly(generators, typescript):
    made = types_in(typescript.read_text("utf-8"))
    assert sorted(made) == sorted(NAMED)
    await run(tool(generators, "tsc"), *STRICT, typescript, cwd=generators)


async def test_no_type_of_typescript_is_a_list_of_its_lengths(typescript):
    assert [line for line in typescript.read_text("utf-8").splitlines() if line.count(",") > 100] == []


def values(name, payload):
    """A payload as a value of its type; of what is told also with a word and a field of a later version."""
    message = MESSAGES[name]
    variable = re.sub(r"\W", "_", name)
    body = json.dumps(payload, ensure_ascii=False)
    yield f"export const {variable}: T.{message.__name__} = {body};"
    later = json.dumps({**payload, "a_field_of_later": 1}, ensure_ascii=False)
    if is_sent(message) and schema(name)["properties"]:
        yield "// @ts-expect-error"
    yield f"export const {variable}_later: T.{message.__name__} = {later};"


async def test_every_recorded_payload_is_a_value_of_its_type_and_a_misspelt_field_of_what_is_sent_is_not(
    generators, typescript
):
    lines = ['import type * as T from "./types";']
    for name, recorded in publish.payloads().items():
        lines += values(name, recorded[-1])
    (generators / "values.ts").write_text("\n".join(lines))
    assert await run(tool(generators, "tsc"), *STRICT, "values.ts", cwd=generators) == ""


UNKNOWN_WORDS = """
import type * as T from "./types";
declare const opened: T.CaseOpened;
export const kind: T.CaseKind = "a_kind_of_later";
export const always: number = opened.case.cycle;
export const perhaps: T.Line | null = opened.case.due_calendar;
// @ts-expect-error
export const sent: T.CaseKindInput = "a_kind_of_later";
// @ts-expect-error
export const certain: T.Line = opened.case.due_calendar;
"""


async def test_words_are_open_where_they_are_told_and_closed_where_they_are_sent(generators, typescript):
    (generators / "words.ts").write_text(UNKNOWN_WORDS)
    assert await run(tool(generators, "tsc"), *STRICT, "words.ts", cwd=generators) == ""


def inline(shape):
    """The fields of a shape, with each way of stating them."""
    for field, stated in shape.get("properties", {}).items():
        yield from ((field, one) for one in (stated, *stated.get("anyOf", ())))


async def test_quicktype_makes_typescript_that_compiles_strictly_and_a_type_of_each_thing(generators):
    made = generators / "quicktype" / "types.ts"
    await quicktyped(generators, "typescript", made)
    found = set(types_in(made.read_text("utf-8")))
    assert OBJECTS - DETAILS - found == set()
    closed = {name for name, shape in types().items() if "enum" in shape}
    # What a shape says it is, as GeoJSON has it, becomes an enumeration of its own.
    closed |= {camel(field) for shape in types().values() for field, told in inline(shape) if "enum" in told}
    others = {name for name in found - OBJECTS - closed if not name.endswith("Type")}
    assert others == {"Details", "DetailsInput", "Everything"}
    await run(tool(generators, "tsc"), *STRICT, made, cwd=generators)


async def test_quicktype_makes_java_that_compiles_without_a_warning_and_a_class_of_each_thing(generators):
    if shutil.which("javac") is None:
        pytest.skip("javac is not on this machine: a JDK 17 or newer has it (Debian: default-jdk-headless)")
    made = generators / "java" / "Everything.java"
    await quicktyped(generators, "java", made, "--package", "cn.linzhang")
    files = sorted(made.parent.glob("*.java"))
    found = {file.stem for file in files}
    assert OBJECTS - DETAILS - found == set()
    assert len(found) <= len(types())
    await run("javac", "-Xlint:all", "-Werror", "-d", generators / "classes", *files, cwd=generators)


LINES_A_SCHEMA = 59
"""A tenth of what they were when each had whole copies of all that it is made of."""


def test_the_published_schemas_are_a_tenth_of_what_they_were():
    files = list(SCHEMAS.glob("*.json"))
    assert sum(path.read_text("utf-8").count("\n") for path in files) <= LINES_A_SCHEMA * len(files)


def parts(value):
    """Every schema within a schema; what is a field's name is no keyword."""
    if isinstance(value, list):
        for one in value:
            yield from parts(one)
    elif isinstance(value, dict):
        yield value
        for word, stated in value.items():
            yield from parts(list(stated.values()) if word in ("properties", "$defs") else stated)


@pytest.mark.parametrize("name", sorted(path.stem for path in SCHEMAS.glob("*.json")))
def test_a_published_schema_refers_by_file_has_no_urn_as_id_and_titles_only_for_types(name):
    whole = schema(name)
    named = whole.get("$defs", {}) if name == "definitions" else {whole.get("title"): whole}
    titled = [part["title"] for part in parts(whole) if isinstance(part.get("title"), str)]
    assert titled == [title for title in named if title]
    assert [part["$id"] for part in parts(whole) if "$id" in part] == []
    for part in parts(whole):
        if "$ref" in part:
            assert list(part) == ["$ref"]
            assert re.fullmatch(r"(?:definitions\.json)?#/\$defs/\w+|[\w.]+\.json", part["$ref"])


CAME_LATER = {
    "Answerable": {"acting", "contradiction"},
    "AnswerableFor": {"acting", "contradiction"},
    "Area": {"became"},
    "Case": {"item", "patrol_id"},
    "DutyShown": {"order"},
    "Incident": {"first_step", "judged", "patrol_id", "stated_severity"},
    "Item": {"put_right"},
    "LawTaken": {"outcome"},
    "Patrol": {"remarks"},
    "Place": {"became"},
    "PlanShown": {"more"},
    "PlotsShown": {"more"},
    "ProgressRecorded": {"evidence"},
    "StationReportsShown": {"more"},
    "Target": {"counts", "entity"},
    "TargetProgress": {"unallocated"},
    "TimelinessShown": {"more"},
    "TrackStored": {"corrected_s", "mocked"},
    "Verdict": {"told_at"},
}
"""Fields that were added within a major version: streams still keep messages without them."""
SAYS_WHAT_IT_HAS = {"Patch"}
"""What leaves out whatever nobody stated, as the details of a kind do."""


@pytest.mark.parametrize("name", [name for name, message in MESSAGES.items() if not is_sent(message)])
def test_what_a_fact_always_sends_is_required_of_it_and_of_its_parts(name):
    for part in (schema(name), *schema("definitions")["$defs"].values()):
        told = "additionalProperties" not in part and "properties" in part
        title = part.get("title", "")
        if told and not title.endswith("Details") and title not in SAYS_WHAT_IT_HAS:
            assert sorted(part.get("required", ())) == sorted(part["properties"].keys() - CAME_LATER.get(title, set()))
