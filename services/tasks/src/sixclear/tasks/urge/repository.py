"""Urges in the database, and how far ladders were told."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    TIMESTAMP,
    Boolean,
    ColumnElement,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import civil_day_end, civil_day_start
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.task.filters import Mandated, among, has_part, is_named
from sixclear.tasks.task.lifecycle import WORKED_ON
from sixclear.tasks.task.models import Task
from sixclear.tasks.urge.models import LadderChange, TaskLadder, Urge

# The part that a body has in the urges that it lists: of its tasks, said to it, said by it, or named by its mandate.
Role = Literal["part", "addressed", "sent", "mandate"]


@dataclass(frozen=True, slots=True)
class UrgeFilter:
    """What a list of urges is narrowed to; None: to nothing.

    With `own` those of a body by its `role`; with `mandated` those on tasks that a mandate names. Without both there
    are only public ones.
    """

    task_id: UUID | None = None
    state: str | None = None
    kind: str | None = None
    to: str | None = None
    programme: str | None = None
    organisation_ids: Sequence[UUID] | None = None
    first: date | None = None
    last: date | None = None
    own: UUID | None = None
    role: Role = "part"
    mandated: Mandated | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the ladder of a task was told for its deadline."""

    task_id: UUID
    deadline: datetime
    told_to: datetime
    next_at: datetime | None


Day = Mapping[str, Any]
Place = tuple[datetime, UUID]
# So many tasks of a body are looked up; one with more, such as a standing body, would name a million.
_MANY_TASKS = 5000
# The kinds that a body says, and the states that only those have.
_SAID, _ANSWERABLE = ("urging", "remark"), ("open", "answered", "lapsed")
_TASK_IDS = bindparam("task_ids", type_=ARRAY(PgUUID(as_uuid=True)))
_INSTANTS = TIMESTAMP(timezone=True)


async def find_urge(session: AsyncSession, urge_id: UUID) -> Urge | None:
    """The urge with this identifier."""
    return await session.get(Urge, urge_id)


async def lock_urge(session: AsyncSession, urge_id: UUID) -> Urge | None:
    """The urge as it is now, its row locked; its task was locked before it."""
    return await session.get(Urge, urge_id, with_for_update=True, populate_existing=True)


async def newest_of(session: AsyncSession, task_id: UUID, organisation_id: UUID) -> Urge | None:
    """What a body said last of a task."""
    own = select(Urge).where(Urge.task_id == task_id, Urge.author_organisation_id == organisation_id)
    return (await session.scalars(own.order_by(Urge.urged_at.desc(), Urge.urge_id.desc()).limit(1))).first()


async def count_said(session: AsyncSession, task_id: UUID) -> int:
    """How often bodies urged a task."""
    said = select(func.count()).where(Urge.task_id == task_id, Urge.kind != "rung")
    return (await session.scalars(said)).one()


async def list_open(session: AsyncSession, task_id: UUID) -> Sequence[Urge]:
    """What still waits for an answer on a locked task."""
    waiting = select(Urge).where(Urge.task_id == task_id, Urge.state == "open").order_by(Urge.urge_id)
    return (await session.scalars(waiting.execution_options(populate_existing=True))).all()


async def list_urges(
    session: AsyncSession, narrow: UrgeFilter, *, after: Place | None, limit: int, newest_first: bool
) -> Sequence[Urge]:
    """Urges, those said last first, or first, after the cursor."""
    by_tasks = narrow.own is not None and narrow.role == "part" and not await _has_many(session, narrow.own)
    statement, place = _listed(narrow, by_tasks=by_tasks), tuple_(Urge.urged_at, Urge.urge_id)
    if narrow.mandated is not None:
        statement = statement.where(await _in_programmes(session, narrow.mandated))
    if after is not None:
        statement = statement.where(place < tuple_(*after) if newest_first else place > tuple_(*after))
    keys = Urge.urged_at, Urge.urge_id
    ordered = statement.order_by(*(one.desc() for one in keys)) if newest_first else statement.order_by(*keys)
    return (await session.scalars(ordered.limit(limit))).all()


