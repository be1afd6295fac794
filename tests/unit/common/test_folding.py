"""Search finds Vietnamese text however it is typed."""

import unicodedata

from sixclear.common.folding import fold, like_pattern


def test_marks_case_and_the_letter_d_do_not_matter() -> None:
    assert fold("  Cơ sở DỮ LIỆU Đất đai ") == "co so du lieu dat dai"


def test_composed_and_decomposed_text_are_the_same() -> None:
    assert fold(unicodedata.normalize("NFD", "Đường bộ")) == fold(unicodedata.normalize("NFC", "Đường bộ"))


def test_signs_of_like_are_taken_literally() -> None:
    assert like_pattern("50%_\\") == "%50\\%\\_\\\\%"
