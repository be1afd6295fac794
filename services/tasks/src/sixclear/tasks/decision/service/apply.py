"""What was asked and decided over many tasks reaches them, in chunks, by the rules of a decision on one task.

Each part is locked before its task and written in the same transaction: it is safe to run twice, in several processes,
and after a process was killed in the middle of a chunk.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.entity import HasVersion
from sixclear.common.errors import DomainError
from sixclear.common.events.log import EventLog
from sixclear.common.use_case import Context
from sixclear.tasks.decision import repository as rows
from sixclear.tasks.decision.models import DecisionOverMany, DecisionPart
from sixclear.tasks.decision.schemas import DecisionAnswer, DecisionEntry
from sixclear.tasks.decision.service import ask, decide
from sixclear.tasks.decision.service.find import locked
from sixclear.tasks.decision.service.many import caller_of
from sixclear.tasks.task.schemas import Step
from sixclear.tasks.task.service.find import get_task


async def apply_decisions(database: Database, log: EventLog, clock: Clock, *, at_a_time: int = 25) -> int:
    """Take what waits to its tasks, a chunk in one transaction; answers how many parts that were.

    A task that cannot take it is named, and stops no other.
    """
    reached = 0
    while True:
        async with database.transaction() as session:
            parts = await rows.lock_waiting(session, at_a_time)
            if parts:
                await _reach_all(session, log, clock(), parts)
        if not parts:
            return reached
        log.wake()
        reached += len(parts)


async def _reach_all(session: AsyncSession, log: EventLog, now: datetime, parts: Sequence[DecisionPart]) -> None:
    whole = await rows.find_whole(session, parts[0].whole_id)
    assert whole is not None, "its parts name it"
    for part in parts:
        try:
            if part.decision_id is None and whole.state != "withdrawn":
                async with rows.alone(session):
                    asked = await _ask(Context(session, log, caller_of(whole.asker), now), whole, part.task_id)
                part.decision_id = asked
            if part.decision_id is not None and whole.state != "asked":
                async with rows.alone(session):
                    await _answer(session, log, now, whole, part.decision_id)
        except DomainError as error:
            part.problem = _told(error)
        part.waits = False
        await session.flush()


async def _ask(ctx: Context, whole: DecisionOverMany, task_id: UUID) -> UUID:
    task = await get_task(ctx, task_id, lock=True)
    entry = DecisionEntry.model_validate(whole.entry)
    entry.occurred_at = max(whole.asked_at, task.assigned_at or whole.asked_at)
    decision, _ = await ask.ask(ctx, task_id, entry, whole.decision_id)
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
    return {"code": error.code, "detail": error.detail or error.title, "pointer": pointer}
