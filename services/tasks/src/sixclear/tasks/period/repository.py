"""Periods in the database: one task's, those that time has passed by, and many written with one statement."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import TIMESTAMP, Boolean, Text, bindparam, column, literal_column, select, text, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from sixclear.common.events.append import RowChanges, append_with
from sixclear.tasks.period.lifecycle import PeriodRecord, Step, Told
from sixclear.tasks.period.models import Period
from sixclear.tasks.period.passage import WORKING
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.task.filters import may_confirm, programmes_of
from sixclear.tasks.task.models import ProgressReport, Task

_COLUMNS = [field.name for field in fields(PeriodRecord)]
_KEPT = {"period_id", "task_id"}
_PUT = f"""INSERT INTO period ({", ".join(_COLUMNS)})
        SELECT * FROM unnest({", ".join(f":period_{name}" for name in _COLUMNS)})
        ON CONFLICT (period_id) DO UPDATE
        SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _KEPT)}"""  # noqa: S608 (constants)
_PARAMETERS = [bindparam(f"period_{name}", type_=ARRAY(getattr(Period, name).type)) for name in _COLUMNS]
_WRITE = append_with(f"WITH put AS ({_PUT})", *_PARAMETERS)
_PUT_ALONE = text(_PUT).bindparams(*_PARAMETERS)


def written(steps: Sequence[Step]) -> RowChanges:
    """The rows of these periods of locked tasks, as the last step of each leaves it, with one statement."""
    last = {step.after.period_id: step.after for step in steps}
    return RowChanges(_WRITE, {f"period_{name}": [getattr(one, name) for one in last.values()] for name in _COLUMNS})


async def put(session: AsyncSession, steps: Sequence[Step]) -> None:
    """As `written`, for steps that no event tells of."""
    await session.execute(_PUT_ALONE, written(steps).values)


_TASK_IDS = bindparam("task_ids", type_=ARRAY(PgUUID(as_uuid=True)))
# The last period says where the next window opens.
_LIST_KNOWN = (
    text(
        f"""SELECT {", ".join(_COLUMNS)} FROM period p
        WHERE task_id = ANY (:task_ids)
          AND (next_at IS NOT NULL OR status IN ('open', 'missed', 'returned') OR key = ANY (:keys)
               OR EXISTS (SELECT FROM unnest(:instants) AS told_at WHERE opens_at < told_at AND told_at <= due_at)
               OR (status = 'locked' AND locks_at < due_at)
               OR due_at = (SELECT max(due_at) FROM period m WHERE m.task_id = p.task_id))
        ORDER BY task_id, due_at, day"""  # noqa: S608 (constants)
    )
    .bindparams(
        _TASK_IDS,
        bindparam("keys", type_=ARRAY(Text)),
        bindparam("instants", type_=ARRAY(TIMESTAMP(timezone=True))),
    )
    .columns(*(column(name, getattr(Period, name).type) for name in _COLUMNS))
)


async def list_known(
    session: AsyncSession, task_ids: Collection[UUID], keys: Collection[str] = (), instants: Collection[datetime] = ()
) -> list[PeriodRecord]:
    """The periods of these locked tasks that are not closed or were stopped, and the last one of each, in order.

    So are those of these names, and those whose windows hold one of these instants.
    """
    values = {"task_ids": list(task_ids), "keys": list(keys), "instants": list(instants)}
    return [PeriodRecord(*row) for row in await session.execute(_LIST_KNOWN, values)]


_LIST_TOLD = text(
    """SELECT r.task_id, r.task_version, r.percent, r.public_percent, r.occurred_at, e.published
       FROM progress_report r
       JOIN event e ON e.entity_type = 'task' AND e.entity_id = r.task_id AND e.version = r.task_version
       WHERE r.task_id = ANY (:task_ids) AND r.occurred_at > :since AND r.period IS NULL"""
).bindparams(_TASK_IDS, bindparam("since", type_=TIMESTAMP(timezone=True)))


async def list_told(session: AsyncSession, task_ids: Collection[UUID], since: datetime) -> list[tuple[UUID, Told]]:
    """Reports on these tasks after an instant that name no period, as before there were any."""
    values = {"task_ids": list(task_ids), "since": since}
    return [(row[0], Told(*row[1:])) for row in await session.execute(_LIST_TOLD, values)]


async def keys_of(session: AsyncSession, task_id: UUID) -> set[str]:
    """The names of all periods of a task."""
    return set(await session.scalars(select(Period.key).where(Period.task_id == task_id)))


# Four ways to be due, each by an index of its own; most minutes none has a row.
_DUE = text(
    f"""SELECT task_id FROM (
           SELECT task_id FROM period WHERE status = 'open' AND due_at < :now
           UNION
           SELECT task_id FROM period WHERE next_at < :now
           UNION
           SELECT task_id FROM period WHERE status IN ('missed', 'returned') AND locks_at < :now
           UNION
           SELECT task_id FROM task t WHERE kind = 'recurring' AND assigned_at IS NOT NULL AND recurrence IS NOT NULL
             AND NOT EXISTS (SELECT FROM period p WHERE p.task_id = t.task_id)
       ) AS due JOIN task USING (task_id)
       WHERE status IN ({", ".join(f"'{status}'" for status in sorted(WORKING))}) AND recurrence IS NOT NULL
       ORDER BY task_id LIMIT :most"""  # noqa: S608 (constants)
).bindparams(bindparam("now", type_=TIMESTAMP(timezone=True)))


async def list_due(session: AsyncSession, now: datetime, most: int) -> list[UUID]:
    """Tasks for whose periods time has done something that is not recorded."""
    return list(await session.scalars(_DUE, {"now": now, "most": most}))


async def find_period(session: AsyncSession, task_id: UUID, key: str, *, lock: bool = False) -> Period | None:
    """The period of a task that has this name; its row locked when it is about to change."""
    statement = select(Period).where(Period.task_id == task_id, Period.key == key)
    return await session.scalar(statement.with_for_update() if lock else statement)


@dataclass(frozen=True, slots=True)
class Confirming:
    """A body that confirms periods, and the programmes that it owns."""

    organisation_id: UUID
    owned_programme_ids: Sequence[UUID]


# Where a page ends: when it was due, and the day that the rule names.
Place = tuple[datetime, date]


async def list_periods(session: AsyncSession, task_id: UUID, before: Place | None, limit: int) -> Sequence[Period]:
    """A task's periods, the newest first, before the cursor."""
    statement = select(Period).where(Period.task_id == task_id).limit(limit)
    statement = statement.order_by(Period.due_at.desc(), Period.day.desc())
    if before is not None:
        statement = statement.where(tuple_(Period.due_at, Period.day) < tuple_(*before))
    return (await session.scalars(statement)).all()


