"""Decisions over many tasks in the database: what was asked and decided once, and its part at each task."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, false, func, not_, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction
from sqlalchemy.orm import selectinload

from sixclear.tasks.decision.models import Decision, DecisionOverMany, DecisionPart
from sixclear.tasks.decision.repository import AWAITS_ACCEPTANCE
from sixclear.tasks.task.filters import among, has_part
from sixclear.tasks.task.models import Task


@dataclass(frozen=True, slots=True)
class PartFilter:
    """Which parts of a decision over many tasks a reader is told of.

    Without `everything` those on tasks that are public and were when it was asked, or in which the body `own` has a
    part. `outcome` narrows them further.
    """

    whole: DecisionOverMany
    own: UUID | None
    everything: bool
    outcome: str | None = None


_OUTCOME: ColumnElement[str] = case(
    (or_(DecisionPart.waits, DecisionPart.moves), "waiting"),
    (DecisionPart.problem.is_(None), "done"),
    else_="rejected",
)


async def find_whole(session: AsyncSession, decision_id: UUID, *, lock: bool = False) -> DecisionOverMany | None:
    """The decision over many tasks with this identifier."""
    return await session.get(DecisionOverMany, decision_id, with_for_update=lock or None, populate_existing=lock)


async def list_parts(
    session: AsyncSession, narrow: PartFilter, *, after: UUID | None, limit: int
) -> Sequence[DecisionPart]:
    """What became of a decision over many tasks, in the order of the tasks' identifiers, after one of them."""
    statement = select(DecisionPart).where(*_told(narrow))
    if after is not None:
        statement = statement.where(DecisionPart.task_id > after)
    if narrow.outcome is not None:
        statement = statement.where(_OUTCOME.in_([narrow.outcome]))
    return (await session.scalars(statement.order_by(DecisionPart.task_id).limit(limit))).all()


async def count_parts(session: AsyncSession, narrow: PartFilter) -> dict[str, int]:
    """How many tasks of a decision over many have each outcome; outcomes that none has are left out."""
    counted = select(_OUTCOME, func.count()).where(*_told(narrow)).group_by(_OUTCOME)
    return {row[0]: row[1] for row in await session.execute(counted)}


async def unreached_among(session: AsyncSession, whole_id: UUID) -> set[UUID]:
    """The tasks of which it is not known yet whether they could take what was asked."""
    unreached = DecisionPart.whole_id == whole_id, DecisionPart.waits, DecisionPart.decision_id.is_(None)
    return set(await session.scalars(select(DecisionPart.task_id).where(*unreached)))


async def askable_tasks(session: AsyncSession, whole_id: UUID) -> Sequence[UUID]:
    """The tasks of a request over many, at most 500, that could take what was asked, or may yet."""
    taken = DecisionPart.whole_id == whole_id, DecisionPart.problem.is_(None)
    return (await session.scalars(select(DecisionPart.task_id).where(*taken))).all()


def _told(narrow: PartFilter) -> list[ColumnElement[bool]]:
    of_whole = DecisionPart.whole_id == narrow.whole.decision_id
    if narrow.everything:
        return [of_whole]
    its_task = Task.task_id == DecisionPart.task_id
    concerned = false() if narrow.own is None else exists().where(its_task, has_part(narrow.own))
    restricted = exists().where(its_task, Task.classification != "public")
    hidden = exists().where(Decision.decision_id == DecisionPart.decision_id, Decision.hidden)
    public = not_(or_(DecisionPart.hidden, restricted, hidden))
    if narrow.whole.ended_organisation_id is not None:
        return [of_whole, or_(concerned, public)]
    # Where nothing was asked on a task, it is not said whether it is there.
    return [of_whole, or_(DecisionPart.decision_id.is_(None), concerned, public)]


async def tasks_named(session: AsyncSession, task_ids: Sequence[UUID]) -> Sequence[Task]:
    """Those of these tasks that are there, with their programmes; not locked."""
    named = select(Task).where(Task.task_id.in_(task_ids)).options(selectinload(Task.programme))
    return (await session.scalars(named.order_by(Task.task_id))).all()


