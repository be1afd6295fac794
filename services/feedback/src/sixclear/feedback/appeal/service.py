"""A case is opened again once by its sender; an appeal goes to the body above, and is decided by who had no part."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.common.caller import Caller
from sixclear.common.transparency.statements import Kind
from sixclear.common.use_case import Context
from sixclear.feedback.answer.service import require_no_part
from sixclear.feedback.appeal import repository, rules
from sixclear.feedback.appeal.access import require_decider
from sixclear.feedback.appeal.errors import DecisionByAnswerer
from sixclear.feedback.appeal.models import Appeal, Reopening, seal_decision, seal_reason, seal_reopening, state_of
from sixclear.feedback.appeal.rules import Standing, Way
from sixclear.feedback.appeal.schemas import DecisionEntry
from sixclear.feedback.notice import service as notices
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.submission.access import persons_of
from sixclear.feedback.submission.models import Submission, by_hour
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.submission.service import steps
from sixclear.feedback.submission.service.hours import of_case
from sixclear.feedback.terms import term
from sixclear.feedback.transparency import service as transparency


@dataclass(frozen=True, slots=True)
class Asked:
    """What a sender had looked at again, and what is still open to the sender."""

    reopening: Reopening | None
    appeals: Sequence[Appeal]
    reopen_until: datetime | None
    way: Way | None


async def of_case_now(ctx: Context, submission: Submission) -> Asked:
    """The reopening and the appeals of a case, and what is open now."""
    appeals = await repository.list_of_case(ctx.session, submission.submission_id)
    standing = _standing(submission, appeals)
    until = rules.reopen_until(standing)
    reopened = submission.reopened_at is not None
    return Asked(
        reopening=await repository.find_reopening(ctx.session, submission.submission_id) if reopened else None,
        appeals=appeals,
        reopen_until=until if until is not None and ctx.now <= until else None,
        way=rules.way(standing, ctx.now),
    )


def _standing(submission: Submission, appeals: Sequence[Appeal]) -> Standing:
    return Standing(
        status=submission.status,
        due_at=submission.due_at,
        answered_at=submission.answered_at,
        reopened_at=submission.reopened_at,
        last=state_of(appeals[-1]) if appeals else None,
    )


async def reopen(ctx: Context, submission: Submission, reason: str) -> None:
    """Open a locked, answered case again for its sender. Raises TransitionNotAllowed and CaseErased."""
    appeals = await repository.list_of_case(ctx.session, submission.submission_id)
    # By the instant, as `appeal` judges it.
    rules.require_reopening(_standing(submission, appeals), ctx.now)
    ctx = of_case(ctx, submission)
    answered_at = submission.answered_at
    reopened_at = ctx.fact_time(None, submission.occurred_at)
    key = await sealing.key_to_write(ctx, submission.submission_id)
    await steps.reopen(ctx, submission, reopened_at)
    await notices.end_question(ctx, submission.submission_id)
    row = Reopening(
        submission_id=submission.submission_id,
        answered_at=answered_at,
        reason_sealed=seal_reopening(key, reason),
        reopened_at=reopened_at,
    )
    ctx.session.add(row)


async def appeal(ctx: Context, hub: UUID, submission: Submission, reason: str | None) -> Appeal:
    """Take an appeal on a locked case: to the body above the one it is about, without one to the hub.

    Raises TransitionNotAllowed and CaseErased.
    """
    appeals = await repository.list_of_case(ctx.session, submission.submission_id)
    # By the instant, as the mailbox shows what is open; what is written down then keeps no more than the hour.
    way = rules.require_way(_standing(submission, appeals), ctx.now)
    ctx = of_case(ctx, submission)
    about = appeals[-1].organisation_id if appeals else submission.organisation_id or hub
    filed_at = ctx.fact_time(None, submission.occurred_at)
    key = await sealing.key_to_write(ctx, submission.submission_id)
    appeal_id = ctx.new_id()
    row = Appeal(
        appeal_id=appeal_id,
        submission_id=submission.submission_id,
        level=way.level,
        basis=way.basis,
        organisation_id=await organisations.superior_of(ctx, about) or hub,
        about_organisation_id=about,
        reason_sealed=seal_reason(key, appeal_id, reason),
        filed_at=filed_at,
        due_at=rules.appeal_due(filed_at),
        decided_at=None,
    )
    await steps.appeal(ctx, submission, way.level, row.organisation_id, filed_at)
    ctx.session.add(row)
    _state(ctx, submission, row, "due_changed", [("reason", reason)])
    return row


async def list_appeals(
    ctx: Context, decided: bool | None, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Appeal]:
    """The appeals that the caller's body decides on, by their due time; none in a case that the caller reviews."""
    own, persons = ctx.caller.own_organisation(), persons_of(ctx.caller)
    return await repository.list_appeals(ctx.session, own, persons, decided=decided, after=after, limit=limit)


async def decide(ctx: Context, appeal_id: UUID, entry: DecisionEntry) -> Appeal:
    """Decide on an appeal. What is upheld against an answer opens the case again for the body that answered.

    Raises AppealNotFound, PersonNotKnown, DecisionByAnswerer, TransitionNotAllowed and CaseErased.
    """
    known = await repository.find_appeal(ctx.session, appeal_id)
    case = None if known is None else await submissions.lock_any(ctx, known.submission_id)
    found, submission = require_decider(ctx, known, case)
    submissions.add_hand(ctx, submission)
    ctx = of_case(ctx, submission)
    await ctx.session.refresh(found)
    appeals = await repository.list_of_case(ctx.session, found.submission_id)
    rules.require_undecided(state_of(found), last=appeals[-1].appeal_id == appeal_id)
    await _require_no_part(ctx, submission, appeals[:-1])
    decided_at = ctx.fact_time(entry.occurred_at, submission.occurred_at)
    seal_decision(await sealing.key_to_write(ctx, submission.submission_id), found, entry.text)
    found.decided_at, found.decision = decided_at, entry.decision
    found.decided_by = ctx.caller.client_id
    found.decided_person, found.decided_position = ctx.caller.person, ctx.caller.position
    await steps.decide_appeal(ctx, submission, decided_at)
    said = [("decision", entry.decision), ("text", entry.text)]
    _state(ctx, submission, found, "answered", said)
    if entry.decision != "rejected" and submission.status == "answered":
        await steps.reopen(ctx, submission, decided_at)
    return found


async def _require_no_part(ctx: Context, submission: Submission, below: Sequence[Appeal]) -> None:
    """Raises DecisionByAnswerer for a caller who wrote, published or decided what the appeal is about."""
    others = [
        Caller(one.decided_by or "", person=one.decided_person, position=one.decided_position)
        for one in below
        if one.decided_at is not None
    ]
    if not await require_no_part(ctx, submission.submission_id, others):
        raise DecisionByAnswerer("You had a part in what this appeal is about, or it cannot be told from you.")


def _state(
    ctx: Context,
    submission: Submission,
    appeal: Appeal,
    kind: Kind,
    said: Sequence[tuple[str, str | None]],
) -> None:
    """State a step of the appeal, with its own due time and rule."""
    stated = transparency.statement_of(
        ctx,
        submission.submission_id,
        kind,
        due_at=appeal.due_at,
        rule=f"appeal-{appeal.level}-{term('appeal').count}/{submission.calendar_edition}",
        content=said,
        by_hour=by_hour(submission),
    )
    ctx.session.add(stated)
