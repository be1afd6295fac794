"""Scores: answers and figures of a page of bodies, made into points, totals and bands."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import civil_date, civil_day_end, civil_day_start
from sixclear.common.use_case import ReferenceUnknown, unknown_reference
from sixclear.common.web.instants import FIRST_YEAR
from sixclear.monitoring.errors import ScorePeriodUnknown
from sixclear.monitoring.kinds.assessment import Answer
from sixclear.monitoring.kinds.budget import BUDGET
from sixclear.monitoring.kinds.criteria import Content, Criterion
from sixclear.monitoring.kinds.task import TASK
from sixclear.monitoring.score import repository, rules
from sixclear.monitoring.score.repository import Found
from sixclear.monitoring.score.rules import Points, Share, Times, Total
from sixclear.monitoring.score.schemas import PointsView, Score, ScoredCriterion, ShareView, TotalView
from sixclear.monitoring.view.heard import Heard, heard_since, knows

FOR_URGING = "Scores of a month are for following up and urging. They are never used to classify or to rank."
_ANSWERS = list[Answer]
_LAST_YEAR = 2200


class Period(NamedTuple):
    """A month or a year, by its civil days."""

    first: date
    last: date

    @property
    def ends_at(self) -> datetime:
        """Its last instant."""
        return civil_day_end(self.last)


class Asked(NamedTuple):
    """Whose scores are asked about: of which set, for which period, as of which instant, at and below which body."""

    criteria: str
    period: str
    span: Period
    organisation_id: UUID | None
    at: datetime

    @property
    def figures_at(self) -> datetime:
        """What was done later does not move the score of a period that is over."""
        return min(self.at, self.span.ends_at)


# What a figure is of each body, by programme.
ByBody = Mapping[UUID, Mapping[str, Share]]
# By the name that criteria use; None where what it is counted from is not known at the instant.
Figures = Mapping[str, ByBody | None]


async def named_set(session: AsyncSession, code: str) -> Found:
    """The set with this code; raises ReferenceUnknown."""
    found = await repository.find_set(session, code)
    if found is None:
        raise ReferenceUnknown("No set has this code.", errors=[unknown_reference("criteria", "criteria")])
    return found


def read_span(every: str, period: str) -> Period:
    """The days of a period by its key; raises ScorePeriodUnknown for one that the set does not have."""
    year, _, month = period.partition("-")
    try:
        first = date(int(year), int(month or 1), 1)
    except ValueError:
        raise ScorePeriodUnknown("This is no month or year.") from None
    if not FIRST_YEAR <= first.year <= _LAST_YEAR:
        raise ScorePeriodUnknown(f"The year must lie between {FIRST_YEAR} and {_LAST_YEAR}.")
    if (every == "month") != bool(month):
        raise ScorePeriodUnknown(f"The set assesses every {every}.")
    after = (first + timedelta(days=31)).replace(day=1) if month else date(first.year + 1, 1, 1)
    return Period(first, after - timedelta(days=1))


async def list_scores(session: AsyncSession, asked: Asked, after: UUID | None, limit: int) -> list[Score]:
    """Scores in the order of their assessments' identifiers, after the cursor."""
    rows = await repository.list_assessments(
        session, asked.criteria, asked.period, asked.organisation_id, at=asked.at, after=after, limit=limit
    )
    bodies = [row.organisation_id for row in rows if row.organisation_id]
    heard = await heard_since(session, [TASK, BUDGET])
    figures = {
        "completed_on_time_of_given": await _on_time(session, bodies, asked, heard),
        "disbursed_of_allocated": await _disbursed(session, bodies, asked, heard),
    }
    return [_score(row, figures, asked) for row in rows]


async def _disbursed(session: AsyncSession, bodies: Sequence[UUID], asked: Asked, heard: Heard) -> ByBody | None:
    """What was disbursed of what was allocated for the year; None where money is not known at the instant."""
    if not knows(heard, BUDGET, asked.figures_at):
        return None
    found: dict[UUID, dict[str, Share]] = defaultdict(dict)
    day, year = civil_date(asked.figures_at), asked.span.first.year
    for row in await repository.disbursed_of_allocated(session, bodies, day=day, year=year):
        found[row.organisation_id][row.programme] = Share(int(row.disbursed), int(row.allocated))
    return found


