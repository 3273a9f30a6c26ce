"""What a service refuses is read in the language chosen: its rules in our words, with their codes and figures."""

import pytest

from cli.rules import error_said, rule_said
from cli.session import say_problem
from contracts.cases import CloseCase, PublishSheet, RecordReview, ReferCase
from contracts.language.command import ProblemReply
from contracts.language.rules import broken
from contracts.patrol import IncidentReport
from contracts.publishing.words import words_at
from services.cases.post.by import forbid, require_office
from services.runtime.problem import Problem, refuse_field
from tests.cases.county import OFFICE, UNIT
from tests.cases.steps import act_of, case_in, decide, registered


def told(problem):
    """As it travels."""
    return ProblemReply.model_validate_json(problem.reply("1").model_dump_json())


def raised(refusing, *arguments, **said):
    with pytest.raises(Problem) as refused:
        refusing(*arguments, **said)
    return told(refused.value)


@pytest.fixture
def set_language(monkeypatch):
    return lambda language: monkeypatch.setenv("LINZHANG_LANG", language)


def test_a_move_refused_by_the_state_is_read_in_chinese_with_codes(set_language, capsys):
    set_language("zh-CN")
    case = registered()
    say_problem(raised(decide, case, CloseCase, OFFICE, cause="no_permit"))
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "被拒绝（409 unlawful-move）：按当前状态，这一步不能办",
        "  2020-360222-000001 现为已登记（registered）（case_stands）",
        "  问题 id（case_id）: 销号（close）只能在以下状态办理：已验收（accepted）（lawful_from）",
        "当前状态：已登记（registered）；允许的办理：核实（verify）、排除（dismiss）、作废（void）、合并（merge）、"
        "转移（transfer）、补记要素（record）、关联同一地点（link-site）、移送（refer）、提级督办（hand-up）",
    ]


def test_whose_a_move_is_is_read_in_either_language(set_language, capsys):
    case = case_in("verified")
    problem = raised(require_office, act_of(case, UNIT).actor, case.ref.division)
    set_language("zh-CN")
    say_problem(problem)
    assert "这一步由县级林长办或其上级林长办办理（this_is_for）" in capsys.readouterr().err
    set_language("en")
    say_problem(problem)
    assert "this is for the chief office of the county, or one above it" in capsys.readouterr().err


def test_a_field_is_named_with_its_rule_and_figures(set_language, capsys):
    set_language("zh-CN")
    say_problem(raised(refuse_field, "due_on", broken("not_before", day="2020-06-17")))
    assert "（due_on）: 不能早于 2020-06-17（not_before）" in capsys.readouterr().err


def test_errors_travel_as_texts_with_the_figures_beside_the_code():
    (error,) = raised(forbid, broken("letter_sent_to", to="某站"), broken("somebody_of", to="某站")).errors
    assert error == {
        "field": "subject",
        "rule": "the actor must be somebody of 某站",
        "code": "somebody_of",
        "to": "某站",
    }


@pytest.mark.parametrize(
    "error",
    [
        {"field": "a", "rule": "must be of tomorrow"},
        {"field": "a", "rule": "must be of tomorrow", "code": "of_tomorrow"},
        {"field": "a", "rule": "must be of tomorrow", "code": "not_before"},
    ],
)
def test_a_rule_that_is_not_known_here_is_shown_as_it_was_said(set_language, error):
    set_language("zh-CN")
    assert error_said(error) == ("a", "must be of tomorrow")


def test_codes_among_figures_are_read_as_the_office_calls_them(set_language):
    set_language("zh-CN")
    said = rule_said("-", "campaign_takes", {"campaign": "daily-2020", "kind": "felling, poaching"})
    assert said == "daily-2020 只收：违法采伐林木（felling）、非法猎捕野生动物（poaching）（campaign_takes）"


def test_a_field_is_named_as_what_it_is_in_the_command_that_was_refused(set_language, capsys):
    set_language("zh-CN")
    problem = raised(refuse_field, "to", broken("not_before", day="2020-06-17"))
    for command in (ReferCase, PublishSheet):
        say_problem(problem, command)
    referred, published = (line for line in capsys.readouterr().err.splitlines() if "（to）" in line)
    assert ("接收线索的单位（to）" in referred, "至此日（含该日）（to）" in published) == (True, True)


@pytest.mark.parametrize(
    ("message", "path", "chinese"),
    [
        (IncidentReport, "at.lon", "经度（度）"),
        (IncidentReport, "at", "位置及其坐标系"),
        (RecordReview, "findings.3.kind", "问题类别"),
        (ReferCase, "danced", None),
        (ReferCase, "note.lon", None),
    ],
)
def test_the_word_at_a_path_is_that_of_the_part_it_leads_to(message, path, chinese):
    found = words_at(message, path)
    assert (found and found[0]) == chinese
