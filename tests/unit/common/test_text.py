"""Text of people has one form, for storing, for keys and for search."""

import re
import unicodedata
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sixclear.common import text
from sixclear.common.folding import fold
from sixclear.common.text import TextRefused, clean, key_form, one_line, several_lines

CASES = Path(__file__).resolve().parents[2] / "cases"
# What does not show, looks alike or composes comes up often; the rest of Unicode now and then.
_TRICKY = (
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u3164\ufe0f \t\u00a0\u3000\u2800\n\r\u2028ÐðĐđƉɖDd\u0335\u0301\u0302"
)
TYPED = st.text(st.one_of(st.sampled_from(_TRICKY + "\u0323\u031beoTấ-–‑１Ａ١۵بيىەـ\u064e👩❤🏽"), st.characters()))


def cases(name: str) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in (CASES / name).read_bytes().splitlines()]


@pytest.mark.parametrize("case", cases("single_line_text.ndjson"), ids=lambda case: ascii(case["value"]))
def test_what_shows_nothing_breaks_the_line_or_steers_a_screen_is_no_line(case: dict[str, str]) -> None:
    with pytest.raises(TextRefused):
        one_line(case["value"])


@pytest.mark.parametrize("case", cases("same_to_the_eye.ndjson"), ids=lambda case: str(case["what"]))
def test_what_looks_the_same_is_stored_compared_and_found_as_the_same(case: dict[str, list[str]]) -> None:
    for form in (one_line, key_form, fold):
        assert len({form(value) for value in case["values"]}) == 1


@pytest.mark.parametrize("case", cases("search.ndjson"), ids=lambda case: str(case["title"]))
def test_a_title_is_found_by_what_people_type(case: dict[str, str]) -> None:
    assert all(fold(query) in fold(case["title"]) for query in case["queries"])


@given(TYPED)
def test_each_form_of_a_form_is_itself(typed: str) -> None:
    for form in (clean, key_form, fold):
        assert form(form(typed)) == form(typed)


@given(TYPED)
def test_cleaning_changes_neither_the_key_nor_what_is_found(typed: str) -> None:
    assert key_form(clean(typed)) == key_form(typed)
    assert fold(clean(typed)) == fold(key_form(typed)) == fold(typed)


@given(TYPED)
def test_what_is_taken_as_a_line_is_one_and_shows(typed: str) -> None:
    try:
        line = one_line(typed)
    except TextRefused:
        return
    assert line == line.strip() == clean(line) == one_line(line)
    assert len(line.splitlines()) == 1
    assert not {unicodedata.category(sign) for sign in line} & {"Cc", "Cs", "Zl", "Zp"}


@given(
    st.text(st.sampled_from("Quyết định số 411/QĐ-TTg Ớ"), min_size=1),
    st.sampled_from("\u200b\u2060\u00ad\ufeff\u202e"),
)
def test_typed_otherwise_and_padded_with_what_does_not_show_it_is_the_same_key(typed: str, unseen: str) -> None:
    other = unicodedata.normalize("NFD", typed).replace(" ", "\u00a0 ").replace("Đ", "Ð")
    assert key_form(unseen.join(other.upper())) == key_form(typed)
    assert clean(other) == clean(typed)


@pytest.mark.parametrize("other", ["قرار ۱۲۳/ی", "قــرار ١٢٣/ي", "قرار 123/ی"])
def test_digits_and_letters_of_arabic_and_persian_keyboards_are_one_key(other: str) -> None:
    assert key_form(other) == key_form("قرار 123/ي")


@pytest.mark.parametrize("other", ["Quyet dinh 411/QD-TTg", "Quyết định 411/QĐ-TT", "Quyết định 4l1/QĐ-TTg"])
def test_what_looks_different_is_another_key(other: str) -> None:
    assert key_form(other) != key_form("Quyết định 411/QĐ-TTg")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("QÐ-TTg", "QĐ-TTg"),
        ("Ðịnh danh", "Định danh"),
        ("qui ðịnh", "qui định"),
        ("UBNƉ", "UBNĐ"),
        ("D\u0335ề án", "Đề án"),
        ("Sigurður Ingi", "Sigurður Ingi"),
        ("Ragnheiður", "Ragnheiður"),
    ],
)
def test_eth_is_taken_for_the_letter_of_vietnamese_and_icelandic_names_stay(typed: str, stored: str) -> None:
    assert one_line(typed) == stored
    assert key_form(typed) == key_form(stored.replace("ð", "đ"))


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("می\u200c\u200b\u200cخواهم", "می\u200cخواهم"),
        ("dữ\u200c liệu", "dữ liệu"),
        ("mật\u200dkhẩu", "mậtkhẩu"),
        ("\u200cكتاب\u200c", "كتاب"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d👧 và 👩🏽\u200d🔧", "👩\u200d👧 và 👩🏽\u200d🔧"),
        ("❤\ufe0f", "❤"),
        ("a\U000e0041\U000e0042b", "ab"),
    ],
)
def test_a_joiner_stays_where_it_changes_what_is_seen(typed: str, stored: str) -> None:
    assert one_line(typed) == stored
    assert key_form(typed) == key_form(stored.replace("\u200c", "").replace("\u200d", ""))


