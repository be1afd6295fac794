"""A time in a request means what is written, or it is refused."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from sixclear.common.web.instants import Day, DayOrInstant, Instant, read_day_or_instant

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


@pytest.mark.parametrize(
    ("kind", "written", "words"),
    [
        (Instant, "2025-12-31", "A day alone is no instant here: write one with its offset"),
        (Day, "2025-12-31T00:00:00Z", "A day is meant here, without a time"),
        (Day, "2025-12-31T00:00:00 07:00", "A day is meant here, without a time"),
        (Instant, 1764547200, "Write an instant with its offset"),
        (Day, 1764547200, "Write a day as 2025-12-04"),
    ],
)
def test_the_one_in_place_of_the_other_is_told(kind: Any, written: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        TypeAdapter(kind).validate_python(written)


@pytest.mark.parametrize(
    "written", ["2025-12-31T17:00:00 07:00", "2025-12-31T17:00:00+07:00", "2025-12-31t10:00:00z", "2025-12-31 10:00Z"]
)
def test_a_plus_sign_that_arrived_as_a_blank_is_understood_in_an_address(written: str) -> None:
    assert read_day_or_instant(written) == datetime(2025, 12, 31, 10, tzinfo=UTC)


@pytest.mark.parametrize("kind", [Instant, DayOrInstant])
@pytest.mark.parametrize(
    ("written", "microsecond"),
    [
        ("2025-12-31T17:00:00.1234567+07:00", 123_456),
        ("2025-12-31T10:00:00.123456789Z", 123_456),
        ("2025-12-31T10:00:00.9999999999z", 999_999),
        ("2025-12-31T10:00:00.1Z", 100_000),
        ("2025-12-31T17:00:00+0700", 0),
        ("2025-12-31t17:00+0700", 0),
    ],
)
def test_instants_as_other_languages_write_them_are_taken(kind: Any, written: str, microsecond: int) -> None:
    instant = datetime(2025, 12, 31, 10, microsecond=microsecond, tzinfo=UTC)
    assert TypeAdapter(kind).validate_python(written) == read_day_or_instant(written) == instant
    assert read_day_or_instant(written.replace("+", " ")) == instant


@pytest.mark.parametrize("kind", [Instant, DayOrInstant])
@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2025-12-31T17:00:00+05:99", "instant"),
        ("2025-12-31T17:00:00+0560", "instant"),
        ("2025-12-31T17:00:00+24:00", "instant"),
        ("2025-12-31T17:00:00+7:00", "instant"),
        ("2025-12-31T17:00.5+07:00", "instant"),
        ("2025-12-31T17:00:00.+07:00", "instant"),
        ("2200-12-31T23:59:59-23:59", "year_out_of_range"),
        ("1945-01-01T00:00+14:00", "year_out_of_range"),
        ("0001-01-01T00:00+14:00", "year_out_of_range"),
        ("9999-12-31T23:59-23:00", "year_out_of_range"),
    ],
)
def test_an_offset_that_is_none_and_a_year_that_is_another_in_utc_are_refused(
    kind: Any, written: str, code: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(written)
    assert refused.value.errors()[-1]["type"].removeprefix("day_or_") == code


@pytest.mark.parametrize(
    "written", ["2025-12-31 07:00", "2025-12-31T17:00:00", "2025-12-31 17:00:00 7:00", "٢025-12-31"]
)
def test_another_blank_is_not_guessed(written: str) -> None:
    with pytest.raises(PydanticCustomError):
        read_day_or_instant(written)


def test_an_instant_is_no_day_and_a_day_no_instant() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Instant).validate_python("2025-12-31")
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python("2025-12-31T00:00:00Z")
