"""Windows of a recurring task: their names, and where they end when the due day is no working day."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise

import pytest

from sixclear.common.calendar import calendar
from sixclear.tasks.programme.rules import Terms, rolled
from sixclear.tasks.task.series import Series, Window, current_period, has_ended, unit_of, windows

SINCE = datetime(2025, 12, 1, 2, 0, tzinfo=UTC)


def told(rule: str, terms: Terms | None = None, since: datetime = SINCE) -> list[Window]:
    """The first forty windows of a rule."""
    return list(islice(windows(Series(rule, since, terms or Terms()), since), 40))


def due(window: Window) -> str:
    """The civil day and hour at which a window ends."""
    return f"{window.due_at + timedelta(hours=7):%Y-%m-%d %H}"


@pytest.mark.parametrize(
    ("rule", "keys"),
    [
        ("FREQ=WEEKLY;BYDAY=FR", ["2025-W49", "2025-W50"]),
        ("FREQ=WEEKLY;BYDAY=FR;INTERVAL=8", ["2025-W49", "2026-W05"]),
        ("FREQ=WEEKLY;BYDAY=MO,TH", ["2025-12-01", "2025-12-04"]),
        ("FREQ=MONTHLY;BYMONTHDAY=22", ["2025-12", "2026-01"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", ["2025-12", "2026-01"]),
        ("FREQ=MONTHLY;BYMONTHDAY=10,25", ["2025-12-10", "2025-12-25"]),
        ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=20", ["2025-Q4", "2026-Q1"]),
        ("FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=25", ["2025-Q4", "2026-Q1"]),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=15", ["2025", "2026"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", ["2028", "2032"]),
        ("FREQ=DAILY", ["2025-12-01", "2025-12-02"]),
    ],
)
def test_a_period_is_named_by_the_largest_unit_that_no_two_share(rule: str, keys: list[str]) -> None:
    windows_of = told(rule)
    assert [window.key for window in windows_of][:2] == keys
    assert len({window.key for window in windows_of}) == len(windows_of)


@pytest.mark.parametrize(
    ("rule", "since"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=31", SINCE),
        ("FREQ=YEARLY", datetime(2024, 2, 29, 3, tzinfo=UTC)),
        ("FREQ=DAILY;COUNT=35", SINCE),
    ],
)
def test_windows_touch_and_none_is_left_out(rule: str, since: datetime) -> None:
    series = Series(rule, since, Terms(roll="keep"))
    found = list(islice(windows(series, since), 40))
    assert found[0].opens_at == since
    assert all(one.due_at == after.opens_at for one, after in pairwise(found))
    assert [window.day for window in found] == list(islice((day for day in series.days(series.start)), 40))
    for before, window in pairwise(found):
        again = next(windows(series, before.due_at, last=before))
        assert again == window, "the same from any place"


def test_a_year_ends_in_the_week_of_its_thursday() -> None:
    found = {window.day: window.key for window in told("FREQ=WEEKLY;BYDAY=SU", Terms(roll="keep"))}
    assert (found[date(2025, 12, 28)], found[date(2026, 1, 4)]) == ("2025-W52", "2026-W01")


@pytest.mark.parametrize(
    ("roll", "ends"),
    [
        # 20 Feb 2026 is the last day off of Tet, a Friday.
        ("next", "2026-02-23 17"),
        ("previous", "2026-02-13 17"),
        ("keep", "2026-02-20 17"),
    ],
)
def test_a_due_day_at_tet_goes_where_the_programme_says(roll: str, ends: str) -> None:
    found = {window.key: window for window in told("FREQ=MONTHLY;BYMONTHDAY=20", Terms(roll=roll))}
    assert due(found["2026-02"]) == ends
    assert found["2026-02"].day == date(2026, 2, 20)


def test_exchanged_days_count_as_what_they_were_exchanged_for() -> None:
    known = calendar()
    assert rolled(date(2026, 1, 10), "next", known) == date(2026, 1, 10), "a Saturday on which the State works"
    assert rolled(date(2026, 1, 2), "next", known) == date(2026, 1, 5), "a Friday off in exchange for it"
    assert rolled(date(2026, 8, 31), "previous", known) == date(2026, 8, 28)


def test_a_daily_rule_has_a_window_for_each_working_day() -> None:
    found = told("FREQ=DAILY", since=datetime(2026, 2, 12, 2, tzinfo=UTC))
    assert [window.key for window in found][:3] == ["2026-02-12", "2026-02-13", "2026-02-23"], "over Tet"
    back = told("FREQ=DAILY", Terms(roll="previous"), since=datetime(2026, 2, 12, 2, tzinfo=UTC))
    assert [window.key for window in back][:3] == ["2026-02-12", "2026-02-13", "2026-02-23"]
    assert len({window.due_at for window in found}) == len(found)


def test_two_weeks_that_are_due_together_over_tet_stay_two() -> None:
    found = {window.key: window for window in told("FREQ=WEEKLY;BYDAY=SA")}
    first, second = found["2026-W07"], found["2026-W08"]
    assert due(first) == due(second) == "2026-02-23 17"
    assert (first.next_at, second.opens_at) == (second.opens_at, datetime(2026, 2, 14, 10, tzinfo=UTC))
    assert second.next_at == found["2026-W09"].opens_at == second.due_at


def test_the_hour_of_a_programme_ends_its_days() -> None:
    (first, *_) = told("FREQ=DAILY", Terms(closes=time(11)), since=datetime(2025, 12, 1, 5, tzinfo=UTC))
    assert due(first) == "2025-12-02 11", "noon is past eleven"


def test_the_current_period_is_the_window_of_the_instant() -> None:
    for rule in ("FREQ=MONTHLY;BYMONTHDAY=20", "FREQ=WEEKLY;BYDAY=SA", "FREQ=DAILY", "FREQ=WEEKLY;COUNT=30;BYDAY=SU"):
        for roll in ("next", "previous", "keep"):
            terms = Terms(roll=roll)
            for before, window in zip([None, *told(rule, terms)], told(rule, terms), strict=False):
                if window.opens_at == window.due_at:
                    continue  # Two weeks that end before Tet: the second one holds no instant.
                for now in (window.opens_at + timedelta(seconds=1), window.due_at):
                    period = current_period(rule, SINCE, None, now, terms)
                    assert period is not None
                    together = before is not None and before.due_at == window.due_at
                    previous = period.previous_due_at if together else before and before.due_at
                    assert (period.previous_due_at, period.due_at) == (previous, window.due_at), rule


def test_a_rule_ends_when_its_last_due_day_is_over_wherever_that_went() -> None:
    series = Series("FREQ=WEEKLY;BYDAY=SA;COUNT=2", SINCE, Terms())
    assert [due(window) for window in windows(series, SINCE)] == ["2025-12-08 17", "2025-12-15 17"]
    assert not has_ended(series, datetime(2025, 12, 15, 10, tzinfo=UTC))
    assert has_ended(series, datetime(2025, 12, 15, 10, 0, 1, tzinfo=UTC))


def test_a_unit_holds_for_every_year() -> None:
    assert unit_of("FREQ=MONTHLY;INTERVAL=12", date(2025, 12, 31)) == "year"
    assert unit_of("FREQ=DAILY;INTERVAL=30", date(2025, 12, 1)) == "week"
