"""How alike two texts are: the measured pairs of Vietnamese titles, and what holds of all texts."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from sixclear.common.folding import fold
from sixclear.feedback.similar.rules import likeness, ranked, trigrams

TITLE = "Đề nghị mở lịch dùng chung phòng thí nghiệm của các viện cho doanh nghiệp"
PLAIN = "De nghi mo lich dung chung phong thi nghiem cua cac vien cho doanh nghiep"
OTHER = "Sửa đèn đường hỏng trước cổng trường tiểu học"


def of(asked: str, *titles: str) -> list[str]:
    return [one.found for one in ranked(asked, titles, str)]


def test_the_same_words_without_diacritics_or_decomposed_are_the_same() -> None:
    for asked in (TITLE, PLAIN, TITLE.upper(), unicodedata.normalize("NFD", TITLE)):
        (found,) = ranked(asked, [TITLE], str)
        assert found.likeness == 1.0


def test_another_place_of_the_tone_mark_is_nearly_the_same() -> None:
    (found,) = ranked("Sửa đường Hoà Bình", ["Sửa đường Hòa Bình"], str)
    assert found.likeness > 0.75


def test_of_titles_that_fold_alike_the_one_with_the_same_marks_is_first() -> None:
    assert of("Bán bàn ghế", "Bàn về ghế", "Bán bàn ghế")[0] == "Bán bàn ghế"


def test_another_need_is_not_found() -> None:
    assert of(TITLE, OTHER) == []


def test_trigrams_are_those_of_the_database_extension() -> None:
    """As `SELECT show_trgm('word 12')` has them."""
    assert trigrams("word 12") == {"  w", " wo", "wor", "ord", "rd ", "  1", " 12", "12 "}


@given(st.text(max_size=80), st.text(max_size=80))
def test_likeness_is_the_same_both_ways_and_whole_for_the_same(one: str, other: str) -> None:
    first, second = trigrams(fold(one)), trigrams(fold(other))
    assert likeness(first, second) == likeness(second, first)
    assert likeness(first, first) == (1.0 if first else 0.0)


@given(st.lists(st.sampled_from([TITLE, PLAIN, OTHER, "Bán bàn ghế", "Bàn về ghế", ""]), max_size=8))
def test_the_most_alike_comes_first(titles: list[str]) -> None:
    found = [one.likeness for one in ranked(TITLE, titles, str)]
    assert found == sorted(found, reverse=True)
    assert all(0 < one <= 1 for one in found)
