"""Scores, by hand: Khánh Hòa's monthly set on made-up bodies; what is not known is never 0."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.unit.tasks.criteria.test_criteria_rules import MONTHLY, content_of

from sixclear.monitoring.kinds.assessment import Answer
from sixclear.monitoring.kinds.criteria import Band, Content, Criterion, Group, Tier, Window
from sixclear.monitoring.score import rules
from sixclear.monitoring.score.rules import Points, Share, Times, Total

DUE = datetime(2026, 11, 21, 17, tzinfo=UTC)
BEFORE = DUE - timedelta(microseconds=1)


def monthly() -> Content:
    """The set that ships, as its event tells it."""
    said: dict[str, Any] = content_of(MONTHLY)
    for group in said["groups"]:
        group["criteria"] = [one | {"denominator": "of what"} for one in group["criteria"]]
    return msgspec.convert(said, Content)


def own(criterion: str, points: float | None, evidence: int = 1) -> Answer:
    return Answer(criterion, True, points, points is None, evidence, False, None, False)


def verified(answer: Answer, points: float | None) -> Answer:
    return msgspec.structs.replace(
        answer, verified=True, verified_points=points, verified_not_applicable=points is None
    )


def scored(
    answers: dict[str, Answer], shares: dict[str, Share | None], side: rules.Side = "own", late: int = 0
) -> Total:
    """The total of a commune."""
    content = monthly()
    points: list[Points] = []
    for one in rules.criteria_of(content, "commune"):
        said = answers.get(one.code)
        if one.figure is None:
            points.append(rules.answered(one, said, side))
        else:
            points.append(rules.computed(one, shares.get(one.code), said, side))
    return rules.total(content, points, Decimal(late))


# A commune that answered all: 10 + 5, 18, 8, 6 + 3, with evidence.
ANSWERS = {
    one.criterion: one
    for one in (
        *(own("I.1", 10), own("I.2", 5), own("II.1.3.2", 18), own("II.2", 8)),
        *(own("II.3.1", 6), own("II.3.2", 3)),
    )
}
# 9 of 10 on time: 8; 4 of 5: 6; 72.25 % disbursed: 8.50; answered in time: 8.
SHARES: dict[str, Share | None] = {
    "II.1.1": Share(9, 10),
    "II.1.2": Share(4, 5),
    "II.4": Share(7225, 10_000),
    "II.5": Share(1, 1),
}


@pytest.mark.parametrize(
    ("numerator", "points"),
    [
        (7225, "8.50"),
        (8500, "10"),
        (10_000, "10"),
        (8499, "10.00"),
        (8498, "10.00"),
        (6000, "7.06"),
        (7000, "8.24"),
        (5999, "0"),
        (0, "0"),
    ],
)
def test_money_that_was_disbursed_gives_points_in_proportion(numerator: int, points: str) -> None:
    (money,) = [one for one in rules.criteria_of(monthly(), "commune") if one.code == "II.4"]
    assert rules.points_of_share(money.tiers, Share(numerator, 10_000)) == Decimal(points)


@pytest.mark.parametrize(
    ("share", "points"),
    [
        (Share(10, 10), 10),
        (Share(9, 10), 8),
        (Share(899_999, 1_000_000), 6),
        (Share(8, 10), 6),
        (Share(7, 10), 4),
        (Share(2, 3), 0),
        (Share(999_999, 1_000_000), 8),
    ],
)
def test_the_share_on_time_is_not_rounded_before_it_is_judged(share: Share, points: int) -> None:
    (on_time,) = [one for one in rules.criteria_of(monthly(), "commune") if one.code == "II.1.1"]
    assert rules.points_of_share(on_time.tiers, share) == points


def test_a_commune_that_answered_everything() -> None:
    # 10 + 5 + 8 + 6 + 18 + 8 + 6 + 3 + 8.50 + 8
    total = scored(ANSWERS, SHARES)
    assert [total.points, total.maximum, total.of_whole] == [Decimal("80.50"), 100, Decimal("80.50")]
    assert (total.band, total.not_known) == (None, ())
    assert scored(ANSWERS, SHARES, late=2).points == Decimal("78.50")


def test_what_does_not_apply_leaves_the_maximum() -> None:
    # Without the reports of the month, the tasks of the People's Committee and money: three times 10 of 100.
    none_given = ANSWERS | {"I.1": own("I.1", None, 0), "II.4": own("II.4", None, 0)}
    total = scored(none_given, SHARES | {"II.1.2": Share(0, 0)})
    assert [total.points, total.maximum] == [5 + 8 + 18 + 8 + 6 + 3 + 8, 70]
    assert total.of_whole == Decimal("80.00")


def test_what_is_not_known_is_no_zero_and_leaves_the_total_open() -> None:
    total = scored(ANSWERS, SHARES | {"II.4": None, "II.1.1": Share(0, 0)})
    assert (total.points, total.of_whole, total.not_known) == (None, None, ("II.1.1", "II.4"))
    assert [total.known, total.maximum] == [64, 100]
    unanswered = {code: one for code, one in ANSWERS.items() if code != "II.2"}
    assert scored(unanswered, SHARES).not_known == ("II.2",)


def test_points_without_evidence_are_zero_and_the_verified_ones_stand_beside() -> None:
    bare = ANSWERS | {"I.2": own("I.2", 5, evidence=0)}
    assert scored(bare, SHARES).points == Decimal("75.50")
    checked = {code: verified(one, one.self_points) for code, one in ANSWERS.items()}
    checked |= {"I.2": verified(ANSWERS["I.2"], 10), "III.3": verified(own("III.3", 0), 1)}
    assert scored(checked, SHARES, "verified").points == Decimal("84.50")
    assert scored(checked, SHARES).points == Decimal("80.50")
    assert scored(ANSWERS, SHARES, "verified").not_known == tuple(ANSWERS)


@pytest.mark.parametrize(
    ("late", "first", "more", "points"),
    [
        (timedelta(microseconds=-1), 2, 0, 0),
        (timedelta(0), 2, 0, 2),
        (timedelta(hours=47, minutes=59), 2, 0, 2),
        (timedelta(days=9), 2, 0, 2),
        # The yearly window: 1 up to two days late, 1 more for each day from the third.
        (timedelta(0), 1, 1, 1),
        (timedelta(days=2) - timedelta(microseconds=1), 1, 1, 1),
        (timedelta(days=2), 1, 1, 2),
        (timedelta(days=5), 1, 1, 5),
    ],
)
def test_late_days_cost_points(late: timedelta, first: int, more: int, points: int) -> None:
    window = Window(late_points=first, late_days=2, further_points=more)
    assert rules.late_points(window, Times(DUE, DUE + late)) == points
    assert rules.late_points(window, Times(DUE, None)) == 0
    assert rules.late_points(None, Times(None, DUE)) == 0


def test_answering_in_time_is_with_evidence_for_each_and_not_known_before() -> None:
    asked = rules.criteria_of(monthly(), "commune")
    assert rules.in_time(asked, ANSWERS, Times(DUE, BEFORE), BEFORE) == Share(1, 1)
    assert rules.in_time(asked, ANSWERS, Times(DUE, DUE), DUE) == Share(0, 1)
    assert rules.in_time(asked, {}, Times(DUE, None), BEFORE) is None
    assert rules.in_time(asked, {}, Times(DUE, None), DUE) == Share(0, 1)
    bare = ANSWERS | {"I.2": own("I.2", 5, evidence=0)}
    assert rules.in_time(asked, bare, Times(DUE, BEFORE), DUE) == Share(0, 1)
    assert rules.in_time(asked, ANSWERS, Times(None, BEFORE), DUE) is None


def _made(code: str, counts: Any, points: float) -> Criterion:
    return Criterion(code, code, None, counts, points, None, None, None, [], [], None)


@pytest.mark.parametrize(
    ("standard", "bonus", "penalty", "points", "band"),
    [
        (85, 20, 0, 100, "A"),
        (85, 5, 0, 90, "A"),
        (85, 5, 0.5, 89.5, "B"),
        (90, 0, 0, 85, "B"),
        (60, 0, 0, 60, "C"),
        (49.99, 0, 0, 49.99, "D"),
    ],
)
def test_limits_bonus_penalty_and_bands_of_a_year(
    standard: float, bonus: float, penalty: float, points: float, band: str
) -> None:
    """Of a year: at most 85 and at most 15 of bonus, less penalties; A from 90, B from 75, C from 50."""
    criteria = [_made("1", "standard", 100), _made("2", "bonus", 20), _made("3", "penalty", 1)]
    bands = [Band(code, least) for code, least in (("A", 90), ("B", 75), ("C", 50), ("D", 0))]
    content = Content(None, 85, 15, bands, [Group(criteria)])
    given = zip(criteria, (standard, bonus, penalty), strict=True)
    total = rules.total(content, [Points(one, Decimal(str(said))) for one, said in given], Decimal(0))
    assert (total.points, total.band) == (Decimal(str(points)), band)


def test_a_percentage_has_two_decimals_half_up() -> None:
    assert [rules.percent_of(one) for one in (Share(1, 3), Share(2014, 2177), Share(1, 0))] == [33.33, 92.51, None]
    assert rules.points_of_share([Tier(10, 50, None)], Share(1, 3)) == 0
