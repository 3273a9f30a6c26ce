"""Whoever is refused reads words of our own, in Chinese and English, with the rule's figures and its stable code."""

import ast
import json
import random
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError

import contracts
from contracts.language.message import Command, Intake
from contracts.language.reading import parse
from contracts.language.rules import broken, can_say, describe, in_words
from contracts.publishing.publish import PAYLOADS
from contracts.publishing.schemas import file_name, messages
from tests.contracts.test_one_set import ODD, mutated, places
from tests.sources import nodes

ROOT = Path(contracts.__file__).parent.parent
LIST = json.loads((ROOT / "contracts/language/rules.json").read_text("utf-8"))
BLANK = re.compile(r"\{(\w+)\}")
SOURCES = [path for room in ("contracts", "services", "deploy", "cli") for path in (ROOT / room).rglob("*.py")]
MADE_BY = {"broken": "broken", "custom": "custom", "stated": "stated", "rule_stated": "stated"}


def recorded():
    for message in messages():
        for path in sorted((PAYLOADS / file_name(message)).glob("*.json")):
            yield message, json.loads(path.read_text("utf-8"))


def errors_of(message, data):
    try:
        parse(message, data)
    except ValidationError as error:
        return error.errors()
    return []


@pytest.mark.parametrize("code", LIST)
def test_a_rule_has_words_in_both_languages_and_chinese_has_no_figure_of_its_own(code):
    chinese, english = LIST[code]
    assert re.search(r"[\u4e00-\u9fff]", chinese), chinese
    assert english.isascii(), english
    assert set(BLANK.findall(chinese)) <= set(BLANK.findall(english))
    assert not {"field", "rule", "code"} & set(BLANK.findall(english)) - {"rule"}


def calls():
    """Every rule that a program states: which code, with which figures, where."""
    for path in SOURCES:
        for node in nodes(path):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                if name in MADE_BY and node.args and path.name != "rules.py":
                    yield path, node


def literal(node):
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and one.value in LIST]


@pytest.mark.slow
def test_every_rule_that_is_raised_stands_in_the_list_with_all_its_figures():
    wrong, seen = [], 0
    for path, node in calls():
        codes = literal(node.args[0])
        if not codes and not isinstance(node.args[0], ast.Subscript | ast.Name):
            wrong.append((path.name, node.lineno, ast.unparse(node)))
        figures = {word.arg for word in node.keywords}
        for code in codes:
            seen += 1
            if None not in figures and figures != set(BLANK.findall(LIST[code][1])):
                wrong.append((path.name, node.lineno, code, sorted(figures)))
    assert (wrong, seen > 150) == ([], True)


@pytest.mark.slow
def test_every_rule_of_ours_in_the_list_is_raised_somewhere():
    pydantic_has = set(BY_PYDANTIC)
    said = {one.value for path in SOURCES for one in nodes(path)
            if isinstance(one, ast.Constant) and isinstance(one.value, str)}  # fmt: skip
    assert set(LIST) - said - pydantic_has == set()


MUTATIONS = 25


@pytest.mark.slow
def test_no_message_mutated_in_whatever_way_is_refused_in_a_librarys_words():
    chance = random.Random(20201127)
    kinds = set()
    for message, payload in recorded():
        for _ in range(MUTATIONS):
            stated = mutated(payload, chance)
            for error in errors_of(message, json.dumps(stated).encode()):
                told = describe(error)
                kinds.add(error["type"])
                assert told["rule"].code != "not_as_contract", error
                assert can_say(told["rule"].code, told["rule"].figures)
                assert in_words(told["rule"].code, told["rule"].figures, "zh-CN") != told["rule"]
    assert len(kinds) > 20, kinds


def test_each_part_of_a_message_that_people_send_is_refused_in_our_words_for_every_odd_value():
    for message, payload in recorded():
        if not issubclass(message, Intake | Command):
            continue
        for path in list(places(payload))[1:40]:
            for odd in random.Random(str(path)).sample(ODD, 6):
                whole = json.loads(json.dumps(payload))
                above = whole
                for name in path[:-1]:
                    above = above[name]
                above[path[-1]] = odd
                for error in errors_of(message, json.dumps(whole).encode()):
                    assert describe(error)["rule"].code != "not_as_contract", error


