"""Texts of people where there are no elements to isolate them."""

import pytest
from markupsafe import Markup

from sixclear.portal.shell.isolation import isolated, shown


@pytest.mark.parametrize(
    ("text", "direction", "expected"),
    [
        ("Đất đai", "ltr", "Đất đai"),
        ("123/QĐ-UBND", "ltr", "123/QĐ-UBND"),
        ("قرار", "ltr", "\u2068قرار\u2069"),
        ("قرار", "rtl", "قرار"),
        ("Đất đai", "rtl", "\u2068Đất đai\u2069"),
        ("a\u202eb\u2069", "ltr", "ab"),
        ("<b>", "ltr", "&lt;b&gt;"),
        ("<ب>", "ltr", "\u2068&lt;ب&gt;\u2069"),
    ],
)
def test_a_text_that_runs_the_other_way_is_isolated(text: str, direction: str, expected: str) -> None:
    assert isolated(text, direction) == expected


def test_marks_of_direction_stay_and_markup_is_left_alone() -> None:
    assert shown("a\u200f\u200e\u061cb\u202e") == "a\u200f\u200e\u061cb"
    assert shown(Markup("\u2068x\u2069")) == "\u2068x\u2069"
    assert shown(7) == 7
    assert shown(None) is None
