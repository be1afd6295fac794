"""Deadlines and periods in civil time, instants in UTC."""

import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sixclear.tasks.deadlines import check_recurrence, current_period, deadline_instant
from sixclear.tasks.errors import RecurrenceInvalid


def test_a_date_means_five_in_the_afternoon_in_vietnam() -> None:
    assert deadline_instant(date(2025, 12, 4)) == datetime(2025, 12, 4, 10, 0, tzinfo=UTC)


def test_an_instant_stays_the_same_instant() -> None:
    given = datetime.fromisoformat("2025-12-04T23:59:00+07:00")
    assert deadline_instant(given) == given


@pytest.mark.parametrize(
    "rule",
    [
        *("", "every month", "FREQ=HOURLY", "FREQ=MONTHLY;BYMONTHDAY=55", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31"),
        *("FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=0;BYHOUR=0", "FREQ=DAILY;INTERVAL=-1"),
        *("FREQ=DAILY;FREQ=SECONDLY", "FREQ=MONTHLY;BYDAY=99MO", "FREQ=YEARLY;BYEASTER=99999999"),
        *("FREQ=DAILY;BYHOUR=0,1,2;BYMINUTE=1", "FREQ=DAILY;INTERVAL=9999999", "FREQ=DAILY\nRRULE:FREQ=SECONDLY"),
        *("FREQ=DAILY;UNTIL=99999999", "FREQ=DAILY;BYSETPOS=0", "FREQ=DAILY;"),
    ],
)
def test_a_rule_that_does_not_repeat_by_day_is_refused(rule: str) -> None:
    with pytest.raises(RecurrenceInvalid):
        check_recurrence(rule)


def test_a_month_is_reported_once_a_report_came_after_the_previous_close() -> None:
    rule = check_recurrence("FREQ=MONTHLY;BYMONTHDAY=22")
    since = datetime(2025, 6, 1, tzinfo=UTC)
    now = datetime(2025, 9, 10, 3, 0, tzinfo=UTC)
    period = current_period(rule, since, datetime(2025, 8, 30, tzinfo=UTC), now)
    assert period is not None
    assert period.due_at == datetime(2025, 9, 22, 10, 0, tzinfo=UTC)
    assert period.previous_due_at == datetime(2025, 8, 22, 10, 0, tzinfo=UTC)
    assert period.reported
    late = current_period(rule, since, datetime(2025, 8, 1, tzinfo=UTC), now)
    assert late is not None
    assert not late.reported


def test_a_rule_that_has_ended_has_no_period() -> None:
    rule = check_recurrence("FREQ=YEARLY;COUNT=1")
    assert current_period(rule, datetime(2024, 1, 1, tzinfo=UTC), None, datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_the_last_day_of_a_rule_counts_up_to_its_close() -> None:
    rule = check_recurrence("FREQ=MONTHLY;BYMONTHDAY=31;until=20260131")
    since, last = datetime(2025, 12, 4, tzinfo=UTC), datetime(2026, 1, 31, 10, 0, tzinfo=UTC)
    period = current_period(rule, since, None, last)
    assert period is not None
    assert period.due_at == last
    assert current_period(rule, since, None, last + timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    "rule",
    [
        *("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=FR", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=15"),
        *("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=15", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1", "FREQ=YEARLY;UNTIL=20301231"),
    ],
)
def test_usual_rules_are_taken(rule: str) -> None:
    assert check_recurrence(rule) == rule


@given(
    st.builds(
        ";".join,
        st.lists(
            st.builds(
                "{}={}".format,
                st.sampled_from(["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"]),
                st.sampled_from(
                    ["DAILY", "YEARLY", "0", "1", "7", "999", "-1", "53MO", "-5SU", "31", "29", "20260101"]
                ),
            ),
            max_size=5,
        ),
    )
)
def test_whatever_is_asked_is_answered_at_once(rule: str) -> None:
    began = time.process_time()
    with suppress(RecurrenceInvalid):
        check_recurrence(rule)
        for day in (1, 2, 3, 31):
            current_period(rule, datetime(2026, 1, day, tzinfo=UTC), None, datetime(2030, 1, 1, tzinfo=UTC))
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    "rule",
    [
        *("FREQ=DAILY;INTERVAL=7;BYDAY=MO", "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2;BYMONTHDAY=1"),
        *("FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31"),
    ],
)
def test_a_rule_that_may_never_occur_is_refused_whenever_it_would_start(rule: str) -> None:
    with pytest.raises(RecurrenceInvalid):
        check_recurrence(rule)
