"""One indicator with its series, and the values of a period with where each comes from."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sixclear.common.clock import civil_date
from sixclear.common.spans import span_of
from sixclear.portal.errors import PageNotFound
from sixclear.portal.pages.public.indicator.chart import SeriesChart, draw
from sixclear.portal.shell.addresses import Asked
from sixclear.portal.shell.days import end_of, past_day
from sixclear.portal.shell.filters import Filters, listed, taken
from sixclear.portal.shell.organisations import offered, with_chosen
from sixclear.portal.upstream.answer import Listing
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.measured import HeldValue, Indicator
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.programmes import Programme
from sixclear.portal.upstream.results import IndicatorSeries, PeriodFigure
from sixclear.portal.upstream.tasks import Organisation, OrganisationBrief

_MOST = 100


@dataclass(frozen=True, slots=True)
class IndicatorView:
    """The page of an indicator; what hangs on it is None when it could not be had.

    `latest` is the newest period that has a figure. `values` are those of `period`, as they hold today; `body` is whose
    figures these are, None for the country or while its name cannot be had.
    """

    now: datetime
    today: date
    day: date | None
    asked: Asked
    indicator: Indicator
    programme: Programme | None
    organisations: Sequence[Organisation]
    body: OrganisationBrief | None
    series: IndicatorSeries | None
    points: Sequence[PeriodFigure]
    latest: PeriodFigure | None
    chart: SeriesChart | None
    staleness_seconds: float | None
    period: str
    values: Listing[HeldValue] | None
    away: Mapping[str, datetime | None]
    figures_refused: bool

    @property
    def narrowed(self) -> Mapping[str, object]:
        """What a link to the records of the series carries on."""
        body = self.series.organisation_id if self.series else self.asked.values["organisation"]
        return {"organisation": body, "as_of": end_of(self.day) if self.day else None}


async def load(gateway: Gateway, now: datetime, code: str, asked: Asked) -> IndicatorView:
    """The page of an indicator; an unknown one is PageNotFound, without any answer of `tasks` it is ServiceAway."""
    today = civil_date(now)
    day, asked = past_day(asked, today)
    if asked.values["period"] and span_of(asked.values["period"]) is None:
        asked = asked.without({"period"})
    parts = Parts()
    indicator, (series, asked), programmes, known = await asyncio.gather(
        parts.needed(gateway.measured.indicator(code)),
        taken(lambda filters: _series(gateway, parts, code, filters, day), asked),
        parts.optional(gateway.tasks.programmes()),
        offered(gateway, parts),
    )
    points = series.points if series else []
    latest = next((one for one in reversed(points) if one.figure is not None), None)
    period = asked.values["period"] or (latest.period if latest else "")
    (values, asked), (organisations, asked_by_name) = await asyncio.gather(
        _values(gateway, parts, code, asked, period), with_chosen(gateway, parts, asked, known)
    )
    listing = programmes.items if programmes else []
    named = [*organisations, *(one.organisation for one in indicator.supplies if one.organisation)]
    return IndicatorView(
        now=now,
        today=today,
        day=day,
        asked=replace(asked, values={**asked.values, "organisation": asked_by_name.values["organisation"]}),
        indicator=indicator,
        programme=next((one for one in listing if one.slug == indicator.programme), None),
        organisations=organisations,
        body=next((one for one in named if series and one.organisation_id == series.organisation_id), None),
        series=series,
        points=[one for one in reversed(points) if one.state != "open" or one.figure is not None or one.target],
        latest=latest,
        chart=draw(points, indicator.value_type),
        staleness_seconds=series.age(now if parts.away.get("monitoring") else None) if series else None,
        period=period,
        values=values,
        away=parts.away,
        figures_refused=parts.figures_refused,
    )


async def _series(
    gateway: Gateway, parts: Parts, code: str, filters: Filters, day: date | None
) -> IndicatorSeries | None:
    asked = {"organisation": filters["organisation"], "as_of": end_of(day) if day else ""}
    try:
        return await parts.unless_away(gateway.chosen().monitoring.series(code, asked))
    except PageNotFound:
        return None  # one that `tasks` has just made known, or none at all, which `tasks` says


async def _values(
    gateway: Gateway, parts: Parts, code: str, asked: Asked, period: str
) -> tuple[Listing[HeldValue] | None, Asked]:
    """The values of a period; without one none were reported."""
    if not period:
        return Listing[HeldValue](items=[]), asked

    async def ask(filters: Filters) -> Listing[HeldValue]:
        return await gateway.measured.values(
            {"indicator": code, "period": period, "cursor": filters["cursor"], "limit": _MOST}
        )

    return await listed(parts, ask, asked)
