"""The ledger and its letters as PDF; the machine need not have a Chinese font to test the layout."""

import re
from datetime import date, datetime

import pytest

from cli.case.command import letter_rows
from cli.case.letter_document import document
from cli.ledger.print import NoFont, families, find_font, ledger_pdf, letter_pdf
from cli.say import texts
from contracts.cases import LetterShown
from contracts.language.values import SHANGHAI, Role
from tests.cli.ledger_samples import LETTER, LINE, SHEET, case

EMBEDDED = "Libertinus Serif"
"""Comes with the typesetter: its boxes instead of Chinese are enough to test with."""


def pages(pdf):
    return int(re.search(rb"/Type/Pages/Count (\d+)", pdf)[1])


def named(words):
    """Words as the properties of a PDF state them."""
    return words.encode("utf-16-be").hex().upper().encode()


def test_a_well_known_chinese_font_is_found_by_itself():
    assert find_font(None, ["Arial", "Noto Sans CJK SC", "SIMSUN"]) == "SIMSUN"


def test_a_stated_font_is_taken_in_any_case_of_letters():
    assert find_font("libertinus serif", families()) == EMBEDDED


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_without_a_chinese_font_it_says_in_both_languages_what_is_missing_and_how_to_get_it(language):
    said = texts(language)
    assert "{tried}" in said["ledger.no_font"]
    assert "{font}" in said["ledger.font_unknown"]
    for key in ("ledger.no_font", "ledger.font_unknown"):
        assert "apt install fonts-noto-cjk" in said[key]
        assert "--font" in said[key]


def test_without_a_chinese_font_nothing_is_printed():
    with pytest.raises(NoFont) as refused:
        find_font(None, ["Arial", EMBEDDED])
    assert "Noto Serif CJK SC" in str(refused.value)
    assert "apt install fonts-noto-cjk" in str(refused.value)


def test_a_font_that_is_not_there_is_named():
    with pytest.raises(NoFont) as refused:
        ledger_pdf(SHEET, [], "No Such Font")
    assert "No Such Font" in str(refused.value)


def test_a_ledger_is_printed_over_as_many_pages_as_it_needs(tmp_path):
    file = tmp_path / "ledger.pdf"
    file.write_bytes(ledger_pdf(SHEET, [case(n) for n in range(1, 121)], EMBEDDED))
    assert file.read_bytes().startswith(b"%PDF-")
    assert pages(file.read_bytes()) > 3
    assert pages(ledger_pdf(SHEET, [], EMBEDDED)) == 1


def shown(letter=LETTER, *others, **more):
    """The paper of a letter about the first case, and about others."""
    lines = [{**LINE, "due_on": letter.due_on, "asked": letter.asked, "before": letter.before, **more}, *others]
    return LetterShown(letter=letter, lines=lines, total=len(lines))


def letter(**more):
    return LETTER.model_copy(update=more)


def test_what_people_typed_is_data_and_never_markup():
    typed = '#panic("x") $ * _ ` \\ ] <a> @b // #{'
    assert pages(ledger_pdf(SHEET, [case(text=typed, place=typed)], EMBEDDED)) == 1
    written = shown(letter(called=typed, number=typed, copies=(typed,)), place=typed)
    assert pages(letter_pdf(case(text=typed), written, typed, EMBEDDED)) == 1


def test_braces_in_a_text_are_no_blanks_of_the_letter():
    assert pages(letter_pdf(case(text="{number} {}"), shown(place="{0}"), font=EMBEDDED)) == 1


def test_a_letter_is_one_page_of_a4_that_names_its_office_as_it_signs():
    pdf = letter_pdf(case(), shown(), font=EMBEDDED)
    assert pages(pdf) == 1
    assert named("关于整改林长制问题的督办函") in pdf
    assert named("浮梁县林长办公室") in pdf
    assert re.search(rb"/MediaBox ?\[0 0 595\.27\d* 841\.8\d*\]", pdf)


def test_the_same_data_print_the_same_file():
    assert letter_pdf(case(), shown(), font=EMBEDDED) == letter_pdf(case(), shown(), font=EMBEDDED)
    assert letter_pdf(case(), shown(), font=EMBEDDED) != letter_pdf(case(), shown(), "0798-0000000", EMBEDDED)


def test_a_letter_of_today_is_printed(tmp_path):
    today = datetime.now(SHANGHAI).date()
    file = tmp_path / "letter.pdf"
    file.write_bytes(letter_pdf(case(), shown(letter(issued_on=today, reply_due_on=today)), font=EMBEDDED))
    assert pages(file.read_bytes()) == 1


MAY_SAY = {"核实": ("assign", "answer_objection"), "验收": ("close",)}
"""What a sentence may say besides: a case is assigned that was verified, closed that was accepted."""


