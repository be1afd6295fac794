"""Figures of feedback, of all bodies or of one; no body is put beside another."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sixclear.common.clock import civil_date
from sixclear.portal.shell.addresses import Asked
from sixclear.portal.shell.filters import Filters, taken
from sixclear.portal.shell.organisations import offered, with_chosen
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.monitoring import FeedbackFigures, Status
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.public_feedback import Satisfaction, YearFigures
from sixclear.portal.upstream.tasks import Organisation

# So many groups are shown; the file of open data has all.
_MOST_GROUPS = 100
# How many years back can be chosen; older ones can be written into the address.
_YEARS = 3
_ROWS = ("answered", "in_time", "due_soon", "overdue", "closed_without_answer")


@dataclass(frozen=True, slots=True)
class Row:
    """One part of what was received; `percent` is None where nothing was."""

    name: str
    count: int
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class StatisticsView:
    """Figures by what was `asked`; what could not be had is None. `no_answers` are of a chosen body alone."""

    asked: Asked
    years: Sequence[int]
    organisations: Sequence[Organisation]
    organisation: Organisation | None
    status: Status | None
    rows: Sequence[Row]
    satisfaction: Satisfaction | None
    groups: YearFigures | None
    no_answers: int | None
    away: Mapping[str, datetime | None]
    figures_refused: bool


@dataclass(frozen=True, slots=True)
class _Read:
    status: Status | None
    satisfaction: Satisfaction | None
    groups: YearFigures | None
    no_answers: int | None


async def load(gateway: Gateway, now: datetime, asked: Asked) -> StatisticsView:
    """The figures that the filters of the address choose, as far as the services take them."""
    parts = Parts()
    (read, asked), known = await asyncio.gather(
        taken(lambda filters: _figures(gateway, parts, filters), asked), offered(gateway, parts)
    )
    organisations, asked = await with_chosen(gateway, parts, asked, known)
    status = read.status.as_known(now) if read.status and parts.away.get("monitoring") else read.status
    this_year = civil_date(now).year
    chosen = asked.values["organisation"]
    return StatisticsView(
        asked=asked,
        years=range(this_year, this_year - _YEARS, -1),
        organisations=organisations,
        organisation=next((one for one in organisations if str(one.organisation_id) == chosen), None),
        status=status,
        rows=_rows(status.feedback) if status else [],
        satisfaction=read.satisfaction,
        groups=read.groups,
        no_answers=read.no_answers,
        away=parts.away,
        figures_refused=parts.figures_refused,
    )


async def _figures(gateway: Gateway, parts: Parts, filters: Filters) -> _Read:
    body = filters["organisation"]
    asking = gateway.chosen() if any(filters.values()) else gateway
    status, satisfaction, groups, silence = await asyncio.gather(
        parts.unless_away(asking.monitoring.status(organisation=body or None)),
        parts.unless_away(asking.feedback.satisfaction({"organisation": body, "year": filters["year"]})),
        parts.unless_away(
            asking.feedback.statistics({"by": filters["by"], "year": filters["year"], "limit": _MOST_GROUPS})
        ),
        parts.unless_away(_silence(asking, body)),
    )
    return _Read(status, satisfaction, groups, silence)


async def _silence(gateway: Gateway, body: str) -> int | None:
    return await gateway.feedback.no_answers(body) if body else None


def _rows(figures: FeedbackFigures) -> list[Row]:
    received = figures.received
    counts = [(name, getattr(figures, name)) for name in _ROWS]
    return [Row(name, count, Decimal(100 * count) / received if received else None) for name, count in counts]
