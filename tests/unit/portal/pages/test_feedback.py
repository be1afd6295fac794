"""What a form of feedback lacks, and how far a deadline is."""

from datetime import UTC, datetime

import pytest

from sixclear.portal.pages.public.feedback.view import problems_of as problems
from sixclear.portal.shell.deadlines import Distance, distance
from sixclear.portal.shell.forms import text_problem


def test_what_a_form_lacks_is_named_in_its_order() -> None:
    assert list(problems({})) == ["kind", "title", "text"]
    assert problems({"kind": "initiative", "title": "x", "text": "y"}) == {}
    assert problems({"kind": "complaint", "title": "x" * 301, "text": "y" * 10_001}) == {
        "kind": "missing",
        "title": "too-long",
        "text": "too-long",
    }


@pytest.mark.parametrize(
    ("day", "missed", "expected"),
    [(9, False, 5), (4, False, 0), (3, False, 0), (1, True, 3), (4, True, 0), (5, True, 0)],
)
def test_a_distance_is_in_civil_days_and_never_below_none(day: int, missed: bool, expected: int) -> None:
    now = datetime(2025, 12, 4, 3, 0, tzinfo=UTC)
    found = distance(datetime(2025, 12, day, 2, 0, tzinfo=UTC), now, missed=missed)
    assert found == Distance(expected, missed)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "missing"),
        (" \u200b\u2060\u00a0\n", "missing"),
        ("chuông \a", "control"),
        ("một\x00hai", "control"),
        ("\ufffe", "control"),
        ("e\u0301" * 300, None),
        ("é" * 301, "too-long"),
        ("a\u200b" * 300, None),
        ("dòng một\r\ndòng hai\u2028dòng ba", None),
    ],
)
def test_a_text_is_judged_as_it_would_be_stored(text: str, found: str | None) -> None:
    assert text_problem(text, 300) == found
