"""A sheet of terminals says who carried each from when: what is new is asked for, what stands is left."""

from datetime import UTC, datetime

import pytest

from cli.patrol.holder_sheet import description, plan
from cli.sheet.cell import BadCell
from cli.sheet.day import instant
from cli.sheet.file.given import given
from cli.sheet.file.worksheet import SINCE_1900
from cli.sheet.layout import laid_out
from cli.sheet.reading import Known
from cli.sheet.table import read
from cli.sheet.write import write_sheet
from contracts.language.division import Division
from contracts.patrol import Carrying, ReturnTerminal
from services.patrol.terminal.holding import give_back, hold
from tests.cli.sheet.samples import problems, sheet

HEADINGS = ["来源账号", "终端编号", "岗位编号", "持有人账号", "领用时间", "交还时间"]
LAYOUT = laid_out(description())
VILLAGE = Division("360222105203")
POSTS = {"g1-ranger": VILLAGE, "g2-ranger": VILLAGE}
KEY = ("acme", "T-1")
JUNE, JULY, AUGUST = "2020-06-01 08:30", "2020-07-01", "2020-08-01 00:00:00"


def at(month, day=1, hour=0, minute=0):
    """A moment by the clock of China, as the bus has it."""
    return datetime.fromisoformat(f"2020-{month:02}-{day:02}T{hour:02}:{minute:02}:00+08:00").astimezone(UTC)


def row(first, until=None, person="p-zhang", post="g1-ranger", terminal="T-1", source="acme"):
    return [source, terminal, post, person, first, until]


def carried(first, until=None, person="p-zhang", post="g1-ranger"):
    return Carrying(person_id=person, post_id=post, carried_from=first, carried_to=until)


def planned(tmp_path, *rows, known=(), file=None):
    taken = read(given(file or sheet(tmp_path, *rows, headings=HEADINGS)), LAYOUT, Known())
    asked, unchanged = plan(taken, {KEY: known}, POSTS)
    return taken, [command for _, command in asked.get(KEY, [])], unchanged


def done(known, asked):
    """Whose hands the terminal is and was in once all that is asked for has been done."""
    for one in asked:
        known = (
            give_back(known, one.returned_at)
            if isinstance(one, ReturnTerminal)
            else hold(known, carried(one.carried_from, one.carried_to, one.person_id, one.post_id))
        )
    return known


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("2020-06-01 08:30", at(6, 1, 8, 30)),
        ("2020-06-01T08:30:15", at(6, 1, 8, 30).replace(second=15)),
        ("2020/6/1 8:30", at(6, 1, 8, 30)),
        ("2020年6月1日 8时30分", at(6, 1, 8, 30)),
        ("２０２０－０６－０１　０８：３０", at(6, 1, 8, 30)),
        ("2020-06-01", at(6)),
        ("2020年6月1日", at(6)),
        ("2020-06-01T00:30:00Z", at(6, 1, 8, 30)),
        (datetime(2020, 6, 1, 8, 30), at(6, 1, 8, 30)),
        (43983.354166666664, at(6, 1, 8, 30)),
    ],
)
def test_a_cell_says_a_moment_by_the_clock_of_china(cell, says):
    assert instant(cell, SINCE_1900)[0] == says


DOUBTFUL = ["2020-06-01 下午3点", "2020-06-01 25:00", "2020-06-01 8:30 PM", "2020-06", "明天"]
BEYOND = ["0001-01-01", "9999-12-31T23:59-08:00", "0001-01-01T00:00+14:00", datetime(1, 1, 1)]


@pytest.mark.parametrize("cell", [*DOUBTFUL, *BEYOND])
def test_what_leaves_a_doubt_about_the_moment_is_refused(cell):
    with pytest.raises(BadCell):
        instant(cell, SINCE_1900)


