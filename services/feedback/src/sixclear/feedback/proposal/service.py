"""Proposals: worded by one person, published by another, followed by their tasks until the result."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bus.envelope import Envelope
from sixclear.common.caller import Caller
from sixclear.common.change import Change
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.errors import DomainError
from sixclear.common.events.log import EventLog
from sixclear.common.recording import record
from sixclear.common.use_case import Context, Expect, ReferenceUnknown
from sixclear.feedback.answer.lifecycle import require_other_publisher, require_person
from sixclear.feedback.fields import Step
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.proposal import lifecycle, repository
from sixclear.feedback.proposal.errors import ProposalNotFound
from sixclear.feedback.proposal.lifecycle import IdeaState
from sixclear.feedback.proposal.models import WORDS, Proposal, seal_words, wording_of, words_of
from sixclear.feedback.proposal.recording import PROPOSAL
from sixclear.feedback.proposal.schemas import ProposalEntry, ProposalWithdrawal
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.sealing.errors import CaseErased
from sixclear.feedback.sealing.values import CaseKey
from sixclear.feedback.submission.models import Submission, by_hour
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.submission.service.hours import of_case
from sixclear.feedback.submission.service.texts import title_and_text
from sixclear.feedback.transparency.hours import hours_before

_log = structlog.get_logger(__name__)
_BODY = "#/organisation_id"
_CHUNK = 100
_CLOCK = Caller("clock")
_OF_TASK = (
    *("code", "title", "status", "lead_organisation_id", "percent", "current_deadline", "last_report_at"),
    *("assigned_at", "completed_at", "cancelled_at", "replaced_by"),
)
_INSTANTS = ("current_deadline", "last_report_at", "assigned_at", "completed_at", "cancelled_at")


async def find_of_case(ctx: Context, submission_id: UUID) -> Proposal | None:
    """The public proposal of a case, withdrawn or not; None before it is public."""
    proposal = await repository.find_of_case(ctx.session, submission_id)
    return proposal if proposal is not None and proposal.version > 0 else None


async def get_public(ctx: Context, proposal_id: UUID) -> Proposal:
    """A public proposal; raises ProposalNotFound, also for one whose hour is not over."""
    proposal = await repository.find_public(ctx.session, proposal_id)
    if proposal is None:
        raise ProposalNotFound("No public proposal has this identifier.")
    return proposal


async def list_public(
    ctx: Context, programme: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Proposal]:
    """Public proposals, newest first."""
    return await repository.list_public(ctx.session, programme, after, limit)


async def get_of_case(ctx: Context, hub: UUID, submission_id: UUID) -> Proposal:
    """The proposal of a case that the caller handles; raises ProposalNotFound."""
    await submissions.get_submission(ctx, hub, submission_id)
    return _there(await repository.find_of_case(ctx.session, submission_id))


async def word(
    ctx: Context, hub: UUID, submission_id: UUID, entry: ProposalEntry, expect: Expect
) -> tuple[Proposal, Submission, bool]:
    """Write, or write again, what everyone is to read; True when it is new. Another person publishes it.

    Answers the case too. Raises ProposalNotPossible, WordsOfSender, PersonNotKnown, ReferenceUnknown, and
    TransitionNotAllowed for one that is public.
    """
    require_person(ctx.caller)
    submission = await submissions.locked(ctx, hub, submission_id, expect)
    ctx = of_case(ctx, submission)
    lifecycle.require_possible(_idea(submission))
    lifecycle.require_own_words((await title_and_text(ctx, submission))["text"], entry.abstract)
    said = await _said(ctx, submission, entry)
    key = await sealing.key_to_write(ctx, submission_id)
    proposal = await repository.find_of_case(ctx.session, submission_id, lock=True)
    if proposal is None or proposal.status == "withdrawn":
        proposal = _new(ctx, submission)
        _put(key, proposal, said, entry)
        ctx.session.add(proposal)
        await ctx.session.flush()
        return proposal, submission, True
    lifecycle.word(proposal.status)
    _put(key, proposal, said, entry)
    proposal.recorded_at = ctx.now
    return proposal, submission, False


async def _said(ctx: Context, submission: Submission, entry: ProposalEntry) -> dict[str, Any]:
    programme = entry.programme or submission.programme
    if programme is None:
        raise ReferenceUnknown(
            "The case has no programme yet, and a proposal is of one.",
            errors=[{"pointer": "#/programme", "code": "programme-missing", "detail": "Name the programme."}],
        )
    body = submission.organisation_id
    if entry.organisation_id is not None:
        body = (await organisations.referenced(ctx, {_BODY: entry.organisation_id}))[_BODY]
    if body is None:
        raise ReferenceUnknown(
            "The case was given to no body yet.",
            errors=[{"pointer": _BODY, "code": "organisation-missing", "detail": "Name the body that takes it up."}],
        )
    return {
        "programme": programme,
        "organisation_id": body,
        "worded_by": ctx.caller.client_id,
        "worded_person": ctx.caller.person,
        "worded_position": ctx.caller.position,
    }


def _put(key: CaseKey, proposal: Proposal, said: Mapping[str, Any], entry: ProposalEntry) -> None:
    for name, value in said.items():
        setattr(proposal, name, value)
    words = entry.model_dump(mode="json", include=set(WORDS))
    proposal.words_sealed = seal_words(key, proposal.proposal_id, words)


def _new(ctx: Context, submission: Submission) -> Proposal:
    return Proposal(
        # By chance alone: an identifier with a time in it would lead to the case.
        proposal_id=uuid4(),
        submission_id=submission.submission_id,
        status="worded",
        accepted_at=None,
        withdrawn_at=None,
        demonstration=submission.demonstration,
        version=0,
        published_version=None,
        occurred_at=ctx.now,
        recorded_at=ctx.now,
    )


async def publish(
    ctx: Context, hub: UUID, submission_id: UUID, step: Step, expect: Expect
) -> tuple[Proposal, Submission]:
    """Publish the words that another person wrote, after an answer that accepted the case.

    Raises ProposalNotFound, ProposalNotPossible, PersonNotKnown and PublicationByDrafter.
    """
    submission = await submissions.locked(ctx, hub, submission_id, expect)
    proposal = _there(await repository.find_of_case(ctx.session, submission_id, lock=True))
    lifecycle.require_possible(_idea(submission))
    lifecycle.require_accepted(_idea(submission))
    require_other_publisher(wording_of(proposal), ctx.caller)
    ctx = of_case(ctx, submission)
    await _accept(ctx, submission, proposal, ctx.fact_time(step.occurred_at, submission.occurred_at))
    return proposal, submission


async def follow_answer(ctx: Context, submission: Submission, publisher: Caller) -> None:
    """Publish the words that wait with an answer that accepts the case, in its transaction.

    Where they may not be published yet they wait for `publish`: the words of who publishes the answer, for one.
    """
    case = _idea(submission)
    if not lifecycle.is_accepted(case):
        return
    proposal = await repository.find_of_case(ctx.session, submission.submission_id, lock=True)
    if proposal is None or proposal.status != "worded":
        return
    try:
        lifecycle.require_possible(case)
        require_other_publisher(wording_of(proposal), publisher)
    except DomainError as refused:
        _log.info("proposal waits for another publisher", reason=refused.code)
        return
    await _accept(ctx, submission, proposal, submission.occurred_at)


async def _accept(ctx: Context, submission: Submission, proposal: Proposal, accepted_at: datetime) -> None:
    """Accept it; where only the hour of the case is kept, `publish_waiting` publishes it when that is over."""
    change = lifecycle.accept(proposal.status, accepted_at)
    if not by_hour(submission):
        words = await _words(ctx, proposal)
        await record(ctx, proposal, Change(change.name, {**change.fields, **words}), accepted_at, PROPOSAL)
        return
    for name, value in change.fields.items():
        setattr(proposal, name, value)


async def _words(ctx: Context, proposal: Proposal) -> dict[str, Any]:
    """The columns of words that become public."""
    key = await sealing.key_to_read(ctx, proposal.submission_id)
    return {**words_of(key, proposal), "words_sealed": None}


async def withdraw(
    ctx: Context, hub: UUID, submission_id: UUID, entry: ProposalWithdrawal, expect: Expect
) -> tuple[Proposal, Submission]:
    """Take a proposal back; its words are public no more. What came of it in `tasks` is for people to cancel.

    Also once the case was erased; then the reason is not kept.
    """
    submission = await submissions.locked(ctx, hub, submission_id, expect)
    proposal = _there(await repository.find_of_case(ctx.session, submission_id, lock=True))
    occurred_at = ctx.fact_time(entry.occurred_at, proposal.occurred_at)
    change = lifecycle.withdraw(proposal.status, of_case(ctx, submission).now if by_hour(submission) else occurred_at)
    if proposal.version:
        reason = await _sealed_reason(ctx, submission_id, entry.reason)
        await record(ctx, proposal, change, occurred_at, PROPOSAL, reason=reason)
        return proposal, submission
    for name, value in change.fields.items():
        setattr(proposal, name, value)
    return proposal, submission


async def _sealed_reason(ctx: Context, submission_id: UUID, reason: str | None) -> str | None:
    """The reason as its event keeps it. Of an erased case none is kept: no key is left that could seal it."""
    try:
        return await sealing.seal_reason(ctx, submission_id, reason)
    except CaseErased:
        return None


async def publish_waiting(database: Database, log: EventLog, clock: Clock) -> int:
    """Publish what was accepted in hours that are over, in an order by chance; answers how many.

    What its sender no longer agrees to, or whose case is open again, waits until that is otherwise.
    Safe to run again and in several processes: a row is locked, and published once.
    """
    published = 0
    while True:
        async with database.transaction() as session:
            ctx = Context(session, log, _CLOCK, clock())
            waiting = await repository.lock_waiting(session, hours_before(ctx.now), _CHUNK)
            for proposal in waiting:
                words = await _words(ctx, proposal)
                if words["title"] is None:
                    proposal.status = "withdrawn"  # the keys of the case are gone, and its words with them
                    continue
                accepted_at = proposal.accepted_at or ctx.now
                await record(ctx, proposal, Change("accepted", words), accepted_at, PROPOSAL)
        published += len(waiting)
        if len(waiting) < _CHUNK:
            break
    if published:
        log.wake()
    return published


async def keep_tasks(session: AsyncSession, envelopes: Sequence[Envelope]) -> None:
    """Keep the newest public state of each task that came of a proposal; all other tasks are passed by.

    Safe to run again, in any order of batches: the event of a row says whether another one is newer.
    """
    named = {one.entity_id: origin for one in envelopes if (origin := _origin(one.data)) is not None}
    silent = {one.entity_id for one in envelopes if one.change == "withdrawn"} - named.keys()
    named |= await repository.known_tasks(session, silent) if silent else {}
    newest: dict[UUID, Envelope] = {}
    for envelope in envelopes:
        known = newest.get(envelope.entity_id, envelope)
        if envelope.entity_id in named and (known.epoch, known.version) <= (envelope.epoch, envelope.version):
            newest[envelope.entity_id] = envelope
    if newest:
        rows = [_row(newest[task_id], named[task_id]) for task_id in sorted(newest)]
        await repository.keep_tasks(session, rows)


def _origin(data: dict[str, Any]) -> UUID | None:
    """The proposal that a task came of, as `tasks` alone can say it."""
    origin = data.get("origin")
    return UUID(origin["id"]) if origin and origin["source"] == "feedback" else None


def _row(envelope: Envelope, proposal_id: UUID) -> dict[str, Any]:
    data = envelope.data
    row: dict[str, Any] = {name: data.get(name) for name in _OF_TASK}
    row |= {name: datetime.fromisoformat(row[name]) for name in _INSTANTS if row[name]}
    row["replaced_by"] = None if row["replaced_by"] is None else [UUID(one) for one in row["replaced_by"]]
    row["lead_organisation_id"] = row["lead_organisation_id"] and UUID(row["lead_organisation_id"])
    return row | {
        "task_id": envelope.entity_id,
        "proposal_id": proposal_id,
        "public": envelope.change != "withdrawn",
        "epoch": envelope.epoch,
        "version": envelope.version,
    }


def _idea(submission: Submission) -> IdeaState:
    return IdeaState(
        kind=submission.kind,
        consent=submission.consent,
        status=submission.status,
        outcome=submission.outcome,
    )


def _there(proposal: Proposal | None) -> Proposal:
    if proposal is None:
        raise ProposalNotFound("No proposal of this case has been written.")
    return proposal
