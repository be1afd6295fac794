"""Cells into figures."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sixclear.monitoring.errors import InstantInFuture, InstantInvalid, PeriodInvalid
from sixclear.monitoring.instants import read_as_of, read_period
from sixclear.monitoring.kinds.entry import STAGES
from sixclear.monitoring.kinds.kind import Cell
from sixclear.monitoring.status.figures import (
    database_figures,
    feedback_figures,
    has_demonstration,
    not_approved_figures,
    percent,
    rate_figures,
    stages_add_up,
    task_figures,
)

NOW = datetime(2025, 12, 26, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (601, 1287, 46.70),
        (404, 1287, 31.39),
        (104, 1287, 8.08),
        (178, 1287, 13.83),
        (16_051, 16_274, 98.63),
        (1, 800, 0.13),
        (3, 800, 0.38),
        (0, 5, 0.0),
        (0, 0, None),
    ],
)
def test_percentages_are_rounded_half_up(part: int, whole: int, expected: float | None) -> None:
    assert percent(part, whole) == expected


def test_rates_are_those_of_the_report_rounded_as_all_figures() -> None:
    """The report prints 98.62 and 1.38 of these numbers."""
    assert rate_figures(16_000, 51, 16_274) == {"done_of_due": 98.63, "overdue_of_due": 1.37, "on_time": 98.32}
    assert rate_figures(0, 0, 0) == {"done_of_due": None, "overdue_of_due": None, "on_time": None}


@given(st.integers(1, 10**6).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_a_percentage_is_the_nearest_hundredth(numbers: tuple[int, int]) -> None:
    part, whole = numbers
    hundredths = round((percent(part, whole) or 0) * 100)
    assert (2 * hundredths - 1) * whole <= 2 * part * 10_000 < (2 * hundredths + 1) * whole


def test_remaining_this_year_holds_what_is_open_and_due_by_its_end() -> None:
    cells = {
        Cell("task", ""): 1287,
        Cell("task_bucket", "completed"): 601,
        Cell("task_bucket", "recurring"): 178,
        Cell("task_bucket", "in_term:2025"): 368,
        Cell("task_bucket", "in_term:2026"): 30,
        Cell("task_bucket", "in_term:"): 6,
        Cell("task_bucket", "overdue:2024"): 4,
        Cell("task_bucket", "overdue:2025"): 100,
    }
    figures = task_figures(cells, NOW)
    assert figures.consistent
    assert (figures.in_term, figures.overdue, figures.remaining_this_year) == (404, 104, 472)
    assert (figures.remaining_overdue, figures.remaining_not_due) == (104, 368)
    assert figures.remaining_overdue_of_earlier_years == 4
    new_year = datetime(2025, 12, 31, 17, tzinfo=UTC)
    assert task_figures(cells, new_year).remaining_this_year == 502


def test_buckets_that_do_not_add_up_are_noticed() -> None:
    assert not task_figures({Cell("task", ""): 2, Cell("task_bucket", "completed"): 1}, NOW).consistent


def test_databases_by_list_and_stage() -> None:
    cells = {Cell("database", "plan-02"): 12, Cell("database_stage", "plan-02/formed_centralised"): 4}
    figures = database_figures(cells)
    assert figures["plan-02"]["total"] == 12
    assert figures["plan-02"]["formed_centralised"] == 4
    assert list(figures) == ["plan-02"]


@given(
    st.dictionaries(
        st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=80),
        st.lists(st.integers(0, 1_000), min_size=len(STAGES), max_size=len(STAGES)),
    )
)
def test_whichever_lists_there_are_each_is_shown_and_each_entry_once(lists: dict[str, list[int]]) -> None:
    cells = {
        Cell("database_stage", f"{name}/{stage}"): n
        for name, counts in lists.items()
        for stage, n in zip(STAGES, counts, strict=True)
    }
    cells |= {Cell("database", name): sum(counts) for name, counts in lists.items()}
    figures = database_figures(cells)
    assert set(figures) == {name for name, counts in lists.items() if sum(counts)}
    assert stages_add_up(figures)


def test_stages_that_do_not_add_up_are_noticed() -> None:
    cells = {Cell("database", "plan-02"): 2, Cell("database_stage", "plan-02/rebuild"): 1}
    assert not stages_add_up(database_figures(cells))


def test_databases_that_wait_for_approval_and_their_owners() -> None:
    cells = {Cell("database_not_approved", "a"): 3, Cell("database_not_approved", "b"): 1}
    assert not_approved_figures(cells) == {"databases": 4, "organisations": 2}


def test_received_counts_what_was_withdrawn_by_its_sender_too() -> None:
    cells = {Cell("feedback", ""): 3, Cell("feedback_clock", "withdrawn"): 1, Cell("feedback_clock", "answered"): 2}
    open_ones = {"in_time": 0, "due_soon": 0, "overdue": 0}
    assert feedback_figures(cells) == {"received": 3, **open_ones, "answered": 2, "closed_without_answer": 1}


def test_records_of_demonstration_are_said() -> None:
    assert has_demonstration({Cell("task_demonstration", ""): 1})
    assert not has_demonstration({Cell("task", ""): 1, Cell("task_demonstration", ""): 0})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("2025-12-04T17:00:00+07:00", datetime(2025, 12, 4, 10, tzinfo=UTC)),
        ("2025-12-04T17:00:00 07:00", datetime(2025, 12, 4, 10, tzinfo=UTC)),
        ("2025-12-04T10:00Z", datetime(2025, 12, 4, 10, tzinfo=UTC)),
        ("2025-12-25", datetime(2025, 12, 25, 17, tzinfo=UTC) - timedelta(microseconds=1)),
        ("2025-12-26", None),
        ("2025-12-04t10:00:00z", datetime(2025, 12, 4, 10, tzinfo=UTC)),
        ("2025-12-04 17:00:00 07:00", datetime(2025, 12, 4, 10, tzinfo=UTC)),
        ("2025-12-04T17:00 07:00", datetime(2025, 12, 4, 10, tzinfo=UTC)),
        ("2025-12-26T03:00:00Z", NOW),
        ("2025-12-26T03:00:01Z", None),
        ("2025-12-26T10:01:00+07:00", None),
    ],
)
def test_as_of_is_an_instant_or_a_civil_day(value: str | None, expected: datetime | None) -> None:
    assert read_as_of(value, NOW) == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "2025-12-04T17:00:00",
        "2025-02-30",
        "2025-13-01T00:00Z",
        "0001-01-01T00:00+07:00",
        "1٢25-12-04",
        "1764547200",
        "20251204",
        "2025-W49-4",
        "2025-12-04T17:00:00 7:00",
        "2025-12-04 07:00",
        "1944-12-31",
    ],
)
def test_another_as_of_is_refused(value: str) -> None:
    with pytest.raises(InstantInvalid):
        read_as_of(value, NOW)


@pytest.mark.parametrize("value", ["2025-12-27", "2025-12-26T10:01:00.000001+07:00", "2199-12-31T23:59:59Z"])
def test_the_future_is_not_known(value: str) -> None:
    with pytest.raises(InstantInFuture):
        read_as_of(value, NOW)


def test_a_period_begins_with_the_first_fact_and_ends_today() -> None:
    assert read_period(None, None, date(2025, 7, 2), NOW) == (date(2025, 7, 2), date(2025, 12, 26))
    assert read_period(None, date(2025, 6, 1), date(2025, 7, 2), NOW) == (date(2025, 6, 1), date(2025, 6, 1))
    first, last = read_period(None, None, date(2016, 1, 1), NOW)
    assert read_period(first, last, date(2016, 1, 1), NOW) == (first, last), "as far back as a period may reach"


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2025, 12, 2), date(2025, 12, 1)),
        (None, date(2025, 12, 27)),
        (date(1999, 1, 1), date(2025, 1, 1)),
        (None, date(1944, 12, 31)),
        (None, date.min),
        (date.min, date.min),
        (None, date.max),
        (date.max, date(2025, 1, 1)),
    ],
)
def test_another_period_is_refused(first: date | None, last: date) -> None:
    with pytest.raises(PeriodInvalid):
        read_period(first, last, date(2025, 7, 2), NOW)