def test_what_is_new_is_asked_for_in_the_order_of_time(tmp_path):
    rows = row(JULY, None, "p-li"), row(JUNE, JULY)
    taken, asked, unchanged = planned(tmp_path, *rows)
    assert (problems(taken), unchanged) == ([], 0)
    assert [(one.person_id, one.carried_from, one.carried_to, one.division) for one in asked] == [
        ("p-zhang", at(6, 1, 8, 30), at(7), VILLAGE),
        ("p-li", at(7), None, VILLAGE),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [row(JUNE, JULY), row(JULY, None, "p-li")],
        [row(JUNE), row(JULY, AUGUST, "p-li"), row(AUGUST)],
        [row(JUNE, JULY), row(JULY, AUGUST)],
        [row(JUNE, JULY), row(AUGUST, None, "p-li")],
    ],
)
def test_the_same_sheet_twice_changes_nothing(tmp_path, rows):
    _, first, _ = planned(tmp_path, *rows)
    known = done((), first)
    taken, again, unchanged = planned(tmp_path, *rows, known=known)
    assert (problems(taken), again, unchanged) == ([], [], len(known))


def test_whoever_is_followed_and_has_no_end_had_it_until_then_and_that_is_shown(tmp_path):
    taken, asked, _ = planned(tmp_path, row(JUNE), row(JULY, None, "p-li"))
    assert [(one.carried_from, one.carried_to) for one in asked] == [(at(6, 1, 8, 30), at(7)), (at(7), None)]
    assert ("F2", "2020-07-01 00:00:00") in [(one.cell.rpartition("!")[2], one.read_as) for one in taken.readings]


def test_a_terminal_that_came_back_earlier_than_was_known_is_returned(tmp_path):
    known = (carried(at(6, 1, 8, 30), at(8)), carried(at(8), None, "p-li"))
    rows = row(JUNE, JULY), row(AUGUST, None, "p-li")
    taken, asked, _ = planned(tmp_path, *rows, known=known)
    assert problems(taken) == []
    after = done(known, asked)
    assert after == (carried(at(6, 1, 8, 30), at(7)), carried(at(8), None, "p-li"))
    assert planned(tmp_path, *rows, known=after)[1] == []


def test_what_the_sheet_does_not_say_of_later_is_not_undone(tmp_path):
    known = (carried(at(6, 1, 8, 30), at(8)), carried(at(8), None, "p-li"))
    taken, asked, _ = planned(tmp_path, row(JUNE, JULY), known=known)
    assert (asked, [(one.row, one.column) for one in taken.refused]) == ([], [(2, "F 交还时间")])


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ([row(JUNE, post="nowhere")], (2, "C 岗位编号")),
        ([row(JULY, JUNE)], (2, "F 交还时间")),
        ([row(JUNE, JUNE)], (2, "F 交还时间")),
        ([row(JUNE, AUGUST), row(JULY, None, "p-li")], (2, "F 交还时间")),
        ([row(JUNE, JULY), row(JUNE, AUGUST, "p-li")], (3, "E 领用时间")),
        ([row(JUNE), row(JUNE, None, "p-twice"), row(JULY)], (3, "E 领用时间")),
        ([row("上个月")], (2, "E 领用时间")),
        ([row(None)], (2, "E 领用时间")),
        ([row(JUNE, person=None)], (2, "D 持有人账号")),
        ([row(JUNE, terminal=None)], (2, "B 终端编号")),
    ],
)
def test_a_cell_that_cannot_be_is_named_by_row_and_column_and_the_other_rows_are_kept(tmp_path, rows, wrong):
    good = row(JUNE, None, "p-wang", "g2-ranger", "T-2")
    taken = read(given(sheet(tmp_path, *rows, good, headings=HEADINGS)), LAYOUT, Known())
    asked, _ = plan(taken, {}, POSTS)
    assert [(one.row, one.column) for one in taken.refused] == [wrong]
    assert [command.person_id for _, command in asked["acme", "T-2"]] == ["p-wang"]
    assert "p-twice" not in [getattr(command, "person_id", None) for _, command in asked.get(KEY, [])]


@pytest.mark.parametrize("name", ["out.xlsx", "out.csv"])
def test_what_is_written_reads_the_same(tmp_path, name):
    known = (carried(at(6, 1, 8, 30).replace(microsecond=250_000), at(7)), carried(at(7), None, "p-li", "g2-ranger"))
    rows = [{"source": KEY[0], "terminal": KEY[1], **one.model_dump()} for one in known]
    assert write_sheet(tmp_path / name, "终端持有人", LAYOUT, rows, Known()) == []
    taken, asked, unchanged = planned(tmp_path, known=known, file=tmp_path / name)
    assert (problems(taken), asked, unchanged) == ([], [], 2)
