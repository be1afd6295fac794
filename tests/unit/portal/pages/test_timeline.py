"""The timeline's drawing: steps that hold, days at their place, reports inside the range."""

from datetime import date, timedelta
from decimal import Decimal

from sixclear.portal.pages.public.home.report_days import report_days
from sixclear.portal.pages.public.home.timeline import draw, drawable, trimmed, with_day
from sixclear.portal.upstream.monitoring import TaskCounts, TimelinePoint

FIRST = date(2025, 9, 1)


def points(totals: list[int]) -> list[TimelinePoint]:
    return [
        TimelinePoint(
            date=FIRST + timedelta(days=7 * week), total=total, completed=total, in_term=0, overdue=0, recurring=0
        )
        for week, total in enumerate(totals)
    ]


def test_empty_weeks_before_the_first_task_are_left_out() -> None:
    assert [point.total for point in trimmed(points([0, 0, 5, 0, 7]))] == [5, 0, 7]
    assert trimmed(points([0, 0])) == []


def test_a_chosen_day_stands_between_its_neighbours_with_its_own_figures() -> None:
    counts = TaskCounts(total=9, completed=2, in_term=3, overdue=4, recurring=0)
    weeks = points([5, 6, 7])
    chosen = FIRST + timedelta(days=3)
    found = with_day(weeks, chosen, counts)
    assert [(point.date, point.total) for point in found] == [
        (FIRST, 5), (chosen, 9), (FIRST + timedelta(days=7), 6), (FIRST + timedelta(days=14), 7)
    ]  # fmt: skip
    assert found[1].overdue == 4
    again = with_day(weeks, FIRST + timedelta(days=7), counts)
    assert [point.total for point in again] == [5, 9, 7]


def test_a_day_outside_the_timeline_does_not_move_its_ends() -> None:
    counts = TaskCounts(total=9, completed=9, in_term=0, overdue=0, recurring=0)
    for day in (FIRST - timedelta(days=1), FIRST + timedelta(days=30)):
        assert with_day(points([5, 6, 7]), day, counts) == points([5, 6, 7])
    assert with_day([], FIRST, counts) == []


def test_nothing_is_drawn_of_nothing() -> None:
    assert not drawable([])
    assert not drawable(points([4]))
    assert not drawable(points([0, 0]))
    assert drawable(points([0, 4]))


def test_a_state_holds_until_the_next_is_known() -> None:
    chart = draw(points([4, 8]), FIRST, [])
    completed = chart.bands[0].edge
    heights = [float(corner.split()[1]) for corner in completed.removeprefix("M").split("L")]
    assert heights == [0.5, 0.5, 0.0, 0.0]


def test_days_stand_in_order_between_the_ends() -> None:
    chart = draw(points([3, 4, 5, 6]), FIRST + timedelta(days=10), report_days("nq57-central"))
    assert chart.days == 21
    assert Decimal(0) < Decimal(chart.cursor.at[:-1]) < Decimal(50)
    assert [placed.report.day for placed in chart.reports if placed.report] == []


def test_a_chosen_day_outside_the_chart_stands_at_its_end() -> None:
    chart = draw(points([3, 4]), date(2030, 1, 1), [])
    assert chart.chosen == chart.last


def test_the_reports_of_the_programme_are_known_and_in_order() -> None:
    days = [report.day for report in report_days("nq57-central")]
    assert date(2025, 12, 4) in days
    assert days == sorted(days)
    assert report_days("another") == ()


def test_the_axis_holds_every_value_in_four_steps() -> None:
    for total in (1, 4, 5, 30, 33, 104, 1287, 1298, 1401, 999_999):
        chart = draw(points([total, total]), FIRST, [])
        steps = [level.value or 0 for level in chart.levels]
        assert steps[-1] >= total
        assert [step * 4 for step in steps] == [steps[-1] * n for n in (1, 2, 3, 4)]
