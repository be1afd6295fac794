"""Scores come out of what the demonstration posted: four wards of Khánh Hòa, counted here by hand, and Hanoi's 126."""

from typing import Any

import pytest
from tests.e2e.platforms import Platform

pytestmark = [pytest.mark.slow, pytest.mark.asyncio]

# By ward: points of I.1, I.2, II.1.1, II.1.2, II.1.3.2, II.2, II.3.1, II.3.2, II.4, II.5 and of the penalties III.2 and
# III.3. Then what being late costs, the total, its maximum, and the total in points of the whole set.
BY_HAND: dict[str, tuple[tuple[float | None, ...], tuple[float, ...]]] = {
    # 4 of 4 on time; no task of the People's Committee; 6 points without evidence; 72.25 % disbursed.
    "22333": ((10, 10, 10, None, 18, 12, 6, 0, 8.5, 0, 0, 0), (2, 72.5, 90, 80.56)),
    # 4 of 5 on time; 2 of 2; 90 % disbursed.
    "22366": ((10, 5, 6, 10, 9, 8, 6, 6, 10, 0, 0, 0), (2, 68, 100, 68)),
    # 2 of 3 on time; 1 of 1; 55 % disbursed.
    "22390": ((10, 5, 0, 10, 9, 8, 6, 6, 0, 0, 0, 0), (2, 52, 100, 52)),
    # 3 on time of 4 that were given, the fourth is not due; nothing of the People's Committee, and no money.
    "22402": ((10, 5, 4, None, 9, 8, 6, 6, None, 0, 0, 0), (2, 46, 80, 57.5)),
}
# What the province verified otherwise: an initiative of the first, the meetings of the last; the third not at all.
VERIFIED: dict[str, tuple[float, float] | None] = {
    "22333": (67.5, 75),
    "22366": (68, 68),
    "22390": None,
    "22402": (43, 53.75),
}


async def scores(platform: Platform, criteria: str, period: str) -> Any:
    """One page of scores, which holds all of a set."""
    return await platform.get("/api/monitoring/v1/scores", criteria=criteria, period=period, limit="200")


async def codes(platform: Platform, found: Any) -> dict[str, Any]:
    """The scores by the codes of their bodies."""
    by_code = {}
    for one in found["items"]:
        body = await platform.get(f"/api/tasks/v1/organisations/{one['organisation_id']}")
        by_code[body["code"]] = one
    return by_code


async def test_wards_of_khanh_hoa_come_to_what_is_counted_by_hand(one_process: Platform) -> None:
    assessments = (await one_process.get("/api/tasks/v1/assessments", criteria="khanh-hoa-monthly"))["items"]
    [period] = {one["period"] for one in assessments}
    found = await scores(one_process, "khanh-hoa-monthly", period)
    assert found["ranked"] is False
    by_code = await codes(one_process, found)
    assert set(by_code) == set(BY_HAND)
    for code, (points, total) in BY_HAND.items():
        one = by_code[code]
        assert tuple(criterion["own"]["points"] for criterion in one["criteria"]) == points, code
        own, verified = one["own"], one["verified"]
        assert (one["late_points"], own["points"], own["maximum"], own["of_whole"]) == total, code
        assert (verified and (verified["points"], verified["of_whole"])) == VERIFIED[code], code
        assert one["demonstration"]
    assert all(one["closes_at"] < one["answered_at"] and one["consent"] for one in assessments), "its month was over"
    disbursed = next(one for one in by_code["22333"]["criteria"] if one["code"] == "II.4")
    assert (disbursed["share"]["percent"], disbursed["own"]["points"]) == (72.25, 8.5)
    given = next(one for one in by_code["22402"]["criteria"] if one["code"] == "II.1.1")
    assert (given["share"]["numerator"], given["share"]["denominator"]) == (3, 4), "of all given, also what is not due"


async def test_communes_of_hanoi_have_17_criteria_without_wording_and_most_are_not_known(one_process: Platform) -> None:
    asked = await one_process.get("/api/tasks/v1/criteria/hanoi-communes-17")
    criteria = [one for group in asked["groups"] for one in group["criteria"]]
    assert len(criteria) == 17
    assert not any(one["wording_published"] for one in criteria)
    found = (await scores(one_process, "hanoi-communes-17", "2025"))["items"]
    assert len(found) == 126
    answered = [one for one in found if one["state"] != "open"]
    assert (len(answered), len([one for one in answered if one["verified"]])) == (6, 3)
    assert all(0 < one["own"]["points"] < one["own"]["maximum"] == 17 for one in answered)
    for one in found:
        if one["state"] == "open":
            assert (one["own"]["points"], len(one["own"]["not_known"])) == (None, 17), "never 0"