async def _has_many(session: AsyncSession, organisation_id: UUID) -> bool:
    """Whether a body has a part in so many tasks that reading its urges in their order soon fills a page."""
    beyond = select(Task.task_id).where(has_part(organisation_id)).offset(_MANY_TASKS).limit(1)
    return await session.scalar(beyond) is not None


def _listed(narrow: UrgeFilter, *, by_tasks: bool) -> Select[Urge]:
    statement = select(Urge).where(*_conditions(narrow, by_tasks=by_tasks))
    joined = narrow.mandated is not None or (narrow.own is not None and not by_tasks)
    return statement.join(Task, Task.task_id == Urge.task_id) if joined else statement


def _conditions(narrow: UrgeFilter, *, by_tasks: bool) -> list[ColumnElement[bool]]:
    wanted: tuple[tuple[object, Callable[..., ColumnElement[bool]]], ...] = (
        (narrow.task_id, lambda value: Urge.task_id == value),
        (narrow.state, lambda value: Urge.state == value),
        (narrow.kind, lambda value: Urge.kind == value),
        (narrow.to, lambda value: Urge.to == value),
        (narrow.programme, lambda value: Urge.programme == value),
        (narrow.organisation_ids, lambda value: Urge.organisation_id == among(value)),
        # By the instant, in whose order an index has them; it is of that day.
        (narrow.first, lambda value: Urge.urged_at >= civil_day_start(value)),
        (narrow.last, lambda value: Urge.urged_at <= civil_day_end(value)),
    )
    found = [_seen(narrow, by_tasks=by_tasks), *(condition(value) for value, condition in wanted if value is not None)]
    # Few of many are said by a body, and an index has those.
    said = narrow.kind in _SAID or narrow.state in _ANSWERABLE
    return [*found, literal_column("urge.kind <> 'rung'", Boolean)] if said else found


def _seen(narrow: UrgeFilter, *, by_tasks: bool = False) -> ColumnElement[bool]:
    public = and_(Urge.classification == "public", Urge.hidden.is_(False))
    if narrow.mandated is not None:
        return is_named(narrow.mandated)
    if narrow.own is None:
        return public
    if narrow.role == "part" and not by_tasks:
        return has_part(narrow.own)
    if narrow.role == "part":
        # By the order of the list, a body with few tasks would read the urges of all.
        tasks = select(Task.task_id).where(has_part(narrow.own)).scalar_subquery()
        return Urge.task_id == any_(func.array(tasks, type_=ARRAY(PgUUID(as_uuid=True))))
    column = Urge.author_organisation_id if narrow.role == "sent" else Urge.addressee_organisation_id
    # Who urged a task, or is told of it, need not have a part in it.
    return and_(column == narrow.own, or_(public, has_part(narrow.own)))


async def _in_programmes(session: AsyncSession, mandated: Mandated) -> ColumnElement[bool]:
    """What follows from a mandate that names programmes, or groups of their work, and no body: an index has it."""
    if mandated.organisation_ids:
        return true()
    ids = {*mandated.programme_ids, *(programme for programme, _ in mandated.groups)}
    slugs = (await session.scalars(select(Programme.slug).where(Programme.programme_id == among(ids)))).all()
    # By their names: of these the planner knows how many urges they have.
    return Urge.programme == any_(literal(list(slugs), ARRAY(Text)))


