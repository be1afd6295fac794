"""Accepted ideas become proposed tasks: once each, whatever is told again."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bus.envelope import Envelope
from sixclear.common.caller import Caller
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.use_case import Context
from sixclear.tasks.feedback_proposal import repository
from sixclear.tasks.feedback_proposal.models import FeedbackProposal
from sixclear.tasks.organisation import service as organisations
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.task.service.origin import propose_from

SOURCE = "feedback"
_log = structlog.get_logger(__name__)
_CHUNK = 100


async def take(session: AsyncSession, log: EventLog, clock: Clock, envelopes: Sequence[Envelope]) -> None:
    """Keep what feedback says of accepted ideas, and open the tasks of those that have none.

    Safe to run again, in any order of batches. An idea that was withdrawn opens no task any more; the task that came
    of one before stays as it is: people cancel it.
    """
    newest: dict[UUID, Envelope] = {}
    for envelope in envelopes:
        known = newest.get(envelope.entity_id, envelope)
        if (known.epoch, known.version) <= (envelope.epoch, envelope.version):
            newest[envelope.entity_id] = envelope
    await repository.keep(session, [_row(newest[proposal_id]) for proposal_id in sorted(newest)])
    await _open(Context(session, log, Caller(SOURCE), clock()))


async def open_left(database: Database, log: EventLog, clock: Clock) -> int:
    """Open the tasks of ideas whose programme was not known when they came; answers how many."""
    opened = 0
    while True:
        async with database.transaction() as session:
            count = await _open(Context(session, log, Caller(SOURCE), clock()))
        opened += count
        if count < _CHUNK:
            break
    if opened:
        log.wake()
        _log.info("tasks of accepted ideas opened", tasks=opened)
    return opened


async def _open(ctx: Context) -> int:
    waiting = await repository.lock_waiting(ctx.session, _CHUNK)
    for idea, programme in waiting:
        idea.task_id = await propose_from(
            ctx,
            SOURCE,
            idea.proposal_id,
            programme,
            title=idea.title or "",
            description=_described(idea),
            lead_organisation_id=await _standing(ctx, idea.organisation_id, programme),
            demonstration=idea.demonstration,
        )
    await ctx.session.flush()
    return len(waiting)


async def _standing(ctx: Context, organisation_id: UUID | None, programme: Programme) -> UUID | None:
    """The body that took the idea up, or the one that has its work since it ended; None where there is none.

    It does not end before the transaction does.
    """
    named = [str(one) for one in (organisation_id, programme.owner_organisation_id) if one]
    known = await organisations.known_organisations(ctx.session, named, hold=True)
    body = known.get(str(organisation_id))
    if body is not None and body.ended:
        successors = [str(body.successor_id)] if body.successor_id else []
        body = next(iter((await organisations.known_organisations(ctx.session, successors, hold=True)).values()), None)
    return None if body is None or body.ended else body.organisation_id


def _described(idea: FeedbackProposal) -> str:
    steps = [f"- {step['text']}" + (f" ({step['due_on']})" if step["due_on"] else "") for step in idea.promised_steps]
    return "\n".join([idea.abstract or "", *(["", *steps] if steps else [])])


def _row(envelope: Envelope) -> dict[str, Any]:
    data, accepted = envelope.data, envelope.change != "withdrawn"
    return {
        "proposal_id": envelope.entity_id,
        "status": "accepted" if accepted else "withdrawn",
        "title": data.get("title"),
        "abstract": data.get("abstract"),
        "programme": data.get("programme"),
        "organisation_id": UUID(data["organisation_id"]) if accepted else None,
        "promised_steps": data.get("promised_steps", []),
        "demonstration": data.get("demonstration", False),
        "epoch": envelope.epoch,
        "version": envelope.version,
    }
