"""The scores of bodies by a set of criteria: those of a month are for following up, and rank no body."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from sixclear.common.clock import civil_date
from sixclear.common.spans import Span, before, following, span_at, span_of
from sixclear.portal.settings import Settings
from sixclear.portal.shell.addresses import Asked
from sixclear.portal.shell.days import end_of, past_day
from sixclear.portal.shell.filters import Filters, taken
from sixclear.portal.shell.organisations import offered, with_chosen
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.measured import CriteriaSet, newest_editions
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.results import Score, Scores
from sixclear.portal.upstream.tasks import Organisation
from sixclear.portal.upstream.transport import Query

_MOST = 100


@dataclass(frozen=True, slots=True)
class ScoresView:
    """One page of scores; `chosen` is the set, None where there is none or none could be had.

    `scores` are in the order of the bodies' names: no list ranks them. `earlier` and `later` are periods beside this.
    """

    today: date
    day: date | None
    asked: Asked
    sets: Sequence[CriteriaSet] | None
    chosen: CriteriaSet | None
    period: str
    earlier: str
    later: str | None
    organisations: Sequence[Organisation]
    scores: Scores | None
    items: Sequence[Score]
    staleness_seconds: float | None
    away: Mapping[str, datetime | None]
    figures_refused: bool


async def load(gateway: Gateway, settings: Settings, now: datetime, asked: Asked) -> ScoresView:
    """The scores that the address asks for, by default of the first set for the period that runs."""
    today = civil_date(now)
    day, asked = past_day(asked, today)
    parts = Parts()
    found, known = await asyncio.gather(
        parts.optional(gateway.measured.criteria({"limit": _MOST})), offered(gateway, parts)
    )
    sets = newest_editions(found.items) if found else None
    chosen, asked = _chosen(sets, asked)
    span, asked = _span(chosen, asked, day or today)
    scores: Scores | None = None
    if chosen:
        on = {"criteria": chosen.code, "period": span.key, "as_of": end_of(day) if day else ""}
        scores, asked = await taken(partial(_scores, gateway, parts, {**on, "limit": settings.page_size}), asked)
    organisations, asked = await with_chosen(gateway, parts, asked, known)
    next_one = following(span)
    return ScoresView(
        today=today,
        day=day,
        asked=replace(asked, values={**asked.values, "criteria": chosen.code if chosen else ""}),
        sets=sets,
        chosen=chosen,
        period=span.key,
        earlier=before(span).key,
        later=next_one.key if next_one.first <= today else None,
        organisations=organisations,
        scores=scores,
        items=sorted(scores.items, key=lambda one: one.organisation_name or "") if scores else [],
        staleness_seconds=scores.age(now if parts.away.get("monitoring") else None) if scores else None,
        away=parts.away,
        figures_refused=parts.figures_refused,
    )


def _chosen(sets: Sequence[CriteriaSet] | None, asked: Asked) -> tuple[CriteriaSet | None, Asked]:
    """The set that the address names, else the first one."""
    by_code = {one.code: one for one in sets or ()}
    named = asked.values["criteria"]
    if named and sets is not None and named not in by_code:
        asked = asked.without({"criteria"})
    first = next(iter(by_code.values()), None)
    return by_code.get(named, first), asked


def _span(chosen: CriteriaSet | None, asked: Asked, day: date) -> tuple[Span, Asked]:
    """The period that the address names, where the set has such ones; else the one that the day lies in."""
    every = chosen.every if chosen else "month"
    named = span_of(asked.values["period"]) if asked.values["period"] else None
    if named is not None and named.unit == every:
        return named, asked
    return span_at(day, every), asked.without({"period"}) if asked.values["period"] else asked


async def _scores(gateway: Gateway, parts: Parts, on: Query, filters: Filters) -> Scores | None:
    query = {**on, "organisation": filters["organisation"], "cursor": filters["cursor"]}
    return await parts.unless_away(gateway.chosen().monitoring.scores(query))
