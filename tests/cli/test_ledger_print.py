"""The ledger and its letters as PDF; the machine need not have a Chinese font to test the layout."""

import json
import re

import pytest

from cli.ledger_print import PRINT, NoFont, families, find_font, ledger_pdf, letter_pdf
from cli.say import texts
from contracts.values import UnitRef
from tests.cli.ledger_samples import LETTER, SHEET, case

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


def test_what_people_typed_is_data_and_never_markup():
    typed = '#panic("x") $ * _ ` \\ ] <a> @b // #{'
    assert pages(ledger_pdf(SHEET, [case(text=typed, place=typed)], EMBEDDED)) == 1
    office = UnitRef(id="u", name=typed)
    assert pages(letter_pdf(case(text=typed), LETTER.model_copy(update={"office": office}), typed, EMBEDDED)) == 1


def test_braces_in_a_text_are_no_blanks_of_the_letter():
    assert pages(letter_pdf(case(text="{number} {}", place="{0}"), LETTER, font=EMBEDDED)) == 1


def test_a_letter_names_its_office_and_what_it_is_about():
    pdf = letter_pdf(case(), LETTER, font=EMBEDDED)
    assert pages(pdf) == 1
    assert named("关于督促办理林长制问题的督办函") in pdf
    assert named("浮梁县林长办") in pdf
    assert re.search(rb"/MediaBox ?\[0 0 595\.27\d* 841\.8\d*\]", pdf)


def test_the_same_data_print_the_same_file():
    assert letter_pdf(case(), LETTER, font=EMBEDDED) == letter_pdf(case(), LETTER, font=EMBEDDED)
    assert letter_pdf(case(), LETTER, font=EMBEDDED) != letter_pdf(case(2), LETTER, "林长督〔2020〕1号", EMBEDDED)


@pytest.mark.parametrize("about", ["owner", "referral-1"])
@pytest.mark.parametrize("rung", ["reminder", "letter", "supervision_letter", "circular"])
def test_every_rung_of_the_ladder_has_its_letter(rung, about):
    letter = LETTER.model_copy(update={"rung": rung, "about": about, "posts": ()})
    title = json.loads((PRINT / "letters.json").read_text("utf-8"))[rung]["title"]
    assert named(title) in letter_pdf(case(text=""), letter, font=EMBEDDED)


def test_a_long_letter_goes_on_to_a_second_page():
    assert pages(letter_pdf(case(text="很长的情况说明。" * 400), LETTER, font=EMBEDDED)) > 1
