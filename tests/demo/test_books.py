"""The books of a play balance, and each of them fails when what it is kept for goes wrong."""

import asyncio
from datetime import date
from io import StringIO

import pytest
from rich.console import Console

from cli.say import say
from contracts.wiring.table import COMMANDS
from demo.books import audit
from demo.books.days import working_days_after, working_days_between
from demo.books.plants import PLANTS
from demo.tables import show


@pytest.mark.timeout(600)
def test_every_book_of_a_play_balances(evidence):
    wrong = {book.key: book.differences()[:3] for book in audit(evidence) if not book.balances}
    assert wrong == {}


@pytest.mark.timeout(600)
async def test_what_a_play_came_to_is_shown_to_its_last_line(play):
    """Also where people asked what is no move of a case."""
    demo, evidence = play
    assert {asked.name.partition(".")[0] for asked in evidence.asked} > {"cases"}
    out, books = Console(file=StringIO(), width=200), audit(evidence)
    await show(demo.run, demo.people, books, out)
    shown = out.file.getvalue()
    assert [book.key for book in books if say(book.key) not in shown] == []
    assert set(demo.people.moves) <= {command.name for command in COMMANDS["cases"]}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", PLANTS)
async def test_a_planted_fault_is_said_by_its_book(evidence, name):
    plant = PLANTS[name]
    # Beside the loop: a bus that hears nothing of a client for minutes lets it go.
    books = await asyncio.to_thread(lambda: audit(plant.change(evidence)))
    found = {book.key: book.balances for book in books}
    assert found[plant.book] is False


def test_every_book_is_shown_to_fail(evidence):
    kept = {book.key for book in audit(evidence)}
    counted_in_the_play = {"books.every_move", "books.imported", "books.imported_again"}
    assert kept - {plant.book for plant in PLANTS.values()} == counted_in_the_play


@pytest.mark.parametrize(
    ("day", "count", "after"),
    [
        (date(2020, 6, 24), 1, date(2020, 6, 28)),  # Dragon Boat, then a Sunday made up for it
        (date(2020, 6, 24), 2, date(2020, 6, 29)),
        (date(2019, 2, 2), 3, date(2019, 2, 12)),  # a Sunday made up, then the Spring Festival
        (date(2020, 7, 3), 1, date(2020, 7, 6)),
    ],
)
def test_the_books_know_the_holidays(day, count, after):
    assert working_days_after(day, count) == after
    assert working_days_between(day, after) == count
