"""Whom an overdue case is told to, rung by rung."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

import structlog

from sixclear.common.caller import Caller
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.use_case import Context
from sixclear.feedback.escalation import repository
from sixclear.feedback.escalation.models import Escalation
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.submission.access import persons_of
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.service import overdue
from sixclear.feedback.submission.service.hours import of_case

_log = structlog.get_logger(__name__)
# A transaction that writes events ends within seconds.
_CHUNK = 500
_CLOCK = Caller("clock")
_Rung = Literal["head", "superior", "standing"]


async def escalate(database: Database, log: EventLog, clock: Clock, hub: UUID, standing: UUID) -> int:
    """Tell each overdue case one rung higher when its time has come; answers how many were told.

    Safe to run again, late, and in several processes: the row of the case says its rung, and is locked meanwhile. After
    a long sleep the rungs are told one after the other.
    """
    told = 0
    for rung in get_args(_Rung):
        while True:
            async with database.transaction() as session:
                ctx = Context(session, log, _CLOCK, clock())
                cases = await overdue.lock_escalating(session, rung, ctx.now, _CHUNK)
                for submission in cases:
                    body = await _body(ctx, submission, rung, hub, standing)
                    await _tell(of_case(ctx, submission), submission, rung, body)
            told += len(cases)
            if len(cases) < _CHUNK:
                break
    if told:
        log.wake()
        _log.info("overdue cases escalated", cases=told)
    return told


async def list_escalations(
    ctx: Context,
    hub: UUID,
    rung: str | None,
    *,
    open_only: bool | None,
    after: tuple[datetime, UUID, str] | None,
    limit: int,
) -> Sequence[tuple[Escalation, Submission]]:
    """What was told to the caller's body, with where the cases stand now, oldest first: all for the hub.

    None of a case that the caller reviews.
    """
    own, persons = ctx.caller.own_organisation(), persons_of(ctx.caller)
    return await repository.list_escalations(
        ctx.session, None if own == hub else own, persons, rung, open_only=open_only, after=after, limit=limit
    )


async def _body(ctx: Context, submission: Submission, rung: str, hub: UUID, standing: UUID) -> UUID:
    own = submission.organisation_id or hub
    if rung == "head":
        return own
    if rung == "standing":
        return standing
    return await organisations.superior_of(ctx, own) or hub


async def _tell(ctx: Context, submission: Submission, rung: str, body: UUID) -> None:
    told_at = await overdue.escalate(ctx, submission, rung)
    ctx.session.add(
        Escalation(submission_id=submission.submission_id, rung=rung, organisation_id=body, escalated_at=told_at)
    )
