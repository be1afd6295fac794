"""Deadlines and periods in civil time, instants in UTC."""

import time
from contextlib import nullcontext, suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from sixclear.tasks.task.deadlines import (
    _civil_close,
    _read,
    around,
    check_recurrence,
    deadline_instant,
    months_skipped,
)
from sixclear.tasks.task.errors import RecurrenceInvalid
from sixclear.tasks.task.series import check_occurs, current_period


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
        *("FREQ=DAILY;COUNT=3;UNTIL=20301231", "FREQ=DAILY;UNTIL=20301231;COUNT=3"),
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


def slow_walk(rule: str, since: date, at: datetime) -> tuple[date | None, date | None]:
    """What the library finds when it walks from the start."""
    occurrences = _read(rule, _civil_close(since))
    before, following = occurrences.before(at), occurrences.after(at, inc=True)
    return before and before.date(), following and following.date()


def found_near(rule: str, since: date, at: datetime) -> tuple[date | None, date | None]:
    """What is found from near `at`; of a rule that has ended only that it has."""
    return around(rule, datetime.combine(since, datetime.min.time()), at)


def parts(**choices: list[str]) -> st.SearchStrategy[str]:
    """A rule with some of the parts."""
    frequency = st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
    others = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in choices.items()})
    return st.builds(
        lambda freq, chosen: ";".join([f"FREQ={freq}", *(f"{name}={value}" for name, value in chosen.items())]),
        frequency,
        others,
    )