async def names_restricted(session: AsyncSession, whole: DecisionOverMany) -> bool:
    """Whether a decision over many tasks was asked for on a task that is restricted, or was when it was asked."""
    restricted = exists().where(*_asked_on(whole), Task.classification != "public")
    asked_hidden = exists().where(*_asked_on(whole), DecisionPart.hidden)
    parts = DecisionPart.whole_id == whole.decision_id, Decision.decision_id == DecisionPart.decision_id
    hidden = exists().where(*parts, Decision.hidden)
    return bool((await session.scalars(select(or_(restricted, asked_hidden, hidden)))).one())


async def has_part_in(session: AsyncSession, whole: DecisionOverMany, own: UUID) -> bool:
    """Whether a body has a part in a task on which a decision over many was asked for."""
    concerned = exists().where(*_asked_on(whole), has_part(own))
    return bool((await session.scalars(select(concerned))).one())


def _asked_on(whole: DecisionOverMany) -> list[ColumnElement[bool]]:
    """The tasks that a request reached, or will, or would have; work that goes to a successor is named from the start.

    One in which the asking body has no part does not count: it would be told whether the task is there.
    """
    named = [DecisionPart.whole_id == whole.decision_id, Task.task_id == DecisionPart.task_id]
    askable = or_(DecisionPart.decision_id.is_not(None), has_part(whole.asked_by_organisation_id))
    return named if whole.ended_organisation_id is not None else [*named, askable]


async def open_tasks_of(
    session: AsyncSession, body_id: UUID, after: UUID | None, limit: int
) -> Sequence[tuple[UUID, bool]]:
    """The tasks and proposals that are open and in which a body has a part, made the proposal, or a part in what is
    asked on them; also those that come to it from a body that has ended, and have not arrived, and completed ones on
    which something is asked of it. In the order of their identifiers, after one of them; True: it is restricted."""
    named = or_(
        Decision.asked_by_organisation_id == body_id,
        Decision.proposed["organisation"].astext == str(body_id),
        Decision.decided["organisation"].astext == str(body_id),
    )
    undecided = or_(Decision.state == "asked", and_(*AWAITS_ACCEPTANCE))
    on_them = select(Decision.task_id).where(undecided, named)
    is_open = Task.completed_at.is_(None), Task.cancelled_at.is_(None), Task.status.not_in(("completed", "cancelled"))
    coming = select(DecisionPart.task_id).join(DecisionOverMany, DecisionOverMany.decision_id == DecisionPart.whole_id)
    coming = coming.where(DecisionPart.moves, _goes_to(body_id))
    made = Task.proposed_by_organisation_id == body_id
    own = or_(has_part(body_id), made, Task.task_id.in_(coming))
    found = or_(and_(*is_open, own), Task.task_id.in_(on_them))
    statement = select(Task.task_id, Task.classification != "public").where(found)
    if after is not None:
        statement = statement.where(Task.task_id > after)
    return [(row[0], row[1]) for row in await session.execute(statement.order_by(Task.task_id).limit(limit))]


async def is_expected(session: AsyncSession, body_id: UUID) -> bool:
    """Whether work of a body that has ended is on its way to another one: not listed, not moved, or refused there."""
    to_body = DecisionOverMany.ended_organisation_id.is_not(None), _goes_to(body_id)
    not_there = or_(DecisionPart.moves, DecisionPart.problem.is_not(None))
    still_open = Task.task_id == DecisionPart.task_id, Task.status.not_in(("completed", "cancelled"))
    of_whole = DecisionPart.whole_id == DecisionOverMany.decision_id
    coming = or_(DecisionOverMany.listed_to.is_not(None), exists().where(of_whole, not_there, *still_open))
    return bool((await session.scalars(select(exists().where(*to_body, coming)))).one())


def _goes_to(body_id: UUID) -> ColumnElement[bool]:
    named: ColumnElement[str] = DecisionOverMany.proposed["organisation"].astext
    return named.in_([str(body_id)])


