"""A part of a rule that would be passed over in silence is refused, with what to do."""

import pytest

from sixclear.tasks.task.deadlines import check_recurrence
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
