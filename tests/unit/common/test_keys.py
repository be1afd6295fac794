"""Which spellings of a key name one thing."""

import pytest

from sixclear.common.keys import folded_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("123/QĐ-UBND", "123 /qđ\u2013ubnd"),
        ("123/QĐ-UBND", " 123 / QĐ - UBND"),
        ("NV số 5/2026", "NV số5/2026"),
        ("NV số 5/2026", "nv số 5 / 2026"),
        ("KH 5A", "KH5 A"),
        ("Điều 1.2", "ĐIỀU 1 . 2"),
        ("v. 2", "V.2"),
    ],
)
def test_blanks_beside_signs_and_between_letters_and_digits_do_not_count(one: str, other: str) -> None:
    assert folded_key("ministry", one) == folded_key("Ministry", other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("5 7", "57"), ("NV 1 2", "NV 12"), ("Kế hoạch", "Kếhoạch"), ("1/2", "1-2"), ("1.2", "12"), ("A_1", "A 1")],
)
def test_what_tells_keys_apart_still_does(one: str, other: str) -> None:
    assert folded_key(one) != folded_key(other)


def test_parts_stay_apart() -> None:
    assert folded_key("a 1", "2") != folded_key("a", "1 2")
    assert folded_key(folded_key("NV số 5 / 2026")) == folded_key("NV số 5 / 2026")
