"""A part of a rule that would be passed over in silence is refused, with what to do."""

from datetime import UTC, datetime

import pytest

from sixclear.tasks.task.deadlines import check_recurrence, months_skipped
from sixclear.tasks.task.errors import RecurrenceInvalid


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=WEEKLY;BYDAY=1MO", "A number before a weekday"),
        ("FREQ=DAILY;BYDAY=MO,-1FR", "A number before a weekday"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS chooses among days"),
        ("RRULE:FREQ=DAILY", "Leave out RRULE: and DTSTART"),
        ("DTSTART:20251204T000000\nRRULE:FREQ=DAILY", "Leave out RRULE: and DTSTART"),
        ("DTSTART=20251204;FREQ=DAILY", "Leave out RRULE: and DTSTART"),
        ("EXRULE:FREQ=DAILY", "Leave out RRULE: and DTSTART"),
        ("FREQ=SECONDLY", "one of DAILY, WEEKLY, MONTHLY and YEARLY"),
        ("FREQ=DAILY;COUNT=0", "COUNT is a number from 1"),
        ("FREQ=MONTHLY;INTERVAL=1000000000", "INTERVAL is a number from 1"),
        ("FREQ=DAILY;BYMONTH=" + ",".join(["1"] * 5_000), "months from 1 to 12"),
        ("FREQ=WEEKLY;BYDAY=T2", "MO, TU, WE, TH, FR, SA or SU"),
        ("FREQ=MONTHLY;BYDAY=", "MO, TU, WE, TH, FR, SA or SU"),
        ("FREQ=WEEKLY;BYDAY=FR1", "MO, TU, WE, TH, FR, SA or SU"),
        ("FREQ=YEARLY;BYWEEKNO=53", "A part is not one of FREQ"),
        ("hằng tháng", "A part is not one of FREQ"),
        ("FREQ=DAILY;UNTIL=20261231T235959Z", "20261231"),
        ("BYMONTHDAY=3", "one of DAILY"),
        ("FREQ=DAILY;FREQ=DAILY", "each part once"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20261231", "not by both"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never occurs"),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTH=3", "never occurs"),
        ("FREQ=DAILY;UNTIL=20261399", "20261231"),
        ("FREQ=DAILY;INTERVAL=365;BYMONTHDAY=31;BYMONTH=4", "never occurs"),
        ("FREQ=WEEKLY;BYMONTHDAY=5", "BYMONTHDAY counts the days of a month"),
        ("FREQ=WEEKLY;BYDAY=FR;BYMONTHDAY=13,-1", "BYMONTHDAY counts the days of a month"),
    ],
)
def test_what_is_not_taken_is_said(rule: str, words: str) -> None:
    with pytest.raises(RecurrenceInvalid) as refused:
        check_recurrence(rule)
    assert words in refused.value.errors[0]["detail"]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=MONTHLY;BYDAY=5MO",
        "FREQ=YEARLY;BYDAY=53MO",
        "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1",
        "FREQ=WEEKLY;BYDAY=MO,FR",
    ],
)
def test_what_counts_is_taken(rule: str) -> None:
    assert check_recurrence(rule) == rule


ALL = list(range(1, 13))


@pytest.mark.parametrize(
    ("rule", "skipped"),
    [
        ("FREQ=MONTHLY;BYDAY=5FR", ALL),
        ("FREQ=MONTHLY;BYDAY=-5FR", ALL),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=5", ALL),
        ("FREQ=MONTHLY;BYMONTH=3,6;BYDAY=5FR", [3, 6]),
        ("FREQ=MONTHLY;BYDAY=5FR,1MO", []),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=22", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=20", []),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", []),
        ("FREQ=YEARLY;BYMONTH=7;BYDAY=5FR", [7]),
        ("FREQ=YEARLY;BYMONTH=7;BYDAY=1FR", []),
        ("FREQ=YEARLY;BYDAY=53MO", []),
        ("FREQ=YEARLY;BYDAY=53MO;BYMONTHDAY=31", [2, 4, 6, 9, 11]),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=5FR", [1, 4, 7, 10]),
        ("FREQ=WEEKLY;BYDAY=MO;INTERVAL=9", []),
        ("FREQ=MONTHLY;BYMONTHDAY=31;BYSETPOS=1", [2, 4, 6, 9, 11]),
        ("FREQ=DAILY;BYMONTHDAY=30", [2]),
        ("FREQ=MONTHLY;BYDAY=4FR;COUNT=3", []),
    ],
)
def test_months_that_lack_the_day_in_some_year_are_shown(rule: str, skipped: list[int]) -> None:
    assert check_recurrence(rule) == rule
    assert months_skipped(rule, datetime(2026, 1, 5, tzinfo=UTC)) == skipped
