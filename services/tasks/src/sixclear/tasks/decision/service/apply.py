"""What was asked and decided over many tasks reaches them, in chunks, by the rules of a decision on one task.

Each part is locked before its task and written in the same transaction: it is safe to run twice, in several processes,
and after a process was killed in the middle of a chunk. A part at which the service fails waits while the others go on,
and is set aside when it failed again and again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.entity import HasVersion
from sixclear.common.errors import DomainError, InternalError
from sixclear.common.events.log import EventLog
from sixclear.common.use_case import Context
from sixclear.tasks.decision import parts as rows
from sixclear.tasks.decision.models import DecisionOverMany, DecisionPart, value_of
from sixclear.tasks.decision.schemas import DecisionAnswer, DecisionEntry
from sixclear.tasks.decision.service import ask, decide, succeed
from sixclear.tasks.decision.service.find import locked
from sixclear.tasks.decision.service.many import caller_of
from sixclear.tasks.task.schemas import Step
from sixclear.tasks.task.service.find import get_task, lock_records

_log = structlog.get_logger(__name__)

# After each failure of the service a part waits so long; after one more it is set aside.
_WAITS = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 600))


async def apply_decisions(database: Database, log: EventLog, clock: Clock, *, at_a_time: int = 25) -> int:
    """Take what waits to its tasks, a chunk in one transaction; answers how many parts that were.

    A task that cannot take it is named, and stops no other. Nor does a part at which the service itself fails: its
    chunk is done again without it.
    """
    reached = 0
    while True:
        parts: Sequence[DecisionPart] = ()
        at: tuple[UUID, UUID] | None = None
        try:
            async with database.transaction() as session:
                parts = await rows.lock_waiting(session, at_a_time, clock())
                whole = await rows.find_whole(session, parts[0].whole_id) if parts else None
                if whole is not None:
                    await _lock_tasks(Context(session, log, caller_of(whole.asker), clock()), whole, parts)
                for part in parts:
                    assert whole is not None, "its parts name it"
                    at = part.whole_id, part.task_id
                    await _reach(session, log, clock(), whole, part)
                at = None
        except Exception as error:
            if at is None:
                raise
            # Where the database is away, this fails too, and all of it is tried again.
            await _fail(database, at, error, clock())
            continue
        if not parts:
            if await _list_more(database):
                continue
            return reached
        log.wake()
        reached += len(parts)


async def _lock_tasks(ctx: Context, whole: DecisionOverMany, parts: Sequence[DecisionPart]) -> None:
    """Lock the tasks of a chunk, and those that take their places, in one order.

    Part by part, two chunks that name the same tasks would wait for each other: one holds the task into which it merges
    all of its own, the other one a task of both.
    """
    values = [value_of(column) for column in (whole.proposed, whole.decided) if column is not None]
    replacing = {task_id for value in values for task_id in value.replaced_by or ()}
    await lock_records(ctx, {part.task_id for part in parts} | replacing)


async def _list_more(database: Database) -> bool:
    """List the next open tasks of a body that has ended, a chunk in one transaction; False where none is left."""
    async with database.transaction() as session:
        whole = await rows.lock_listing(session)
        if whole is not None:
            await succeed.list_more(session, whole)
        return whole is not None


async def _fail(database: Database, at: tuple[UUID, UUID], error: Exception, now: datetime) -> None:
    """Note that the service failed at this part: it is tried again later, or set aside with the reason."""
    whole_id, task_id = at
    async with database.transaction() as session:
        part = await rows.lock_part(session, whole_id, task_id)
        if part is None or not (part.waits or part.moves):
            return  # Another process has done it meanwhile.
        part.failures += 1
        if part.failures > len(_WAITS):
            part.waits = part.moves = False
            part.problem = _told(InternalError(f"The service failed at this task {part.failures} times."))
        else:
            part.again_at = now + _WAITS[part.failures - 1]
        _log.error(
            "decision part failed",
            decision_id=str(whole_id),
            task_id=str(task_id),
            failures=part.failures,
            set_aside=not (part.waits or part.moves),
            exc_info=error,
        )


async def _reach(
    session: AsyncSession, log: EventLog, now: datetime, whole: DecisionOverMany, part: DecisionPart
) -> None:
    try:
        if part.moves:
            async with rows.alone(session):
                ctx = Context(session, log, caller_of(whole.asker), now)
                part.decision_id = await succeed.take_over(ctx, whole, part)
        elif part.decision_id is None and whole.state != "withdrawn":
            async with rows.alone(session):
                asked = await _ask(Context(session, log, caller_of(whole.asker), now), whole, part)
            part.decision_id = asked
        if part.waits and part.decision_id is not None and whole.state != "asked":
            async with rows.alone(session):
                await _answer(session, log, now, whole, part.decision_id)
    except DomainError as error:
        if error.status >= InternalError.status:
            raise
        part.problem = _told(error)
    part.waits = part.moves = False
    await session.flush()


async def _ask(ctx: Context, whole: DecisionOverMany, part: DecisionPart) -> UUID:
    task = await get_task(ctx, part.task_id, lock=True)
    entry = DecisionEntry.model_validate(whole.entry)
    entry.occurred_at = max(whole.asked_at, task.assigned_at or whole.asked_at)
    decision, _ = await ask.ask(ctx, part.task_id, entry, part)
    return decision.decision_id


async def _answer(session: AsyncSession, log: EventLog, now: datetime, whole: DecisionOverMany, one: UUID) -> None:
    """What was decided over all of them, or that it was taken back.

    It has the instant of the whole. A task that changed after it, before it was reached, takes it after that change.
    """
    if whole.state == "withdrawn":
        ctx = Context(session, log, caller_of(whole.asker), now)
        await ask.withdraw(ctx, one, Step(), _any_version)
        return
    assert whole.decider is not None, "it is decided"
    assert whole.decided_at is not None, "it is decided"
    ctx = Context(session, log, caller_of(whole.decider), now)
    decision, task = await locked(ctx, one, _any_version)
    answer = DecisionAnswer.model_validate(whole.answer)
    answer.occurred_at = max(whole.decided_at, decision.occurred_at, task.occurred_at)
    await decide.decide(ctx, one, answer, _any_version)


def _any_version(_: HasVersion | None) -> None:
    """What was decided over many tasks is decided whatever their versions are."""


def _told(error: DomainError) -> dict[str, Any]:
    pointer = error.errors[0].get("pointer") if error.errors else None
    return {"code": error.code, "detail": error.detail, "pointer": pointer}
