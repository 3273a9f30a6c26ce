"""A word for each message, each part and each field, and none that is said of something else."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from contracts.law.table import LAWS
from contracts.publishing.laws import law_types
from contracts.publishing.schemas import messages, types
from contracts.publishing.words import field_words, words

TEXTS = {"Token", "Line", "Text", "ExternalId", "Words", "Uuid", "uuid", "string"}
ALIKE = {**dict.fromkeys(TEXTS, "text"), "date": "Day", "date-time": "Instant", "number": "number"}
CHINESE = re.compile("[\u4e00-\u9fff]")
PAGE = Path(__file__).parents[2] / "docs" / "events.md"


def kind(stated):
    """Of what kind a value is, whether it is told or sent, and whether it may be absent."""
    if "$ref" in stated:
        name = stated["$ref"].rpartition("/")[2].removesuffix("Input")
        return ALIKE.get(name, name)
    if "allOf" in stated:
        return kind(stated["allOf"][0])
    if "anyOf" in stated:
        return " or ".join(sorted({kind(one) for one in stated["anyOf"]} - {"null", "object"}))
    if stated.get("type") == "array":
        return f"list of {kind(stated['items'])}"
    if stated.keys() == {"description"}:
        return "anything"
    name = stated.get("format", stated.get("type", "anything"))
    return ALIKE.get(name, name)


def fields():
    """Each field of each type, once for what is told and what is sent."""
    for name, shape in {**types(), **law_types()}.items():
        for part in (shape, *shape.get("anyOf", ())):
            for field, stated in part.get("properties", {}).items():
                yield name.removesuffix("Input"), field, stated


def test_a_word_that_is_said_of_a_field_by_its_name_alone_is_said_of_one_kind_of_value():
    kinds = defaultdict(lambda: defaultdict(set))
    for name, field, stated in fields():
        if field not in words()["of"].get(name, {}):
            kinds[field][kind(stated)].add(name)
    assert {field: dict(found) for field, found in kinds.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("name", "field", "chinese"),
    [
        ("SheetPublished", "sheet", "平衡表"),
        ("Sheet", "to", "至此日"),
        ("Letter", "to", "被督办的单位"),
        ("IncidentLinked", "to", "被印证的事件"),
        ("Target", "unit", "计量单位"),
        ("Case", "unit", "责任单位"),
        ("Repeats", "place", "次数"),
        ("IncidentReport", "at", "位置"),
    ],
)
def test_a_field_has_the_word_of_what_it_is_in_its_message(name, field, chinese):
    assert chinese in field_words(name, field)[0]


def test_there_are_words_for_what_there_is_and_for_nothing_else():
    here = {(name, field) for name, field, _ in fields()}
    own = {(name, field) for name, said in words()["of"].items() for field in said}
    alone = {message.__name__ for message in messages()}
    assert own - here == set()
    assert set(words()["fields"]) == {field for name, field in here - own}
    assert set(words()["types"]) == {name.removesuffix("Input") for name in types()} - alone
    assert set(words()["messages"]) == {message.name for message in messages()}
    assert set(words()["laws"]) == set(LAWS)


def test_every_word_of_a_field_is_in_chinese_and_in_english():
    said = [*words()["fields"].values(), *(one for of in words()["of"].values() for one in of.values())]
    assert [one for one in said if not (len(one) == 2 and CHINESE.search(one[0]) and not CHINESE.search(one[1]))] == []


def test_every_link_within_the_catalogue_leads_somewhere():
    page = PAGE.read_text("utf-8")
    there = {*re.findall(r'<a id="([^"]+)">', page), *map(anchor, re.findall(r"^#+ (.+)$", page, re.MULTILINE))}
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) - there == set()
    files = {link.partition("#")[0] for link in re.findall(r"\]\(([^#)][^)]*)\)", page)}
    assert [link for link in files if not (PAGE.parent / link).exists()] == []


def test_every_message_and_every_part_stands_once_in_the_catalogue():
    page = PAGE.read_text("utf-8")
    anchors = re.findall(r'<a id="([^"]+)">', page)
    assert [one for one in anchors if anchors.count(one) > 1] == []
    alone = {message.__name__ for message in messages()}
    parts = {name.removesuffix("Input") for name in types()} - alone
    assert {message.name for message in messages()} | parts <= set(anchors)


def anchor(heading):
    """As GitHub makes it of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