def said(text, written=None, **more):
    return text in "\n".join(document(case(), written or shown(letter(**more)))["body"])


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("verify", "应于2020年4月1日前核实"),
        ("assign", "应于2020年4月1日前交办"),
        ("rectify", "应于2020年4月1日前整改到位"),
        ("accept", "应于2020年4月1日前验收"),
        ("close", "应于2020年4月1日前办理公示或销号"),
        ("answer_objection", "应于2020年4月1日前答复异议"),
        ("acknowledge", "应于2020年4月1日前受理并回执"),
        ("look_back", "应于2020年4月1日前完成“回头看”"),
    ],
)
@pytest.mark.parametrize("rung", ["reminder", "letter", "supervision_letter", "circular"])
def test_who_must_verify_accept_put_right_or_decide_is_told_that_and_nothing_else(rung, asked, words):
    (sentence, *_) = document(case(), shown(letter(rung=rung, asked=asked)))["body"]
    assert words in sentence
    elsewhere = {"整改到位", "验收", "受理", "交办", "核实"} - {
        word for word in ("整改到位", "验收", "受理", "交办", "核实") if word in words or asked in MAY_SAY.get(word, ())
    }
    assert [word for word in elsewhere if word in sentence] == []


@pytest.mark.parametrize("rung", ["reminder", "letter", "supervision_letter", "circular"])
def test_nobody_was_pressed_many_times_who_was_not(rung):
    assert not said("督促", rung=rung, before=())
    assert not said("多次", rung=rung, before=("reminder",))


def test_a_circular_says_how_often_was_pressed_before():
    assert said("至今未整改到位", rung="circular", before=())
    assert said("经督促仍未整改到位", rung="circular", before=("letter",))
    assert said("经多次督促仍未整改到位", rung="circular", before=("reminder", "letter"))


def test_only_what_went_to_the_general_chief_says_so():
    general = LETTER.posts[0].model_copy(update={"role": Role.GENERAL_CHIEF})
    assert not said("总林长", rung="circular")
    assert said("并报总林长", rung="circular", posts=(general,))


def test_a_circular_has_its_imprint_and_a_letter_is_in_the_form_of_one():
    of = {rung: document(case(), shown(letter(rung=rung))) for rung in ("letter", "circular")}
    assert {rung: one["form"] for rung, one in of.items()} == {"letter": "letter", "circular": "document"}
    assert of["circular"]["imprint"] == "浮梁县林长办公室　2020年4月9日印发"


def test_number_addressee_date_and_contact_stand_on_paper():
    parts = document(case(), shown(), "张三 0798-0000000")
    assert (parts["number"], parts["to"]) == ("浮林长办〔2020〕12号", "浮梁镇人民政府林长、浮梁镇林业工作站")
    assert (parts["date"], parts["contact"]) == ("2020年4月9日", "联系人及电话：张三 0798-0000000")


def test_a_history_lists_each_letter_under_its_number():
    listed = letter_rows([LETTER, letter(number=None, receipted_on=date(2020, 4, 10))])
    assert [row[:2] for row in listed] == [(date(2020, 4, 9), "浮林长办〔2020〕12号"), (date(2020, 4, 9), "-")]
    assert [row[3:7] for row in listed] == [
        ("浮梁镇林业工作站", date(2020, 4, 16), "-", "-"),
        ("浮梁镇林业工作站", date(2020, 4, 16), date(2020, 4, 10), "-"),
    ]


def test_what_is_not_known_is_a_blank_to_fill_in():
    parts = document(case(), shown(letter(number=None)))
    assert (parts["number"], parts["contact"]) == ("〔2020〕＿＿号", "联系人及电话：＿＿＿＿＿＿＿＿＿＿")


def test_several_cases_stand_in_an_annex_on_a_page_of_its_own():
    written = shown(LETTER, {**LINE, "case": {**LINE["case"], "number": "2020-360222-000002"}, "asked": "accept"})
    parts = document(case(), written)
    assert parts["annex_note"] == "附件：问题清单（共 2 件）"
    assert [(line[0], line[1], line[4]) for line in parts["lines"]] == [
        ("1", "2020-360222-000001", "整改到位"),
        ("2", "2020-360222-000002", "验收"),
    ]
    assert ["附件第 1 项" in parts["body"][0], "附件第 2 项" in parts["body"][1]] == [True, True]
    assert pages(letter_pdf(case(), written, font=EMBEDDED)) == 2


def test_cases_of_different_days_are_asked_for_by_those_of_the_annex():
    assert said("应于附件所列期限前整改到位", shown(LETTER, {**LINE, "due_on": "2020-04-02"}))
    assert said("附件所列 2 件林长制问题，应于2020年4月1日前整改到位", shown(LETTER, LINE))


@pytest.mark.parametrize(
    ("about", "words"), [("owner", "办结"), ("referral-1", "受理并回执"), ("look_back", "完成“回头看”")]
)
def test_a_letter_from_before_it_was_kept_what_it_asks_for_says_what_it_is_about(about, words):
    assert said(words, shown(letter(about=about, asked=None), about=about))


def test_a_long_letter_goes_on_to_a_second_page():
    assert pages(letter_pdf(case(text="很长的情况说明。" * 400), shown(), font=EMBEDDED)) > 1
