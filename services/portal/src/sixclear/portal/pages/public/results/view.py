"""Results in four parts: how indicators stand, money by stage, documents by type, and by what bodies are assessed."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sixclear.common.clock import civil_date
from sixclear.portal.shell.addresses import Asked
from sixclear.portal.shell.days import end_of, past_day
from sixclear.portal.shell.filters import Filters, taken
from sixclear.portal.shell.organisations import offered, with_chosen
from sixclear.portal.upstream.answer import Listing
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.measured import CriteriaSet, newest_editions
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.programmes import Programme
from sixclear.portal.upstream.results import (
    BudgetFigures,
    DocumentFigures,
    Figures,
    IndicatorFigure,
    IndicatorFigures,
)
from sixclear.portal.upstream.tasks import Organisation
from sixclear.portal.upstream.transport import Query

# The finding counts what stands on the page, so that is as much as one answer gives.
_MOST = 100


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of the indicators of a page stand how; what has no figure is neither behind nor on its way.

    `met` is of those that have a target (`aimed`), `behind` of those that have a path (`on_path`).
    """

    indicators: int
    known: int
    met: int
    aimed: int
    behind: int
    on_path: int
    not_reported: int


@dataclass(frozen=True, slots=True)
class ResultsView:
    """The page of results. `day` is the chosen day of the past, None for now.

    What could not be had is None. `bodies` are the organisations of which names are known, by their identifiers.
    """

    asked: Asked
    today: date
    day: date | None
    as_of: datetime
    programmes: Sequence[Programme]
    organisations: Sequence[Organisation]
    bodies: Mapping[UUID, Organisation]
    indicators: IndicatorFigures | None
    counted: Counted | None
    budgets: BudgetFigures | None
    documents: DocumentFigures | None
    criteria: Sequence[CriteriaSet] | None
    staleness_seconds: float | None
    away: Mapping[str, datetime | None]
    figures_refused: bool

    @property
    def is_whole(self) -> bool:
        """Whether every indicator that was asked for stands on this page."""
        return bool(self.indicators and not self.indicators.next and not self.asked.values["cursor"])


@dataclass(frozen=True, slots=True)
class _Read:
    indicators: IndicatorFigures | None
    budgets: BudgetFigures | None
    documents: DocumentFigures | None
    criteria: Listing[CriteriaSet] | None

    @property
    def figures(self) -> list[Figures]:
        return [one for one in (self.indicators, self.budgets, self.documents) if one is not None]


async def load(gateway: Gateway, now: datetime, asked: Asked) -> ResultsView:
    """The results that the filters of the address choose, as far as `monitoring` takes them."""
    today = civil_date(now)
    day, asked = past_day(asked, today)
    parts = Parts()
    (read, asked), programmes, known = await asyncio.gather(
        taken(lambda filters: _figures(gateway, parts, filters, day), asked),
        parts.optional(gateway.tasks.programmes()),
        offered(gateway, parts),
    )
    organisations, asked = await with_chosen(gateway, parts, asked, known)
    return ResultsView(
        asked=asked,
        today=today,
        day=day,
        as_of=min((one.as_of for one in read.figures), default=now),
        programmes=programmes.items if programmes else [],
        organisations=organisations,
        bodies={unit.organisation_id: unit for unit in organisations},
        indicators=read.indicators,
        counted=_counted(read.indicators.items) if read.indicators else None,
        budgets=read.budgets,
        documents=read.documents,
        criteria=newest_editions(read.criteria.items) if read.criteria else None,
        staleness_seconds=_age(read.figures, now if parts.away.get("monitoring") else None),
        away=parts.away,
        figures_refused=parts.figures_refused,
    )


async def _figures(gateway: Gateway, parts: Parts, filters: Filters, day: date | None) -> _Read:
    chosen = {name: filters[name] for name in ("programme", "organisation")}
    chosen["as_of"] = end_of(day) if day else ""
    monitoring = (gateway.chosen() if any(filters.values()) else gateway).monitoring
    paged: Query = {**chosen, "cursor": filters["cursor"], "limit": _MOST}
    return _Read(
        *await asyncio.gather(
            parts.unless_away(monitoring.indicators(paged)),
            parts.unless_away(monitoring.budgets(chosen)),
            parts.unless_away(monitoring.documents(chosen)),
            parts.unless_away(gateway.measured.criteria({"programme": filters["programme"], "limit": _MOST})),
        )
    )


def _age(figures: Sequence[Figures], later: datetime | None) -> float | None:
    """How far the oldest figures are behind, None where one does not say it; told `later`, it has grown."""
    ages = [one.age(later) for one in figures]
    known = [age for age in ages if age is not None]
    return max(known) if known and len(known) == len(ages) else None


def _counted(indicators: Sequence[IndicatorFigure]) -> Counted:
    latest = [one.latest for one in indicators if one.latest is not None and one.latest.figure is not None]
    return Counted(
        indicators=len(indicators),
        known=len(latest),
        met=sum(one.met is True for one in latest),
        aimed=sum(one.met is not None for one in latest),
        behind=sum(one.behind is True for one in latest),
        on_path=sum(one.behind is not None for one in latest),
        not_reported=sum(one.not_reported for one in indicators),
    )