RULES = parts(
    INTERVAL=["1", "2", "3", "5", "7", "11", "13", "30"],
    COUNT=["1", "2", "17", "300", "2000"],
    UNTIL=["19990131", "20091231", "20260101"],
    BYDAY=["MO", "FR", "SU", "MO,WE,SU", "-1FR", "2TU"],
    BYMONTHDAY=["1", "15", "29", "31", "-1", "1,15,31"],
    BYMONTH=["2", "12", "1,3,5,7,9,11"],
    BYSETPOS=["1", "-1", "2"],
    WKST=["MO", "WE", "SU"],
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(
    RULES,
    st.dates(date(1998, 1, 1), date(2006, 12, 31)),
    st.datetimes(datetime(1997, 1, 1), datetime(2012, 1, 1)),  # noqa: DTZ001
    st.sampled_from([None, "before", "at", "after"]),
)
def test_a_rule_that_starts_near_now_occurs_as_from_its_start(
    rule: str, since: date, at: datetime, at_an_occurrence: str | None
) -> None:
    try:
        check_recurrence(rule)
    except RecurrenceInvalid:
        reject()
    if at_an_occurrence is not None:
        at = _civil_close(slow_walk(rule, since, at)[1] or at.date())
        at += {"before": -1, "at": 0, "after": 1}[at_an_occurrence] * timedelta(microseconds=1)
    found, walked = found_near(rule, since, at), slow_walk(rule, since, at)
    assert found == (walked if walked[1] or found[0] else (None, None))


@pytest.mark.parametrize(
    ("rule", "since"),
    [
        ("FREQ=YEARLY;INTERVAL=3;BYMONTH=2;BYMONTHDAY=-1", date(1945, 2, 28)),
        ("FREQ=MONTHLY", date(1945, 1, 31)),
        ("FREQ=YEARLY", date(1948, 2, 29)),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU;BYSETPOS=1", date(1945, 9, 5)),
        ("FREQ=DAILY;INTERVAL=999", date(1945, 9, 2)),
        ("FREQ=DAILY;COUNT=9999", date(1998, 9, 2)),
    ],
)
def test_rules_that_began_long_ago_keep_their_phase(rule: str, since: date) -> None:
    for month in range(1, 13):
        at = _civil_close(date(2024, month, 28))
        assert found_near(rule, since, at) == slow_walk(rule, since, at)


@pytest.mark.parametrize(
    "rule",
    [
        *("FREQ=DAILY;BYMONTH=1,3,5,7,9,11", "FREQ=DAILY", "FREQ=DAILY;COUNT=9999", "FREQ=DAILY;UNTIL=20300101"),
        *("FREQ=DAILY;UNTIL=20201231", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=YEARLY;BYDAY=53MO"),
    ],
)
def test_a_task_of_1945_costs_no_more_than_one_of_yesterday(rule: str) -> None:
    since, now = datetime(1945, 1, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)
    current_period(rule, since, None, now)
    began = time.process_time()
    for minute in range(200):
        current_period(rule, since, None, now + timedelta(minutes=minute))
    assert time.process_time() - began < 0.2, "walked from 1945, two hundred of them take fifty seconds"


EVENING = datetime(2025, 12, 4, 11, 0, tzinfo=UTC)  # 18:00 there, after the close of the day


@pytest.mark.parametrize(
    ("rule", "since", "occurs"),
    [
        ("FREQ=DAILY;UNTIL=20201231", EVENING, False),
        ("FREQ=DAILY;UNTIL=20251204", EVENING, False),
        ("FREQ=DAILY;UNTIL=20251204", EVENING - timedelta(hours=2), True),
        ("FREQ=DAILY;UNTIL=20251205", EVENING, True),
        ("FREQ=MONTHLY;BYMONTHDAY=31;UNTIL=20251230", EVENING, False),
        ("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;UNTIL=20251231", EVENING, False),
        ("FREQ=DAILY;COUNT=1", EVENING, True),
        ("FREQ=DAILY", EVENING, True),
        ("FREQ=DAILY;UNTIL=19451231", datetime(1945, 9, 2, tzinfo=UTC), True),
    ],
)
def test_a_rule_occurs_after_the_assignment(rule: str, since: datetime, occurs: bool) -> None:
    with nullcontext() if occurs else pytest.raises(RecurrenceInvalid):
        check_occurs(check_recurrence(rule), since)


@pytest.mark.parametrize(("rule", "days"), [("FREQ=DAILY;COUNT=1", [5]), ("FREQ=DAILY;COUNT=3", [5, 6, 7])])
def test_what_is_assigned_in_the_evening_has_all_its_periods(rule: str, days: list[int]) -> None:
    for turn, day in enumerate(days):
        period = current_period(rule, EVENING, None, EVENING + timedelta(days=turn))
        assert period is not None
        assert (period.due_at, period.reported) == (datetime(2025, 12, day, 10, 0, tzinfo=UTC), False)
    assert current_period(rule, EVENING, None, EVENING + timedelta(days=len(days))) is None


def test_a_series_of_which_the_first_evening_is_no_part_is_not_shortened() -> None:
    rule = "FREQ=WEEKLY;BYDAY=FR;COUNT=2"
    period = current_period(rule, EVENING, None, EVENING + timedelta(days=7))
    assert period is not None
    assert period.due_at == datetime(2025, 12, 12, 10, 0, tzinfo=UTC)
    assert current_period(rule, EVENING, None, EVENING + timedelta(days=8)) is None


@pytest.mark.parametrize(
    ("rule", "skipped"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=31", [2, 4, 6, 9, 11]),
        ("FREQ=MONTHLY;BYMONTHDAY=30", [2]),
        ("FREQ=MONTHLY;BYMONTHDAY=29", [2]),
        ("FREQ=MONTHLY;BYMONTHDAY=-31", [2, 4, 6, 9, 11]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", []),
        ("FREQ=MONTHLY;BYMONTHDAY=15,31", []),
        ("FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=1,4", [4]),
        ("FREQ=MONTHLY;BYDAY=-1FR", []),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", [2]),
        ("FREQ=MONTHLY", []),
        ("FREQ=WEEKLY;BYDAY=FR", []),
    ],
)
def test_the_months_that_a_rule_passes_over_are_told(rule: str, skipped: list[int]) -> None:
    assert months_skipped(rule, EVENING) == skipped


def test_a_rule_takes_its_day_from_the_assignment() -> None:
    last = datetime(2026, 1, 31, 3, 0, tzinfo=UTC)
    assert months_skipped("FREQ=MONTHLY", last) == [2, 4, 6, 9, 11]
    assert months_skipped("FREQ=MONTHLY;INTERVAL=3", last) == [4]
    assert months_skipped("FREQ=MONTHLY;INTERVAL=2", last) == [9, 11]
    assert months_skipped("FREQ=MONTHLY;INTERVAL=12", last) == []
    assert months_skipped("FREQ=YEARLY", datetime(2028, 2, 29, tzinfo=UTC)) == [2]
    assert months_skipped("FREQ=MONTHLY", None) == []
