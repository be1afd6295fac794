"""Search finds Vietnamese and Arabic text however it is typed."""

import unicodedata

import pytest

from sixclear.common.folding import fold, like_pattern


def test_marks_case_and_the_letter_d_do_not_matter() -> None:
    assert fold("  Cơ sở DỮ LIỆU Đất đai ") == "co so du lieu dat dai"


def test_composed_and_decomposed_text_are_the_same() -> None:
    assert fold(unicodedata.normalize("NFD", "Đường bộ")) == fold(unicodedata.normalize("NFC", "Đường bộ"))


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Ðịnh danh ðịnh ƉịnhÐ", "dinh danh dinh dinhd"),
        ("Cổng dữ\u200b liệu,\u00a0số\u00ad hóa", "cong du lieu, so hoa"),
        ("411/QĐ–TTg, 5‑2026, ５ − 3", "411/qd-ttg, 5-2026, 5 - 3"),
        ("مُحَـــمَّد", "محمد"),
        ("أحمد إلى آخر المدرسة", "احمد الي اخر المدرسه"),
        ("سنة ٢٠٢٦ و ۱۴۰۵", "سنه 2026 و 1405"),
        ("می\u200cکنم", "ميكنم"),
        ("ﻣﺤﻤﺪ", "محمد"),
    ],
)
def test_what_is_typed_for_each_other_folds_alike(typed: str, folded: str) -> None:
    assert fold(typed) == folded


def test_signs_of_like_are_taken_literally() -> None:
    assert like_pattern("50%_\\") == "%50\\%\\_\\\\%"
