"""Cases of a time, counted by group in the database, and the figures of a day that are kept."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, cast, delete, func, not_, or_, select, tuple_
from sqlalchemy.dialects.postgresql import TEXT, insert
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import CIVIL_ZONE
from sixclear.feedback.statistics.models import StatisticsDay
from sixclear.feedback.submission.models import Submission

_GROUPS: Mapping[str, ColumnElement[Any]] = {
    "kind": cast(Submission.kind, TEXT),
    "field": cast(Submission.field, TEXT),
    "place": cast(Submission.place_id, TEXT),
    "organisation": cast(Submission.organisation_id, TEXT),
    "month": func.to_char(func.timezone(CIVIL_ZONE.key, Submission.received_at), "YYYY-MM"),
}


async def count_groups(
    session: AsyncSession, begin: datetime, end: datetime, at: datetime
) -> Mapping[str, Sequence[Row[Any]]]:
    """Cases that were received from `begin` to `end`, by each kind of group: `sealed`, `key`, then states at `at`.

    One statement counts them all, so that the tables add up to the same. Sealed cases are together, without a key.
    """
    if begin >= end:
        return {by: [] for by in _GROUPS}
    sealed = Submission.visibility == "sealed"
    groups: list[Any] = [case((not_(sealed), group)).label(by) for by, group in _GROUPS.items()]
    counted = {"demonstration": Submission.demonstration, **_states(at)}
    flags: list[Any] = [condition.label(name) for name, condition in counted.items()]
    received = select(sealed.label("sealed"), *groups, *flags).where(
        Submission.received_at >= begin, Submission.received_at < end
    )
    cases = received.subquery()
    keys = [cases.c[by] for by in _GROUPS]
    statement = select(
        func.grouping(*keys).label("left_out"),
        cases.c.sealed,
        func.coalesce(*keys).label("key"),
        *(func.count().filter(cases.c[name]).label(name) for name in counted),
    ).group_by(func.grouping_sets(*(tuple_(cases.c.sealed, key) for key in keys)))
    rows = (await session.execute(statement)).all()
    # Of `grouping`, the bit of each column that a row does not group by is one; that of the last column is the lowest.
    every = (1 << len(keys)) - 1
    bits = {by: every - (1 << (len(keys) - 1 - place)) for place, by in enumerate(_GROUPS)}
    return {by: [row for row in rows if row.left_out == bit] for by, bit in bits.items()}


def _states(at: datetime) -> dict[str, ColumnElement[bool]]:
    """Each case is in one state, and each answered one in one rating."""
    withdrawn = Submission.status == "withdrawn"
    answered = and_(Submission.status == "answered", Submission.answered_at < at)
    unanswered = and_(not_(withdrawn), or_(Submission.status != "answered", Submission.answered_at >= at))
    return {
        "answered_in_time": and_(answered, Submission.answered_at <= Submission.due_at),
        "answered_late": and_(answered, Submission.answered_at > Submission.due_at),
        "waiting": and_(unanswered, Submission.due_at >= at),
        "overdue": and_(unanswered, Submission.due_at < at),
        "closed_without_answer": withdrawn,
        **{score: and_(answered, Submission.rating == score) for score in ("solved", "partly", "not_solved")},
        "silent": and_(answered, Submission.rating.is_(None)),
    }


async def find_kept(session: AsyncSession, day: date, year: int, groups: Sequence[str]) -> Mapping[str, Any]:
    """What is kept as told on a day of a year, by kind of group."""
    kept = select(StatisticsDay.by, StatisticsDay.told).where(
        StatisticsDay.day == day, StatisticsDay.year == year, StatisticsDay.by.in_(groups)
    )
    return {row.by: row.told for row in await session.execute(kept)}


async def keep(session: AsyncSession, day: date, year: int, tables: Mapping[str, Any]) -> None:
    """Keep what is told on a day of a year unless it is kept already; what was told on days before goes."""
    key = tuple_(StatisticsDay.day, StatisticsDay.year, StatisticsDay.by)
    # Two readers of a new day do not wait for each other here, and cannot lock each other out.
    over = select(*key.clauses).where(StatisticsDay.day < day).with_for_update(skip_locked=True)
    await session.execute(delete(StatisticsDay).where(key.in_(over)))
    rows = [{"day": day, "year": year, "by": by, "told": told} for by, told in sorted(tables.items())]
    await session.execute(insert(StatisticsDay).values(rows).on_conflict_do_nothing())