class Every(BaseModel, extra="forbid"):
    """A field for each kind of rule that a model of ours can have, whether a message has it today or not."""

    a_day: date = Field(default=date(2020, 1, 1), ge=date(2000, 1, 1), le=date(2100, 1, 1))
    a_list: Annotated[tuple[int, ...], Field(min_length=1, max_length=2)] = (1,)
    a_number: Annotated[int, Field(gt=0, lt=10)] = 1
    a_float: Annotated[float, Field(allow_inf_nan=False)] = 1.0
    a_decimal: Annotated[Decimal, Field(max_digits=4, decimal_places=2)] = Decimal(1)
    a_word: Literal["a", "b"] = "a"
    a_text: Annotated[str, Field(min_length=2, max_length=3, pattern="^[a-z]*$")] = "ab"
    a_truth: bool = True


@pytest.mark.parametrize(
    ("stated", "code", "english", "chinese"),
    [
        ({"new": 1}, "extra_forbidden", "is no field of it: what it does not have is refused", "没有这个字段"),
        ({"a_list": [1, 2, 3]}, "too_long", "must have at most 2 items", "不能多于 2 项"),
        ({"a_list": []}, "too_short", "must have at least 1 items", "不能少于 1 项"),
        ({"a_number": 0}, "greater_than", "must be more than 0", "应大于 0"),
        ({"a_number": 10}, "less_than", "must be less than 10", "应小于 10"),
        ({"a_number": "x"}, "int_parsing", "must be a whole number", "应为整数"),
        ({"a_float": float("inf")}, "finite_number", "must be a finite number", "应为有限的数"),
        ({"a_decimal": "123.45"}, "decimal_max_digits", "must have at most 4 digits", "不能多于 4 位数字"),
        ({"a_word": "c"}, "literal_error", "must be one of: a, b", "应为以下之一：a, b"),
        ({"a_text": "a"}, "string_too_short", "must have at least 2 characters", "不能少于 2 个字符"),
        ({"a_text": "abcd"}, "string_too_long", "must have at most 3 characters", "不能多于 3 个字符"),
        ({"a_text": "A1"}, "string_pattern_mismatch", "must match ^[a-z]*$", "应符合 ^[a-z]*$"),
        ({"a_truth": "perhaps"}, "bool_parsing", "must be true or false", "应为 true 或 false"),
        ({"a_day": "1999-12-31"}, "greater_than_equal", "must be at least 2000-01-01", "不能小于 2000-01-01"),
        ({"a_day": "2100-01-02"}, "less_than_equal", "must be at most 2100-01-01", "不能大于 2100-01-01"),
    ],
)
def test_a_rule_is_said_with_its_figure(stated, code, english, chinese):
    with pytest.raises(ValidationError) as refused:
        Every.model_validate(stated)
    told = describe(refused.value.errors()[0])["rule"]
    assert (told.code, told, in_words(told.code, told.figures, "zh-CN")) == (code, english, chinese)


def test_an_error_that_the_list_does_not_know_is_said_in_a_sentence_of_ours():
    told = describe({"type": "callable_type", "loc": ("a", 0), "msg": "Input should be callable"})
    assert told == {"field": "a.0", "rule": "is not what the contract asks for: callable_type"}
    assert in_words(told["rule"].code, told["rule"].figures, "zh-CN") == "不是契约所要求的（callable_type）"


def test_a_rule_is_its_english_text_with_its_code_and_figures():
    rule = broken("less_than_equal", le=180)
    assert (rule, rule.code, rule.figures) == ("must be at most 180", "less_than_equal", {"le": "180"})


def test_a_rule_of_another_version_whose_figures_are_not_known_cannot_be_said():
    assert can_say("less_than_equal", {"le": "180"})
    assert not can_say("less_than_equal", {})
    assert not can_say("a_rule_of_tomorrow", {})


BY_PYDANTIC = re.findall(r"\w+", """
    extra_forbidden missing model_type model_attributes_type dict_type list_type tuple_type set_type
    string_type string_unicode string_too_short string_too_long string_pattern_mismatch json_invalid json_type
    greater_than greater_than_equal less_than less_than_equal multiple_of finite_number none_required
    int_type int_parsing int_parsing_size int_from_float float_type float_parsing bool_type bool_parsing
    decimal_type decimal_parsing decimal_max_digits decimal_max_places decimal_whole_digits enum literal_error
    date_type date_parsing date_from_datetime_parsing date_from_datetime_inexact datetime_type datetime_parsing
    datetime_from_date_parsing datetime_object_invalid timezone_aware too_long too_short uuid_type uuid_parsing
    union_tag_invalid union_tag_not_found is_instance_of recursion_loop
""")  # fmt: skip
"""Types of pydantic's own errors that the list has words for."""
