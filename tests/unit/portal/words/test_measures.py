"""Figures of results in words: bounds, units, money, periods."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from sixclear.portal.words.languages import language
from sixclear.portal.words.sentences import Words

EN, VI = Words(language("en")), Words(language("vi"))


@dataclass(frozen=True)
class Of:
    value_type: str
    unit: str


@pytest.mark.parametrize(
    ("of", "value", "bound", "said"),
    [
        (Of("ratio", "%"), "92.5", None, "92,50\u00a0%"),
        (Of("share", "%"), "99", None, "99\u00a0%"),
        (Of("count", "thôn"), "1287", "more_than", "hơn 1.287"),
        (Of("amount", "tỷ đồng"), "0.000001", None, "0,000001"),
        (Of("rank", "hạng"), "18", None, "hạng 18"),
        (Of("yes_no", "có/không"), "1", None, "có"),
        (Of("yes_no", "có/không"), "0", None, "không"),
    ],
)
def test_a_figure_is_said_as_it_was_published(of: Of, value: str, bound: str | None, said: str) -> None:
    assert VI.figure(of, Decimal(value), bound) == said


def test_a_unit_stands_beside_a_figure_unless_the_figure_says_it() -> None:
    assert VI.unit(Of("count", "thôn")) == "thôn"
    assert [VI.unit(Of(kind, "x")) for kind in ("rank", "yes_no")] == ["", ""]
    assert VI.unit(Of("share", "%")) == ""


def test_percentages_are_apart_in_points() -> None:
    assert EN.difference(Of("ratio", "%"), Decimal("-2.49")) == "2.49 percentage points"
    assert EN.difference(Of("count", "thôn"), Decimal("-30")) == "30"


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "0 đồng"),
        (999_999, "999.999 đồng"),
        (5_780_000, "5,78 triệu đồng"),
        (16_716_074_000_000, "16.716,074 tỷ đồng"),
        (3_056_082_500_001, "3.056,083 tỷ đồng"),
        (-2_000_000_000, "-2 tỷ đồng"),
    ],
)
def test_money_is_said_in_a_unit_that_can_be_read(amount: int, said: str) -> None:
    assert VI.money(amount) == said


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("2026-W48", "week 48 of 2026"),
        ("2026-11", "Nov 2026"),
        ("2026-Q4", "Q4 2026"),
        ("2026-H1", "first half of 2026"),
        ("2026-H2", "second half of 2026"),
        ("2026-9M", "first nine months of 2026"),
        ("2026", "2026"),
        ("2026-2030", "2026–2030"),
        ("whenever", "whenever"),
    ],
)
def test_a_period_is_said_by_its_key(key: str, said: str) -> None:
    assert EN.span(key) == said