async def list_days(session: AsyncSession, organisation_id: UUID, before: date | None, limit: int) -> Sequence[Day]:
    """What a body was told, by day, the newest first, before the cursor; skipped rungs were not told."""

    def counted(*wanted: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(*wanted)

    seen = UrgeFilter(own=organisation_id, role="addressed")
    statement = (
        select(
            Urge.day,
            func.count(Urge.task_id.distinct()).label("tasks"),
            counted(Urge.kind == "rung", Urge.to == "doer").label("reminders"),
            counted(Urge.kind == "rung", Urge.to != "doer").label("escalations"),
            counted(Urge.kind == "urging").label("urgings"),
            counted(Urge.kind == "remark").label("remarks"),
            counted(Urge.state == "open").label("unanswered"),
        )
        .join(Task, Task.task_id == Urge.task_id)
        .where(_seen(seen), Urge.state != "skipped")
        .group_by(Urge.day)
        .order_by(Urge.day.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(Urge.day < before)
    return [dict(row) for row in (await session.execute(statement)).mappings()]


# A deadline that ran before goes on where its rungs were told.
_BEGIN = text(
    """INSERT INTO task_ladder AS l (task_id, deadline, told_to, next_at)
       VALUES (:task_id, :deadline, :given_at, CASE WHEN :runs THEN :next_at END)
       ON CONFLICT (task_id) DO UPDATE
       SET deadline = excluded.deadline,
           next_at = CASE WHEN l.deadline = excluded.deadline AND :runs THEN :now ELSE excluded.next_at END,
           told_to = CASE WHEN l.deadline = excluded.deadline THEN l.told_to ELSE greatest(excluded.told_to,
               (SELECT max(u.due_at) FROM urge u
                WHERE u.task_id = excluded.task_id AND u.deadline = excluded.deadline AND u.kind = 'rung')) END"""
).bindparams(*(bindparam(name, type_=_INSTANTS) for name in ("deadline", "given_at", "next_at", "now")))
_STAND_STILL = text("UPDATE task_ladder SET next_at = NULL WHERE task_id = :task_id AND next_at IS NOT NULL")


async def begin_ladder(session: AsyncSession, begun: Standing, *, runs: bool, now: datetime) -> None:
    """Let the ladder of a locked task be that of a deadline, and run if it does.

    For the deadline that it had it goes on where it was told, and is looked at.
    """
    values = {"task_id": begun.task_id, "deadline": begun.deadline, "given_at": begun.told_to, "runs": runs}
    await session.execute(_BEGIN, values | {"next_at": begun.next_at, "now": now})


async def stop_ladder(session: AsyncSession, task_id: UUID) -> None:
    """Let the ladder of a locked task stand still."""
    await session.execute(_STAND_STILL, {"task_id": task_id})


async def list_due(session: AsyncSession, now: datetime, most: int) -> Sequence[UUID]:
    """Tasks whose ladders are to be looked at."""
    due = select(TaskLadder.task_id).where(TaskLadder.next_at <= now)
    return (await session.scalars(due.order_by(TaskLadder.next_at, TaskLadder.task_id).limit(most))).all()


async def put_off(session: AsyncSession, task_id: UUID, until: datetime) -> None:
    """Look at the ladder of a task again at this instant, if it is to be looked at."""
    looked_at = update(TaskLadder).where(TaskLadder.task_id == task_id, TaskLadder.next_at < until)
    await session.execute(looked_at.values(next_at=until))


async def lock_ladders(session: AsyncSession, task_ids: Collection[UUID], now: datetime) -> Sequence[Standing]:
    """Those of these locked tasks whose ladders are still to be looked at, their rows locked in one order."""
    columns = TaskLadder.task_id, TaskLadder.deadline, TaskLadder.told_to, TaskLadder.next_at
    wanted = select(*columns).where(TaskLadder.task_id == among(task_ids), TaskLadder.next_at <= now)
    found = await session.execute(wanted.order_by(TaskLadder.task_id).with_for_update())
    return [Standing(*row) for row in found]


async def known_rules(session: AsyncSession, task_ids: Collection[UUID]) -> Mapping[tuple[UUID, datetime], set[str]]:
    """The rules of the rungs that these tasks have, told or skipped, by task and deadline."""
    rungs = select(Urge.task_id, Urge.deadline, Urge.rule).where(
        Urge.task_id == among(task_ids), literal_column("urge.kind = 'rung'", Boolean)
    )
    found: dict[tuple[UUID, datetime], set[str]] = {}
    for task_id, deadline, rule in await session.execute(rungs):
        assert deadline is not None, "a rung counts from one"
        assert rule is not None, "a rung has one"
        found.setdefault((task_id, deadline), set()).add(rule)
    return found


_PUT = text(
    """UPDATE task_ladder l SET told_to = p.told_to, next_at = p.next_at
       FROM unnest(:task_ids, :told, :next) AS p (task_id, told_to, next_at) WHERE l.task_id = p.task_id"""
).bindparams(
    _TASK_IDS,
    bindparam("told", type_=ARRAY(_INSTANTS)),
    bindparam("next", type_=ARRAY(_INSTANTS)),
)


async def put_ladders(session: AsyncSession, ladders: Sequence[Standing]) -> None:
    """Write how far these locked ladders were told, with one statement."""
    values = {
        "task_ids": [one.task_id for one in ladders],
        "told": [one.told_to for one in ladders],
        "next": [one.next_at for one in ladders],
    }
    await session.execute(_PUT, values)


_FIRST, _LAST = UUID(int=0), UUID(int=2**128 - 1)
_CHANGED = text(
    """INSERT INTO ladder_change AS c (programme_id, after_task_id) VALUES (:programme_id, :first)
       ON CONFLICT (programme_id) DO UPDATE SET after_task_id = excluded.after_task_id"""
).bindparams(bindparam("first", _FIRST, type_=PgUUID(as_uuid=True)))
_LOOK_AGAIN = text(
    f"""WITH due AS MATERIALIZED (
           SELECT l.task_id FROM task_ladder l JOIN task t USING (task_id)
           WHERE l.task_id > :after AND l.task_id <= :until AND t.programme_id = :programme_id
             AND t.kind = 'one_off' AND t.current_deadline = l.deadline
             AND t.status IN ({", ".join(f"'{status}'" for status in sorted(WORKED_ON))})
           ORDER BY l.task_id FOR UPDATE OF l)
       UPDATE task_ladder SET next_at = :now FROM due WHERE due.task_id = task_ladder.task_id"""  # noqa: S608 (constants)
).bindparams(bindparam("now", type_=_INSTANTS))


async def note_change(session: AsyncSession, programme_id: UUID) -> None:
    """Note that all running ladders of a programme are to be looked at: it has another one. Costs one row."""
    await session.execute(_CHANGED, {"programme_id": programme_id})


async def look_again(session: AsyncSession, now: datetime, most: int) -> bool:
    """Let so many ladders be looked at whose programme has another one; False: there is none, or another does it."""
    waiting = select(LadderChange).order_by(LadderChange.programme_id).limit(1)
    change = await session.scalar(waiting.with_for_update(skip_locked=True))
    if change is None:
        return False
    # Ladders of other programmes are passed over, so that a step reads so many whatever the programme.
    ladders = select(TaskLadder.task_id).where(TaskLadder.task_id > change.after_task_id)
    until = await session.scalar(ladders.order_by(TaskLadder.task_id).offset(most - 1).limit(1))
    values = {"programme_id": change.programme_id, "after": change.after_task_id, "until": until or _LAST, "now": now}
    await session.execute(_LOOK_AGAIN, values)
    if until is None:
        await session.delete(change)
    else:
        change.after_task_id = until
    return True


_LEFT = text(
    f"""INSERT INTO task_ladder (task_id, deadline, told_to, next_at)
       SELECT task_id, current_deadline, assigned_at, :now FROM task t
       WHERE recorded_at > :since AND kind = 'one_off' AND assigned_at IS NOT NULL AND current_deadline IS NOT NULL
         AND status IN ({", ".join(f"'{status}'" for status in sorted(WORKED_ON))})
         AND NOT EXISTS (SELECT FROM task_ladder l WHERE l.task_id = t.task_id)
       ON CONFLICT (task_id) DO NOTHING"""  # noqa: S608 (constants)
).bindparams(bindparam("now", type_=_INSTANTS), bindparam("since", type_=_INSTANTS))


async def take_up_left(session: AsyncSession, since: datetime, now: datetime) -> None:
    """Let ladders run of tasks that changed lately and have none: the release before assigned them."""
    await session.execute(_LEFT, {"since": since, "now": now})
