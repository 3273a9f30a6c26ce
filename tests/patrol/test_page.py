"""The page about duties says what the rules say."""

import re

from services.patrol import page as pages
from services.patrol.duty.law import DUTY
from services.patrol.patrol.law import VERDICT
from tests.patrol.test_duty_rules import VARIANTS
from tests.patrol.variants import table


def test_the_page_is_what_would_be_generated():
    assert pages.main(["--check"]) == 0


def test_every_rule_stands_in_the_table_with_its_source():
    rows = re.findall(r"^\| `(\w+)` \| .* \| ([^|]+) \|$", pages.page(), re.MULTILINE)
    assert {(id, rule.source) for id, rule in DUTY.shipped.newest.rules.items()} <= set(rows)


def test_two_rules_that_ask_otherwise_are_written_otherwise():
    rules = {f"r{n}": rule for n, (_, rule, *_) in enumerate(VARIANTS)}
    page = pages.page(table(rules).newest)
    rows = re.findall(r"^\| `r[0-9]+` \|(.*)$", page, re.MULTILINE)
    distinct = {repr(sorted(rule.items(), key=str)) for rule in rules.values()}
    assert (len(rows), len(set(rows))) == (len(rules), len(distinct))


def test_every_rule_of_verdicts_stands_in_the_page_with_its_source():
    rows = re.findall(r"^\| `(\w+)` \| .* \| ([^|]+) \|$", pages.page(), re.MULTILINE)
    assert {(id, rule.source) for id, rule in VERDICT.shipped.newest.rules.items()} <= set(rows)
