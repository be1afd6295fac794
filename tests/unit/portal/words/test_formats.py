"""Figures and times as each language writes them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from sixclear.portal.words.formats import Formatter

INSTANT = datetime(2025, 12, 4, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "number", "percent", "day", "instant"),
    [
        ("vi", "1.287", "46,70\u00a0%", "4/12/2025", "4/12/2025 17:00"),
        ("en", "1,287", "46.70\u00a0%", "4 December 2025", "4 December 2025, 17:00"),
    ],
)
def test_a_language_has_its_own_way_of_writing(
    language: str, number: str, percent: str, day: str, instant: str
) -> None:
    written = Formatter(language)
    assert written.number(1287) == number
    assert written.percent(Decimal("46.7")) == percent
    assert written.day(date(2025, 12, 4)) == day
    assert written.instant(INSTANT) == instant


def test_an_instant_late_in_the_day_belongs_to_the_civil_day() -> None:
    assert Formatter("vi").day(datetime(2025, 12, 4, 18, 0, tzinfo=UTC)) == "5/12/2025"


def test_a_deadline_at_the_close_of_office_is_a_day_and_any_other_has_its_time() -> None:
    written = Formatter("en")
    assert written.deadline(INSTANT) == "4 December 2025"
    assert written.deadline(INSTANT.replace(minute=1)) == "4 December 2025, 17:01"
    assert written.deadline(datetime(2025, 12, 4, 17, 0, tzinfo=UTC)) == "5 December 2025, 00:00"


def test_a_share_of_all_keeps_its_decimals() -> None:
    assert Formatter("vi").percent(Decimal(100)) == "100,00\u00a0%"