@pytest.mark.parametrize("blank", ["\u00a0", "\u3000", "\u2009", "\t", "  ", " \u200b ", "\u2800"])
def test_each_blank_and_each_run_of_them_is_one_blank(blank: str) -> None:
    assert one_line(f"{blank}Kế hoạch{blank}2026{blank}") == "Kế hoạch 2026"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Một\u2028hai", "line_break"),
        ("Một\rhai", "line_break"),
        ("Một\u0085hai", "control_character"),
        ("Một\x7f", "control_character"),
        ("Một\ufffe", "not_a_character"),
        ("Một\ufdd0", "not_a_character"),
        ("Một\U0010ffff", "not_a_character"),
        ("Một\ud800", "not_a_character"),
        ("\u2800", "nothing_visible"),
        ("\u0301", "nothing_visible"),
        ("\u115f\u1160\uffa0", "nothing_visible"),
        ("\U000e0100", "nothing_visible"),
        ("\ufffc", "nothing_visible"),
        ("\U0001d159\u13441".replace("\u13441", "\U00013441"), "nothing_visible"),
        ("Một" + "\u0301" * 5, "stacked_marks"),
        ("Một " + "o\u0335" * 3 + "a" + "\u0301\u0489\u20dd\u0323\u0308\u0302\u1dc4", "stacked_marks"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_where(typed: str, code: str) -> None:
    with pytest.raises(TextRefused) as refused:
        one_line(typed)
    assert refused.value.code == code
    if code == "stacked_marks":
        assert "more than 4 marks" in str(refused.value)
    elif code != "nothing_visible":
        assert str(refused.value).startswith("Character 4 ")


@pytest.mark.parametrize(
    "good",
    [
        "Nguye\u0302\u0303n",
        "بِسْمِ ٱللَّـٰهِ",
        "שָׁ֔מַיִם",
        "ที่นี่",
        "བསྒྲུབས་",
        "a\u0301\u0302\u0303\u0304b\u0301\u0302\u0303\u0304",
        "1\ufe0f\u20e3",
    ],
)
def test_marks_that_a_script_needs_are_taken(good: str) -> None:
    assert one_line(good) == several_lines(good) == clean(good)


def test_what_was_pasted_in_place_of_an_object_is_left_out() -> None:
    assert one_line("Kế hoạch\ufffc 2026\U0001d159") == "Kế hoạch 2026"


@pytest.mark.parametrize("sign", ["\u2215", "\u2044", "\uff0f", "\u29f8", "\u2571"])
@pytest.mark.parametrize("dash", ["\u1806", "\u05be", "\u2e3a", "\u2013"])
@pytest.mark.parametrize("stroked", ["D\u0338", "D\u0337", "\u00d0"])
def test_signs_that_look_the_same_are_one_key_and_are_found(sign: str, dash: str, stroked: str) -> None:
    other = f"123{sign}Q{stroked}{dash}UBND"
    assert key_form(other) == key_form("123/QĐ-UBND")
    assert fold(other) == fold("123/QĐ-UBND")


def test_text_of_several_lines_keeps_its_lines_and_nothing_else_that_does_not_show() -> None:
    assert several_lines(" Một\r\n\r\n  hai\u00a0 \rba\u2028bốn\n") == "Một\n\nhai\nba\nbốn"


@pytest.mark.parametrize("gap", ["\n" * 3_000, "\n \u00a0\n\u200b\n\t\n", "\r\n" * 4, "\u2028\u2029\r\n\n"])
def test_of_empty_lines_one_after_the_other_two_are_kept(gap: str) -> None:
    assert several_lines(f"một{gap}hai") == "một\n\n\nhai"
    assert several_lines("một\n\n\nhai\n\nba") == "một\n\n\nhai\n\nba"


def test_text_of_several_lines_refuses_what_no_line_may_hold() -> None:
    for unfit in ("Một\x0bhai", "Một\x1b[0m", "\u200b\n\u200b", "Một\ufffe"):
        with pytest.raises(TextRefused):
            several_lines(unfit)


def test_good_text_is_taken_as_it_is() -> None:
    for good in ("33 km, đạt 40 %", "“Số hóa” – bước 1", "مرحبا بالعالم", "m² ≠ m2", "Nhóm 1: A/B; C&D <x>"):
        assert one_line(good) == several_lines(good) == good


def test_no_sign_that_is_rewritten_passes_by_the_short_way() -> None:
    """Beside a blank run the long way is taken: each code point comes out alike from both. Han is left out."""
    for sign in map(chr, (*range(0x3400), *range(0xFB00, 0x10000), *range(0x1D100, 0x1D200), *range(0xE0000, 0xE1000))):
        assert clean(f"b{sign}b  b") == f"{clean(f'b{sign}b')} b", ascii(sign)


def test_what_is_ordinary_by_one_look_is_ordinary_by_each_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    signs = [sign for sign in map(chr, range(0x3000)) if text._ORDINARY.fullmatch(sign)]
    assert len(signs) > 300
    assert set("ăâđêôơưằộữỹĐẠ“”–…§²") <= set(signs)
    monkeypatch.setattr(text, "_ORDINARY", re.compile("(?!)"))
    for sign in signs:
        typed = f"b{sign}b"
        assert text._is_plain(typed), ascii(sign)
        assert one_line(typed) == typed
