"""The line of an indicator: nothing is drawn for what is not known, and the axis encloses all that is."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sixclear.portal.pages.public.indicator.chart import SeriesChart, draw
from sixclear.portal.upstream.results import PeriodFigure

_FIGURES = st.decimals(-(10**15), 10**15, places=6)


def month(number: int, figure: Any = None, **told: Any) -> PeriodFigure:
    state = "not_reported" if figure is None else "reported"
    told = {"period": f"2026-{number:02}", "last_day": f"2026-{number:02}-28", "state": state, **told}
    return PeriodFigure.model_validate({"figure": None if figure is None else str(figure), **told})


def drawn(*points: PeriodFigure, value_type: str = "count") -> SeriesChart:
    chart = draw(points, value_type)
    assert chart is not None
    return chart


def test_a_period_without_a_figure_breaks_the_line() -> None:
    chart = drawn(month(1, 10), month(2, 20), month(3), month(4, 40), month(5, 50))
    assert [mark.point.period for mark in chart.figures] == ["2026-01", "2026-02", "2026-04", "2026-05"]
    assert len(chart.lines) == 2


def test_a_series_without_figures_is_not_drawn() -> None:
    assert draw([], "count") is None
    assert draw([month(1), month(2)], "count") is None
    assert draw([month(1, 1)], "yes_no") is None


def test_counts_are_drawn_from_zero_and_ranks_are_not() -> None:
    assert drawn(month(1, 300), month(2, 308)).levels[0].value == 0
    assert drawn(month(1, 300), month(2, 308), value_type="rank").levels[0].value == 300


def test_the_levels_are_round() -> None:
    assert [level.value for level in drawn(month(1, Decimal("92.51"))).levels] == [0, 25, 50, 75, 100]
    assert [level.value for level in drawn(month(1, 308)).levels] == [0, 100, 200, 300, 400]
    assert [level.value for level in drawn(month(1, 0)).levels] == [0, 1]


def test_one_figure_stands_in_the_middle_of_its_axis() -> None:
    (mark,) = drawn(month(1, 7)).figures
    assert mark.x == "50.00%"


def test_the_path_and_the_target_are_drawn_beside_the_figures() -> None:
    target = {"day": "2026-03-31", "value": "120"}
    chart = drawn(month(1, 80, path="90"), month(2, 85, path="105"), month(3, path="120", target=target))
    assert len(chart.path) == 2
    assert [mark.point.period for mark in chart.targets] == ["2026-03"]
    assert chart.levels[-1].value >= 120


@given(st.lists(st.none() | _FIGURES, min_size=1, max_size=12), st.sampled_from(["count", "rank"]))
def test_all_that_is_drawn_stands_within_the_chart(figures: list[Decimal | None], value_type: str) -> None:
    chart = draw([month(number, figure) for number, figure in enumerate(figures, 1)], value_type)
    known = [figure for figure in figures if figure is not None]
    assert (chart is None) == (not known)
    if chart is None:
        return
    places = [float(place.rstrip("%")) for mark in chart.figures for place in (mark.x, mark.y)]
    assert all(-0.01 <= place <= 100.01 for place in places)
    values = [level.value for level in chart.levels]
    assert values == sorted(values)
    assert 2 <= len(values) <= 12


@pytest.mark.parametrize("value_type", ["count", "rank"])
def test_a_figure_that_never_changes_has_an_axis(value_type: str) -> None:
    chart = drawn(month(1, 5), month(2, 5), value_type=value_type)
    assert len({mark.y for mark in chart.figures}) == 1
