"""Statistics of a year: counted by group, then told as far as nobody can be found in them."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any
from uuid import UUID

from sixclear.common.clock import CIVIL_ZONE
from sixclear.common.use_case import Context
from sixclear.feedback.field.rules import case_fields
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.statistics import repository
from sixclear.feedback.statistics.rules import RATINGS, STATES, Counted, Statistics, told_as_it_is, told_rows

KINDS = {
    "feedback": ("Phản ánh", "Feedback"),
    "recommendation": ("Kiến nghị", "Recommendation"),
    "initiative": ("Sáng kiến", "Initiative"),
    "solution": ("Giải pháp", "Solution"),
}


async def count(ctx: Context, groups: Sequence[str], year: int | None) -> list[Statistics]:
    """The cases that were received in whole months of a civil year: a table by each kind of group."""
    today = ctx.now.astimezone(CIVIL_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    asked = today.year if year is None else year
    begin = today.replace(year=asked, month=1, day=1)
    end = max(begin, min(today.replace(day=1), begin.replace(year=asked + 1)))
    counted = await repository.count_all(ctx.session, begin, end, today)
    whole = told_as_it_is(_counted(counted, {}, "whole"))
    tables = []
    for by in groups:
        rows = await repository.count_groups(ctx.session, by, begin, end, today)
        names = await _names(ctx, by, [row.key for row in rows if row.key is not None])
        told = told_rows([_counted(row, names) for row in rows])
        tables.append(Statistics(by, asked, end.date(), today.astimezone(UTC), whole, counted.demonstration, told))
    return tables


def _counted(row: Any, names: dict[str, tuple[str, str, str | None]], group: str | None = None) -> Counted:
    states, ratings = ([getattr(row, name) for name in part] for part in (STATES, RATINGS))
    key = None if group else row.key
    code, name_vi, name_en = names.get(key, (key, None, None)) if key else (None, None, None)
    return Counted(group or ("named" if key else "not_said"), code, name_vi, name_en, tuple(states), tuple(ratings))


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
