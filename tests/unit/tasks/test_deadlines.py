"""Deadlines and periods in civil time, instants in UTC."""

from datetime import UTC, date, datetime

import pytest

from sixclear.tasks.deadlines import check_recurrence, current_period, deadline_instant
from sixclear.tasks.errors import RecurrenceInvalid


def test_a_date_means_five_in_the_afternoon_in_vietnam() -> None:
    assert deadline_instant(date(2025, 12, 4)) == datetime(2025, 12, 4, 10, 0, tzinfo=UTC)


def test_an_instant_stays_the_same_instant() -> None:
    given = datetime.fromisoformat("2025-12-04T23:59:00+07:00")
    assert deadline_instant(given) == given


@pytest.mark.parametrize("rule", ["", "every month", "FREQ=HOURLY", "FREQ=MONTHLY;BYMONTHDAY=55"])
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
