"""Statistics of a year: counted by group, then told as far as nobody can be found in them."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from sixclear.common.caller import Caller
from sixclear.common.clock import Clock, civil_date, civil_day_start
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.use_case import Context
from sixclear.feedback.field.rules import case_fields
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.statistics import repository
from sixclear.feedback.statistics.rules import (
    OTHERS,
    RATINGS,
    STATES,
    Counted,
    Statistics,
    together,
    told_as_it_is,
    told_rows,
)

_CLOCK = Caller("clock")
_FIRST_HOUR = timedelta(hours=1)
_TABLE = TypeAdapter(Statistics)
KINDS = {
    "feedback": ("Phản ánh", "Feedback"),
    "recommendation": ("Kiến nghị", "Recommendation"),
    "initiative": ("Sáng kiến", "Initiative"),
    "solution": ("Giải pháp", "Solution"),
}


async def read(ctx: Context, groups: Sequence[str], year: int | None) -> list[Statistics]:
    """The cases that were received in whole months of a civil year: a table by each kind of group.

    They are those of the day: the first reading counts and keeps them, where `keep_day` has not. While this year or
    the one before has no cases it is not kept: it tells of nobody, and the first import is seen at once.
    """
    day = civil_date(ctx.now)
    asked = day.year if year is None else year
    kept = await repository.find_kept(ctx.session, day, asked, groups)
    if not kept:
        counted = await _count(ctx, day, asked)
        if asked >= day.year - 1 and not counted["kind"].whole.received:
            return [counted[by] for by in groups]
        await _keep(ctx, day, asked, counted)
        # Another reader may have been first: what is kept is told, not what was counted here.
        kept = await repository.find_kept(ctx.session, day, asked, groups)
    return [_TABLE.validate_python(kept[by]) for by in groups]


async def keep_day(database: Database, log: EventLog, clock: Clock) -> None:
    """Keep the figures of the day in its first hour, so that its first reader does not choose when they are counted.

    Of this year and the one before, whose cases still move. Safe to run again and in several processes. A process that
    starts later leaves the day to its first reader.
    """
    async with database.transaction() as session:
        ctx = Context(session, log, _CLOCK, clock())
        day = civil_date(ctx.now)
        if ctx.now < civil_day_start(day) + _FIRST_HOUR:
            for year in (day.year, day.year - 1):
                await read(ctx, ["kind"], year)


async def _keep(ctx: Context, day: date, year: int, tables: Mapping[str, Statistics]) -> None:
    told = {by: _TABLE.dump_python(table, mode="json") for by, table in tables.items()}
    await repository.keep(ctx.session, day, year, told)


async def _count(ctx: Context, day: date, year: int) -> dict[str, Statistics]:
    begin = civil_day_start(date(year, 1, 1))
    end = min(day.replace(day=1), date(year + 1, 1, 1))
    at = civil_day_start(day)
    rows = await repository.count_groups(ctx.session, begin, max(begin, civil_day_start(end)), at)
    tables = {}
    for by, counted in rows.items():
        names = await _names(ctx, by, [row.key for row in counted if row.key is not None])
        groups = [_counted(row, names) for row in counted]
        whole, demonstration = told_as_it_is(together(groups, "whole")), sum(row.demonstration for row in counted)
        received_before = max(end, date(year, 1, 1))
        tables[by] = Statistics(by, year, received_before, at, whole, demonstration, told_rows(groups))
    return tables


def _counted(row: Any, names: Mapping[str, tuple[str, str, str | None]]) -> Counted:
    states, ratings = (tuple(getattr(row, name) for name in part) for part in (STATES, RATINGS))
    if row.sealed:
        return Counted(OTHERS, None, None, None, states, ratings)
    code, name_vi, name_en = names.get(row.key, (row.key, None, None)) if row.key else (None, None, None)
    return Counted("named" if row.key else "not_said", code, name_vi, name_en, states, ratings)


async def _names(ctx: Context, by: str, keys: Sequence[str]) -> dict[str, tuple[str, str, str | None]]:
    """Code and names of each group; bodies and places by the mirror, a month by itself."""
    if by == "kind":
        return {key: (key, *KINDS[key]) for key in keys}
    if by == "field":
        return {field.code: (field.code, field.vi, field.en) for field in case_fields().fields}
    if by == "month":
        return {}
    briefs = await organisations.briefs(ctx, [UUID(key) for key in keys])
    return {str(body): (one.code, one.name_vi, one.name_en) for body, one in briefs.items()}