async def _on_time(session: AsyncSession, bodies: Sequence[UUID], asked: Asked, heard: Heard) -> ByBody | None:
    """The share on time of all tasks given in the year; None where tasks are not known at the instant."""
    if not knows(heard, TASK, asked.figures_at):
        return None
    year = asked.span.first.year
    found: dict[UUID, dict[str, Share]] = defaultdict(dict)
    for row in await repository.on_time_of_given(
        session,
        bodies,
        at=asked.figures_at,
        year_from=civil_day_start(date(year, 1, 1)),
        year_to=civil_day_start(date(year + 1, 1, 1)),
    ):
        found[row.organisation_id][row.programme] = Share(row.on_time, row.given)
    return found


def _score(row: Found, figures: Figures, asked: Asked) -> Score:
    content = msgspec.json.decode(row.content, type=Content)
    answers = {one.criterion: one for one in msgspec.json.decode(row.answers, type=_ANSWERS)}
    times = Times(row.due_at, row.answered_at)
    criteria = rules.criteria_of(content, row.level)
    shares = {
        one.code: _share(one, row.organisation_id, figures, rules.in_time(criteria, answers, times, asked.at))
        for one in criteria
        if one.figure is not None
    }
    own, verified = (
        [_points(one, shares.get(one.code), answers.get(one.code), side) for one in criteria]
        for side in ("own", "verified")
    )
    late = rules.late_points(content.window, times)
    return Score(
        assessment_id=row.assessment_id,
        organisation_id=row.organisation_id,
        organisation_name=row.organisation_name,
        organisation_name_en=row.organisation_name_en,
        edition=row.edition,
        state=row.state,
        answered_at=row.answered_at,
        late_points=float(late),
        criteria=[_criterion(*both) for both in zip(own, verified, strict=True)],
        own=_total(rules.total(content, own, late)),
        verified=_total(rules.total(content, verified, late)) if row.state == "verified" else None,
        records=f"/api/tasks/v1/assessments/{row.assessment_id}",
        demonstration=bool(row.demonstration),
    )


def _share(criterion: Criterion, body: UUID | None, figures: Figures, in_time: Share | None) -> Share | None:
    """The figure that a criterion names; None where it is not known, as money is of a body without such a line."""
    if criterion.figure == "answered_in_time":
        return in_time
    by_body = figures.get(criterion.figure or "")
    if by_body is None or body is None:
        return None
    meant = [one for slug, one in by_body.get(body, {}).items() if criterion.programme in (None, slug)]
    if not meant and criterion.figure == "disbursed_of_allocated":
        return None
    return Share(sum(one.numerator for one in meant), sum(one.denominator for one in meant))


def _points(criterion: Criterion, share: Share | None, answer: Answer | None, side: str) -> Points:
    of_side: rules.Side = "own" if side == "own" else "verified"
    if criterion.figure is not None:
        return rules.computed(criterion, share, answer, of_side)
    return rules.answered(criterion, answer, of_side)


def _criterion(own: Points, verified: Points) -> ScoredCriterion:
    one, share = own.criterion, own.share or verified.share
    percent = None if share is None else rules.percent_of(share)
    return ScoredCriterion(
        code=one.code,
        name=one.name,
        name_en=one.name_en,
        counts=one.counts,
        most=one.points,
        figure=one.figure,
        share=share
        and ShareView(
            numerator=share.numerator, denominator=share.denominator, of=one.denominator or "", percent=percent
        ),
        own=_side(own),
        verified=_side(verified),
    )


def _side(points: Points) -> PointsView:
    return PointsView(
        points=None if points.points is None else float(points.points), not_applicable=points.not_applicable
    )


def _total(found: Total) -> TotalView:
    return TotalView(
        points=None if found.points is None else float(found.points),
        known_points=float(found.known),
        maximum=float(found.maximum),
        of_whole=None if found.of_whole is None else float(found.of_whole),
        band=found.band,
        not_known=list(found.not_known),
    )
