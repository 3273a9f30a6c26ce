"""Whoever is sent to a page of docs finds the page and the section: from code, contracts, tests and other pages."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
HIDDEN = re.compile(r"(^|/)(\.|__pycache__|node_modules|build)|\.egg-info")
SECTIONS = re.compile(r"\b([A-Z][A-Z-]+)(?: |\n\s*)§(\d+)((?:(?:,| and| to|–) ?§?\d+\b)*)")
ROWS = re.compile(r"\bSTACK rows? (\d+(?:(?:, | and |–)\d+)*)")
ASKED = re.compile(r"DOMAIN §\d+(?:, §\d+)*((?:, [A-G]\d+)+)")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def files(*endings):
    found = (path for path in ROOT.rglob("*") if path.suffix in endings)
    return sorted(path for path in found if not HIDDEN.search(str(path.relative_to(ROOT))) and path.is_file())


@cache
def text(path):
    return path.read_text("utf-8")


@cache
def headings(path):
    """What is under a heading of a page, by its number where it has one."""
    return re.findall(
        r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text(path), flags=re.DOTALL | re.MULTILINE), re.MULTILINE
    )


def anchor(heading):
    """The name under which GitHub shows a heading."""
    plain = re.sub(r"[`*\[\]]|\([^)]*\)$", "", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


@cache
def anchors(path):
    return {*map(anchor, headings(path)), *re.findall(r'<a id="([^"]+)">', text(path))}


def numbered(path):
    return {int(found[1]) for one in headings(path) if (found := re.match(r"(\d+)\. ", one))}


REFERRING = files(".py", ".json", ".md", ".sql", ".toml")


def test_every_section_that_is_referred_to_stands_on_its_page():
    wrong, seen = [], 0
    for path in REFERRING:
        for name, first, more in SECTIONS.findall(text(path)):
            page = DOCS / f"{name.lower()}.md"
            for number in (first, *re.findall(r"\d+", more)):
                seen += 1
                if not page.exists() or int(number) not in numbered(page):
                    wrong.append(f"{path.relative_to(ROOT)}: {name} §{number}")
    assert (wrong, seen > 50) == ([], True)


def test_every_row_of_the_stack_that_is_referred_to_is_in_its_table():
    rows = {int(number) for number in re.findall(r"^\| (\d+) \|", text(DOCS / "stack.md"), re.MULTILINE)}
    stated = {(path, int(n)) for path in REFERRING for one in ROWS.findall(text(path)) for n in re.findall(r"\d+", one)}
    assert len(stated) > 30
    assert [f"{path.relative_to(ROOT)}: row {row}" for path, row in sorted(stated) if row not in rows] == []


def test_every_thing_asked_for_that_is_referred_to_is_in_the_list():
    asked = re.findall(r"^\| ([A-G]\d+(?:, [A-G]\d+)*) \|", text(DOCS / "domain.md"), re.MULTILINE)
    known = {one for line in asked for one in line.split(", ")}
    stated = {code for path in REFERRING for one in ASKED.findall(text(path)) for code in re.findall(r"[A-G]\d+", one)}
    assert len(stated) > 5
    assert stated - known == set()


PAGES = [path for path in files(".md") if path.parent.name != "publishing"]
"""Texts that stand there become part of a page of docs, whose links are looked at."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_of_a_page_leads_somewhere(page):
    wrong = []
    for link in LINK.findall(re.sub(r"```.*?```", "", text(page), flags=re.DOTALL)):
        where, _, name = unquote(link).partition("#")
        if "://" in where or where.startswith("mailto:"):
            continue
        to = (page.parent / where).resolve() if where else page
        if not to.exists() or (name and name not in anchors(to)):
            wrong.append(link)
    assert wrong == []
