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
        ("FREQ=SECONDLY", "cannot be used"),
        ("FREQ=DAILY;COUNT=0", "cannot be used"),
        ("FREQ=MONTHLY;INTERVAL=1000000000", "cannot be used"),
        ("FREQ=DAILY;BYMONTH=" + ",".join(["1"] * 5_000), "cannot be used"),
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
