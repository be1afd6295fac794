"""Attainment, path and gap by a table; what is not known is None. Roll-up by any order and grouping."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sixclear.common.targets import Aim, Attainment, Measure, Targets, attainment, gap, path_at, rolled_of
from sixclear.tasks.indicator.rules import Definition, breaches, faults, rolled_up


def _definition(value_type: str = "count", direction: str = "up", **changes: Any) -> Definition:
    told: dict[str, Any] = {
        "number": 1,
        "unit": "hồ sơ",
        "value_type": value_type,
        "direction": direction,
        "cumulative": False,
        "period_unit": "year",
        "decimals": 2,
        "parts_of_whole": True,
    }
    return Definition(**told | changes)


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


ATTAINED = [
    # direction, actual, target, baseline → percent, capped, met
    ("up", 50, 100, None, "50", "50", False),
    ("up", 150, 100, None, "150", "120", True),
    ("up", 0, 100, None, "0", "0", False),
    ("up", -5, 100, None, "-5", "0", False),
    ("up", 5, 0, None, None, None, True),
    ("up", -5, 0, None, None, None, False),
    ("down", 200, 100, None, "50", "50", False),
    ("down", 50, 100, None, "200", "120", True),
    ("down", 129, 0, None, None, None, False),
    ("down", 0, 0, None, None, None, True),
    ("down", 0, 100, None, None, None, True),
    ("up", 60, 100, 20, "50", "50", False),
    ("up", 10, 100, 20, "-12.50", "0", False),
    ("up", 99, 99, "23.45", "100", "100", True),
    ("down", 77, 0, 308, "75", "75", False),
    ("down", 400, 0, 308, "-29.87", "0", False),
    ("down", 0, 0, 308, "100", "100", True),
    ("up", 100, 100, 100, None, None, True),
    ("down", 90, 100, 100, None, None, True),
]


@pytest.mark.parametrize(("direction", "actual", "target", "baseline", "percent", "capped", "met"), ATTAINED)
def test_attainment(
    direction: str, actual: Any, target: Any, baseline: Any, percent: Any, capped: Any, met: bool
) -> None:
    aim = Aim(Decimal(target))
    found = attainment(_definition("amount", direction), Measure(_number(actual)), aim, _number(baseline))
    assert found == Attainment(_number(percent), _number(capped), met)


UNKNOWN = Attainment()
ONLY_MET = [
    (_definition("rank", "down"), Measure(Decimal(13)), Aim(Decimal(15)), Attainment(met=True)),
    (_definition("rank", "down"), Measure(Decimal(18)), Aim(Decimal(15)), Attainment(met=False)),
    (_definition("yes_no"), Measure(Decimal(1)), Aim(Decimal(1)), Attainment(met=True)),
    (_definition("index", "within"), Measure(Decimal(5)), Aim(low=Decimal(4), high=Decimal(6)), Attainment(met=True)),
    (_definition("index", "within"), Measure(Decimal(7)), Aim(low=Decimal(4), high=Decimal(6)), Attainment(met=False)),
    (_definition("share"), Measure(Decimal(95), bound="more_than"), Aim(Decimal(90)), Attainment(met=True)),
    (_definition("share"), Measure(Decimal(85), bound="more_than"), Aim(Decimal(90)), UNKNOWN),
    (_definition("share"), Measure(Decimal(85), bound="less_than"), Aim(Decimal(90)), Attainment(met=False)),
    (_definition("share", "down"), Measure(Decimal(5), bound="less_than"), Aim(Decimal(5)), Attainment(met=True)),
    (_definition("share", "down"), Measure(Decimal(9), bound="more_than"), Aim(Decimal(5)), Attainment(met=False)),
    (_definition("share"), Measure(Decimal(95), bound="about"), Aim(Decimal(90)), UNKNOWN),
    (_definition("ratio"), Measure(numerator=Decimal(0), denominator=Decimal(0)), Aim(Decimal(90)), UNKNOWN),
    (_definition(), Measure(Decimal(5)), None, UNKNOWN),
]


@pytest.mark.parametrize(("definition", "measure", "aim", "expected"), ONLY_MET)
def test_ranges_ranks_and_bounds_are_met_or_not(
    definition: Definition, measure: Measure, aim: Aim | None, expected: Attainment
) -> None:
    assert attainment(definition, measure, aim, None) == expected


def test_a_ratio_is_in_percent_and_never_an_average() -> None:
    """Online services: 2,014 of 2,177."""
    parts = [Measure(numerator=Decimal(2000), denominator=Decimal(2100)), Measure(None, Decimal(14), Decimal(77))]
    rolled = rolled_up("ratio", parts)
    assert rolled.measure is not None
    found = attainment(_definition("ratio"), rolled.measure, Aim(Decimal(100)), None)
    assert found == Attainment(Decimal("92.51"), Decimal("92.51"), False)


DAY = date(2025, 6, 30)
WAY = Targets("linear", (DAY, Decimal(308)), [(date(2025, 12, 31), Aim(Decimal(0)))])
STATED = Targets("points", (DAY, Decimal(308)), WAY.aims, [(date(2025, 9, 30), Decimal(100))])


@pytest.mark.parametrize(
    ("targets", "day", "value"),
    [
        (WAY, date(2025, 9, 30), 154),
        (WAY, DAY, 308),
        (WAY, date(2025, 12, 31), 0),
        (WAY, date(2025, 6, 29), None),
        (WAY, date(2026, 1, 1), None),
        (STATED, date(2025, 9, 30), 100),
        (STATED, date(2025, 10, 31), None),
        (STATED, date(2025, 12, 31), 0),
        (Targets("linear", None, WAY.aims), date(2025, 9, 30), None),
    ],
)
def test_a_path_is_known_between_what_is_stated(targets: Targets, day: date, value: Any) -> None:
    found = path_at(targets, day)
    assert (found and found.value) == _number(value)


@pytest.mark.parametrize(
    ("definition", "measure", "path", "expected"),
    [
        (_definition(), Measure(Decimal(90)), Aim(Decimal(100)), (Decimal(-10), True)),
        (_definition(), Measure(Decimal(100)), Aim(Decimal(100)), (Decimal(0), False)),
        (_definition(direction="down"), Measure(Decimal(200)), Aim(Decimal(154)), (Decimal(46), True)),
        (_definition(direction="down"), Measure(Decimal(100)), Aim(Decimal(154)), (Decimal(-54), False)),
        (_definition("index", "within"), Measure(Decimal(5)), Aim(None, Decimal(4), Decimal(6)), (Decimal(0), False)),
        (_definition("index", "within"), Measure(Decimal(8)), Aim(None, Decimal(4), Decimal(6)), (Decimal(2), True)),
        (_definition("index", "within"), Measure(Decimal(1)), Aim(None, Decimal(4), Decimal(6)), (Decimal(-3), True)),
        (_definition(), Measure(Decimal(90), bound="about"), Aim(Decimal(100)), (None, None)),
        (_definition(), Measure(Decimal(90)), None, (None, None)),
    ],
)
def test_a_gap_needs_a_value_and_a_path(
    definition: Definition, measure: Measure, path: Aim | None, expected: Any
) -> None:
    assert gap(definition, measure, path) == expected


@pytest.mark.parametrize(
    ("definition", "measure", "codes"),
    [
        (_definition(), Measure(Decimal(-1)), ["negative-count"]),
        (_definition(), Measure(Decimal("1.5")), ["too-many-decimals"]),
        (_definition("amount"), Measure(Decimal("1.5555")), ["too-many-decimals"]),
        (_definition("amount"), Measure(Decimal("1.555")), ["two-readings"]),
        (_definition("share"), Measure(Decimal("1.550")), []),
        (_definition("amount"), Measure(Decimal("1.55")), []),
        (_definition(), Measure(), ["number-needed"]),
        (_definition(), Measure(Decimal(1), Decimal(1), Decimal(2)), ["number-needed"]),
        (_definition("ratio"), Measure(Decimal(92)), ["parts-needed"]),
        (_definition("ratio"), Measure(None, Decimal(3), Decimal(2)), ["numerator-above-denominator"]),
        (_definition("ratio", parts_of_whole=False), Measure(None, Decimal(3), Decimal(2)), []),
        (_definition("ratio"), Measure(None, Decimal(1), Decimal(2), "about"), ["bound-of-ratio"]),
        (_definition("share"), Measure(Decimal(101)), ["share-out-of-range"]),
        (_definition("rank", "down"), Measure(Decimal(0)), ["rank-out-of-range"]),
        (_definition("yes_no"), Measure(Decimal(2)), ["neither-yes-nor-no"]),
        (_definition("index"), Measure(Decimal(-3)), []),
    ],
)
def test_a_value_fits_its_definition(definition: Definition, measure: Measure, codes: list[str]) -> None:
    assert [one.code for one in faults(definition, measure)] == codes


def test_what_is_not_plausible_is_named() -> None:
    usual = _definition("amount", least=Decimal(10), most=Decimal(500), jump_percent=Decimal(50))
    said = [breaches(usual, Measure(Decimal(value)), Measure(Decimal(100))) for value in (100, 151, 600, 5)]
    assert said == [[], ["jump"], ["above-range", "jump"], ["below-range", "jump"]]
    assert breaches(usual, Measure(Decimal(150)), Measure(Decimal(0))) == [], "against 0 there is no percentage"
    growth = _definition("ratio", parts_of_whole=False)
    assert breaches(growth, Measure(None, Decimal(3), Decimal(2)), None) == ["ratio-above-100"]


NUMBERS = st.integers(0, 10**12).map(Decimal)
BOUNDS = st.sampled_from([None, None, None, "more_than", "less_than", "about"])
RATIOS = st.builds(lambda low, more: Measure(None, low, low + more), NUMBERS, NUMBERS)
COUNTS = st.builds(lambda number, bound: Measure(number, bound=bound), NUMBERS, BOUNDS)


@given(st.data())
def test_a_roll_up_is_the_same_in_any_order_and_by_any_way_up_the_tree(data: st.DataObject) -> None:
    value_type, one = data.draw(st.sampled_from([("count", COUNTS), ("ratio", RATIOS)]))
    measures = data.draw(st.lists(one, max_size=12))
    whole = rolled_up(value_type, measures)
    assert rolled_up(value_type, data.draw(st.permutations(measures))) == whole
    cut = data.draw(st.integers(0, len(measures)))
    parts = [rolled_up(value_type, some) for some in (measures[:cut], measures[cut:])]
    sums = [part.measure or Measure() for part in parts]
    joined = rolled_of(
        value_type,
        sum(part.reported for part in parts),
        sum(part.bounds for part in parts),
        *(sum((getattr(one, name) or Decimal(0) for one in sums), Decimal(0)) for name in _PARTS),
    )
    assert joined == whole


_PARTS = ("number", "numerator", "denominator")


@pytest.mark.parametrize("value_type", ["rank", "share", "index", "yes_no"])
def test_what_is_no_sum_is_not_rolled_up(value_type: str) -> None:
    rolled = rolled_up(value_type, [Measure(Decimal(48)), Measure(Decimal(52))])
    assert (rolled.measure, rolled.reported) == (None, 2)
