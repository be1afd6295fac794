"""Sets of criteria: those that ship hold together, windows are where their document says, and what is refused."""

from copy import deepcopy
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from sixclear.tasks.criteria import rules
from sixclear.tasks.criteria.errors import CriteriaRefused
from sixclear.tasks.criteria.schemas import CriteriaContent, CriteriaEntry

MONTHLY, HANOI = "khanh-hoa-monthly", "hanoi-communes-17"


def shipped(code: str) -> dict[str, Any]:
    """What ships as the request that publishes the set."""
    return dict(orjson.loads((files("sixclear.tasks") / "data" / "criteria" / f"{code}.json").read_bytes()))


def content_of(code: str) -> dict[str, Any]:
    return CriteriaEntry.model_validate(shipped(code)).model_dump(
        mode="json", include=set(CriteriaContent.model_fields)
    )


def standard(content: dict[str, Any], level: str) -> dict[str, float]:
    """The standard points of each group for bodies of a level."""
    found: dict[str, float] = {}
    for group in content["groups"]:
        codes = {one["code"] for one in rules.criteria_of(content, level)}
        parts = [one for one in group["criteria"] if one["code"] in codes and one["counts"] == "standard"]
        found[group["code"]] = sum(one["points"] for one in parts)
    return found


@pytest.mark.parametrize("level", ["department", "commune"])
def test_the_monthly_set_of_khanh_hoa_has_the_points_of_its_annex(level: str) -> None:
    content = content_of(MONTHLY)
    rules.check("month", content)
    points = standard(content, level)
    assert points == {"I": 20, "II.1": 38, "II.2": 12, "II.3": 12, "II.4": 10, "II.5": 8, "III": 0}
    assert sum(points.values()) == 100
    assert [one["points"] for one in content["groups"][0]["criteria"]] == [10, 10]


def test_hanoi_has_seventeen_numbers_without_words() -> None:
    content = content_of(HANOI)
    rules.check("year", content)
    found = rules.criteria_of(content, "commune")
    assert [one["code"] for one in found] == [str(number) for number in range(1, 18)]
    assert not any(one["wording_published"] for one in found)
    assert {tuple(tier["points"] for tier in one["tiers"]) for one in found} == {(1, 0)}
    assert rules.times("year", content["window"], date(2025, 1, 1)) == rules.Times(None, None)


def test_windows_begin_and_end_with_civil_days() -> None:
    monthly = content_of(MONTHLY)["window"]
    assert rules.times("month", monthly, date(2026, 11, 1)) == rules.Times(
        datetime(2026, 11, 21, 17, tzinfo=UTC), datetime(2026, 11, 23, 17, tzinfo=UTC)
    )
    yearly = {"before_month": 12, "before_day": 15, "last_day": 20}
    assert rules.times("year", yearly, date(2026, 1, 1)) == rules.Times(
        datetime(2026, 12, 14, 17, tzinfo=UTC), datetime(2026, 12, 20, 17, tzinfo=UTC)
    )


def _changed(content: dict[str, Any], group: int, criterion: int, **changes: Any) -> dict[str, Any]:
    found = deepcopy(content)
    found["groups"][group]["criteria"][criterion] |= changes
    return found


@pytest.mark.parametrize(
    ("group", "criterion", "changes", "code"),
    [
        (0, 1, {"tiers": [{"points": 11.0, "at_least": None, "of": None}]}, "above-standard"),
        (0, 1, {"tiers": [{"points": 1.0, "at_least": 5.0, "of": None}]}, "figure-needed"),
        (0, 1, {"programme": "plan"}, "figure-needed"),
        (0, 1, {"code": "I.1"}, "number-twice"),
        (1, 0, {"tiers": []}, "percentage-needed"),
        (1, 0, {"counts": "bonus"}, "answered-only"),
        (1, 0, {"tiers": [{"points": 1.0, "at_least": at, "of": None} for at in (5.0, 9.0)]}, "not-descending"),
    ],
)
def test_a_set_that_does_not_hold_together_is_refused(
    group: int, criterion: int, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(CriteriaRefused) as refused:
        rules.check("month", _changed(content_of(MONTHLY), group, criterion, **changes))
    assert [one["code"] for one in (refused.value.errors or [])] == [code]


@pytest.mark.parametrize(
    ("every", "changes", "code"),
    [
        ("month", {"bands": [{"code": "A", "name": "A", "at_least": 90.0}]}, "month-has-no-bands"),
        ("year", {}, "month-misplaced"),
        ("month", {"window": {"before_month": None, "before_day": 22, "last_day": 21}}, "ends-before-due"),
    ],
)
def test_windows_and_bands_fit_the_period(every: str, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(CriteriaRefused) as refused:
        rules.check(every, content_of(MONTHLY) | changes)
    assert [one["code"] for one in (refused.value.errors or [])] == [code]


@pytest.mark.parametrize("points", ["NaN", "Infinity", float("inf"), "1e400", "8,5", -1, 1001, 0.125, "9" * 40])
def test_points_are_numbers_with_two_decimals(points: Any) -> None:
    entry = shipped(MONTHLY)
    entry["groups"][0]["criteria"][0]["points"] = points
    with pytest.raises(ValidationError):
        CriteriaEntry.model_validate(entry)
