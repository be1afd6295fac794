"""Search finds Vietnamese and Arabic text however it is typed."""

import re
import unicodedata

import pytest

from sixclear.common.folding import SIGNS, compact, compact_pattern, fold, like_pattern


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


FOUND = {
    "123/QĐ-TTg": ["123 QĐ TTg", "123qdttg", "123/qd-ttg", "QĐ TTg"],
    "Ứng dụng kỹ thuật số; quản lý tỷ lệ": ["kĩ thuật", "ki thuat so", "quản lí", "tỉ lệ", "kỹ thuật số quản lý"],
    "Qui định của bộ": ["quy định", "qui dinh"],
    "UBND TP.HCM": ["tphcm", "TP. HCM", "ubnd tp hcm", "Ủy ban nhân dân Thành phố Hồ Chí Minh", "tp Hồ Chí Minh"],
    "Thành phố Hồ Chí Minh": ["tphcm", "TP.HCM", "hồ chí minh", "thành phố"],
    "Hà Nội – Hải Phòng": ["Hà Nội—Hải Phòng", "Hà Nội Hải Phòng", "hanoi"],
    "“Chuyển đổi số” (giai đoạn 2)": ['"chuyển đổi số"', "chuyển đổi số giai đoạn 2", "«chuyển đổi số»"],
    "هوية، رقمية": ["هوية رقمية"],
    "a^b]c\\d": ["a^b]c\\d", "abcd"],
}


@pytest.mark.parametrize(("title", "query"), [(title, query) for title, queries in FOUND.items() for query in queries])
def test_signs_blanks_and_the_spelling_of_i_do_not_keep_a_text_from_being_found(title: str, query: str) -> None:
    assert re.search(compact_pattern(query), compact(title))


@pytest.mark.parametrize(
    ("title", "query"),
    [("Kế hoạch", "kỹ thuật"), ("Thu hồi", "thủy"), ("TP. Huế", "tphcm"), ("Kinh tế", "kynh te"), ("abc", "a.c")],
)
def test_what_is_another_word_is_not_found(title: str, query: str) -> None:
    assert not re.search(compact_pattern(query), compact(title))


def test_a_query_of_signs_alone_has_no_compact_form_and_no_sign_is_left_in_one() -> None:
    assert compact_pattern(" – %") == ""
    assert compact("a " + SIGNS + " b") == "ab"
    assert len(set(SIGNS)) == len(SIGNS)