async def list_to_confirm(
    session: AsyncSession, narrow: Confirming, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[tuple[Period, Task]]:
    """Periods that wait for the confirmation of a body, with their tasks, reported the longest ago first.

    Each of its programmes that asks for confirmations is read in this order, up to a page.
    """
    place = tuple_(Period.reported_at, Period.period_id)
    programmes = programmes_of(narrow.organisation_id, Programme.periods_confirmed)
    waiting = [
        Period.programme == programmes.c.slug,
        literal_column("period.status = 'reported'", Boolean),  # written as in the index
        Task.status.in_(WORKING),
        may_confirm(narrow.organisation_id, narrow.owned_programme_ids),
        *(() if after is None else (place > tuple_(*after),)),
    ]
    first = select(Period.period_id).join(Task, Task.task_id == Period.task_id).where(*waiting)
    first_ones = first.order_by(Period.reported_at, Period.period_id).limit(limit).lateral("first_of_programme")
    found = (
        select(Period, Task)
        .select_from(programmes.join(first_ones, true()))
        .join(Period, Period.period_id == first_ones.c.period_id)
        .join(Task, Task.task_id == Period.task_id)
        .order_by(Period.reported_at, Period.period_id)
        .limit(limit)
        .options(selectinload(Task.programme))
    )
    return [(row[0], row[1]) for row in await session.execute(found)]


async def texts_of(session: AsyncSession, task_id: UUID, versions: Collection[int]) -> dict[int, str]:
    """What the reports say that made these versions of a task."""
    if not versions:
        return {}
    of_task = ProgressReport.task_id == task_id, ProgressReport.task_version.in_(versions)
    found = await session.execute(select(ProgressReport.task_version, ProgressReport.text).where(*of_task))
    return {row[0]: row[1] for row in found}