async def find_succession(session: AsyncSession, body_id: UUID) -> UUID | None:
    """The decision by which the open work of a body went to its successor."""
    of_body = select(DecisionOverMany.decision_id).where(DecisionOverMany.ended_organisation_id == body_id)
    return await session.scalar(of_body)


async def ask_in_the_name_of(session: AsyncSession, former: UUID, successor: UUID) -> None:
    """What a body has asked over many tasks, and is not decided, is asked by its successor."""
    asked = DecisionOverMany.state == "asked", DecisionOverMany.asked_by_organisation_id == former
    asker = DecisionOverMany.asker.concat({"organisation_id": str(successor)})
    changed: dict[str, object] = {"asked_by_organisation_id": successor, "asker": asker}
    await session.execute(update(DecisionOverMany).where(*asked).values(changed))


async def lock_listing(session: AsyncSession) -> DecisionOverMany | None:
    """A decision over the open work of a body, its row locked, of which not all tasks have a part; none of others."""
    listing = select(DecisionOverMany).where(DecisionOverMany.listed_to.is_not(None))
    return await session.scalar(
        listing.order_by(DecisionOverMany.decision_id).limit(1).with_for_update(skip_locked=True)
    )


async def add_moving(session: AsyncSession, whole_id: UUID, tasks: Sequence[tuple[UUID, bool]]) -> None:
    """Let these tasks, restricted or not, go to the successor of a body that has ended; those with a part keep it."""
    moving = {"whole_id": whole_id, "waits": False, "moves": True}
    if tasks:
        parts = [moving | {"task_id": task_id, "hidden": hidden} for task_id, hidden in tasks]
        await session.execute(insert(DecisionPart).on_conflict_do_nothing(), parts)


async def move_again(
    session: AsyncSession,
    whole_id: UUID,
    task_ids: Sequence[UUID] | None,
    organisation_id: UUID | None,
    decided_at: datetime | None,
) -> None:
    """Let what was refused at these tasks, or at all, go on: to the successor, or to another body from an instant."""
    refused = [
        DecisionPart.whole_id == whole_id,
        DecisionPart.problem.is_not(None),
        DecisionPart.moves.is_(False),
    ]
    if task_ids is not None:
        refused.append(DecisionPart.task_id == among(task_ids))
    again: dict[str, object] = {"moves": True, "problem": null(), "failures": 0, "again_at": None}
    to_another = {} if organisation_id is None else {"organisation_id": organisation_id, "decided_at": decided_at}
    await session.execute(update(DecisionPart).where(*refused).values(again | to_another))


async def let_wait(session: AsyncSession, whole_id: UUID) -> None:
    """Let what was decided go to every task that could take what was asked."""
    taken = DecisionPart.whole_id == whole_id, DecisionPart.problem.is_(None)
    again: dict[str, object] = {"waits": True, "failures": 0, "again_at": None}
    await session.execute(update(DecisionPart).where(*taken).values(again))


async def lock_part(session: AsyncSession, whole_id: UUID, task_id: UUID) -> DecisionPart | None:
    """A part, its row locked."""
    return await session.get(DecisionPart, (whole_id, task_id), with_for_update=True)


async def lock_waiting(session: AsyncSession, limit: int, now: datetime) -> Sequence[DecisionPart]:
    """Parts of one decision over many tasks that wait, locked, in the order of their tasks; not those of others.

    What failed is left out until its time has come.
    """
    due = (
        or_(DecisionPart.waits, DecisionPart.moves),
        or_(DecisionPart.again_at.is_(None), DecisionPart.again_at <= now),
    )
    waiting = select(DecisionPart).where(*due).order_by(DecisionPart.whole_id, DecisionPart.task_id)
    found = (await session.scalars(waiting.limit(limit).with_for_update(skip_locked=True))).all()
    return [part for part in found if part.whole_id == found[0].whole_id]


def alone(session: AsyncSession) -> AsyncSessionTransaction:
    """A savepoint around what follows: where it is refused, it alone is undone."""
    return session.begin_nested()
