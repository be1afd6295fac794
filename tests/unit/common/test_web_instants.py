"""A time in a request means what is written, or it is refused."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from sixclear.common.web.instants import Day, DayOrInstant, Instant

VIETNAM = timezone(timedelta(hours=7))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2025-12-31", date(2025, 12, 31)),
        ("2026-01-01T00:00:00Z", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2025-12-31T00:00:00+07:00", datetime(2025, 12, 31, tzinfo=VIETNAM)),
        ("2025-12-31T17:00:00.5+07:00", datetime(2025, 12, 31, 17, 0, 0, 500_000, tzinfo=VIETNAM)),
    ],
)
def test_midnight_is_an_instant_and_a_day_is_a_day(written: str, meant: date) -> None:
    read = TypeAdapter(DayOrInstant).validate_python(written)
    assert (read, type(read)) == (meant, type(meant))


@pytest.mark.parametrize("kind", [Instant, Day, DayOrInstant])
@pytest.mark.parametrize(
    "written",
    [
        1,
        20251231,
        1.5,
        "1",
        "20251231",
        "2025-W49-4",
        "2025-12-31T00:00:00",
        "0001-01-01",
        "9999-12-31",
        "",
        None,
        True,
        "2025-13-01",
        "2025-02-30T00:00:00Z",
        "2025-12-31T25:00:00Z",
    ],
)
def test_what_has_to_be_guessed_is_refused(kind: Any, written: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(written)


def test_an_instant_is_no_day_and_a_day_no_instant() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Instant).validate_python("2025-12-31")
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python("2025-12-31T00:00:00Z")
