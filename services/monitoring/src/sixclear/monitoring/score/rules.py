"""What answers and figures come to, by a set of criteria. Pure: no database, no clock.

What is not known stays so: a criterion without a figure or an answer is None, and so is a total that needs it.
Points have two decimals, half up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from sixclear.monitoring.kinds.assessment import Answer
from sixclear.monitoring.kinds.criteria import Content, Criterion, Tier, Window

_CENT = Decimal("0.01")
_DAY = timedelta(days=1)
Side = Literal["own", "verified"]


@dataclass(frozen=True, slots=True)
class Share:
    """A figure with its denominator."""

    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Times:
    """From when on an answer is late (None: never), and when the last change of the answers was recorded."""

    due_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Points:
    """What one criterion comes to; `points` None: not known. What does not apply leaves the maximum."""

    criterion: Criterion
    points: Decimal | None
    not_applicable: bool = False
    share: Share | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """What a side comes to. `points` and what follows from it are None while a criterion is not known."""

    points: Decimal | None
    known: Decimal
    maximum: Decimal
    of_whole: Decimal | None
    band: str | None
    not_known: tuple[str, ...]


def criteria_of(content: Content, level: str) -> list[Criterion]:
    """The criteria for bodies of a level, in their order."""
    found = (one for group in content.groups for one in group.criteria)
    return [one for one in found if not one.levels or level in one.levels]


def points_of_share(tiers: Sequence[Tier], share: Share) -> Decimal:
    """The points of the first tier that the percentage reaches; the percentage itself is not rounded."""
    for tier in tiers:
        reached = share.numerator * 100 >= _exact(tier.at_least or 0) * share.denominator
        if reached and tier.of is not None:
            percent = Decimal(share.numerator * 100) / share.denominator
            return _rounded(_exact(tier.points) * percent / _exact(tier.of))
        if reached:
            return _exact(tier.points)
    return Decimal(0)


def computed(criterion: Criterion, share: Share | None, answer: Answer | None, side: Side) -> Points:
    """A criterion with a figure. Of nothing it does not apply where the set says that it may not; else not known."""
    if _said_not_applicable(answer, side):
        return Points(criterion, None, not_applicable=True)
    if share is None or share.denominator == 0:
        empty = share is not None and criterion.not_applicable is not None
        return Points(criterion, None, not_applicable=empty, share=share)
    return Points(criterion, points_of_share(criterion.tiers, share), share=share)


def answered(criterion: Criterion, answer: Answer | None, side: Side) -> Points:
    """A criterion that is answered; own points without evidence are 0, and no penalty is one of 0."""
    if _said_not_applicable(answer, side):
        return Points(criterion, None, not_applicable=True)
    given = None
    if answer is not None and side == "own" and answer.answered:
        given = answer.self_points if answer.evidence else 0
    if answer is not None and side == "verified" and answer.verified:
        given = answer.verified_points
    if given is None and criterion.counts != "standard":
        given = 0
    return Points(criterion, None if given is None else _exact(given))


def _said_not_applicable(answer: Answer | None, side: Side) -> bool:
    if answer is None:
        return False
    return answer.self_not_applicable if side == "own" else answer.verified_not_applicable


def late_points(window: Window | None, times: Times) -> Decimal:
    """What being late costs: the first days together, then each day."""
    due_at, answered_at = times.due_at, times.answered_at
    if window is None or due_at is None or answered_at is None or answered_at < due_at:
        return Decimal(0)
    days = (answered_at - due_at) // _DAY + 1
    return _exact(window.late_points) + max(0, days - window.late_days) * _exact(window.further_points)


def in_time(asked: Sequence[Criterion], answers: Mapping[str, Answer], times: Times, at: datetime) -> Share | None:
    """Whether the body answered before it was due, with evidence for each criterion of `asked` that is answered.

    Not known while it can still do so, and where the set has no window.
    """
    if times.due_at is None:
        return None
    said = [answers.get(one.code) for one in asked if one.figure is None and one.counts == "standard"]
    whole = all(one is not None and one.answered and (one.self_not_applicable or one.evidence > 0) for one in said)
    if whole and times.answered_at is not None and times.answered_at < times.due_at:
        return Share(1, 1)
    return None if at < times.due_at else Share(0, 1)


def total(content: Content, points: Sequence[Points], late: Decimal) -> Total:
    """The total of a side: standard and bonus up to their limits, less penalties and what being late costs.

    Of the whole: the points as parts of the maximum of the body, in points of the whole set; bands are judged by it.
    """
    standard, bonus, penalty = (_of(points, counts) for counts in ("standard", "bonus", "penalty"))
    applying = [one for one in standard if not one.not_applicable]
    not_known = tuple(one.criterion.code for one in applying if one.points is None)
    whole = _least(_sum(standard, most=True), content.most_standard)
    maximum = _least(_sum(applying, most=True), content.most_standard)
    known = _least(_sum(applying), content.most_standard) + _least(_sum(bonus), content.most_bonus)
    known -= _sum(penalty) + late
    if not_known or maximum == 0:
        return Total(None, known, maximum, None, None, not_known)
    of_whole = _rounded(known * whole / maximum)
    band = next((one.code for one in content.bands if of_whole >= _exact(one.at_least)), None)
    return Total(known, known, maximum, of_whole, band, ())


def _of(points: Sequence[Points], counts: str) -> list[Points]:
    return [one for one in points if one.criterion.counts == counts]


def _sum(points: Sequence[Points], *, most: bool = False) -> Decimal:
    found = (_exact(one.criterion.points) if most else one.points or Decimal(0) for one in points)
    return sum(found, Decimal(0))


def _least(value: Decimal, limit: float | None) -> Decimal:
    return value if limit is None else min(value, _exact(limit))


def _exact(number: float) -> Decimal:
    return Decimal(str(number))


def _rounded(number: Decimal) -> Decimal:
    return number.quantize(_CENT, ROUND_HALF_UP)


def percent_of(share: Share) -> float | None:
    """The percentage of a figure; None for a denominator of 0."""
    if share.denominator == 0:
        return None
    return float(_rounded(Decimal(share.numerator * 100) / share.denominator))
