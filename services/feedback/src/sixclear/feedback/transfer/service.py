"""A case goes to another body only when that body takes it; the sender's clock goes on whatever happens."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.use_case import Context, Expect
from sixclear.feedback.fields import Step
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.submission.access import require_offered
from sixclear.feedback.submission.models import Submission, clock_start
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.submission.service import timing
from sixclear.feedback.submission.service.hours import of_case
from sixclear.feedback.transfer import repository
from sixclear.feedback.transfer.errors import TransferDecided, TransferNotFound, TransferOpen, TransferToItself
from sixclear.feedback.transfer.models import TakenCase, Transfer
from sixclear.feedback.transfer.repository import TransferFilter
from sixclear.feedback.transfer.schemas import RefusalEntry, TransferEntry

_BODY = "#/organisation_id"
_MOST_SHOWN = 50


async def offer(
    ctx: Context, hub: UUID, submission_id: UUID, entry: TransferEntry, expect: Expect
) -> tuple[Transfer, Submission]:
    """Offer a case to another body, which may read it until it decides. Until then nothing else changes.

    Raises TransitionNotAllowed for a case that no body has, TransferOpen, TransferToItself, ReferenceUnknown.
    """
    submission = await submissions.locked(ctx, hub, submission_id, expect)
    ctx = of_case(ctx, submission)
    offered_at = ctx.fact_time(entry.occurred_at, submission.occurred_at)
    to = (await organisations.referenced(ctx, {_BODY: entry.organisation_id}))[_BODY]
    former = submission.organisation_id
    if former is None or submission.status not in ("assigned", "in_review"):
        raise TransitionNotAllowed("A case is transferred while a body has it and has not answered; assign it first.")
    if former == to:
        raise TransferToItself(
            "The body that the case is assigned to needs no transfer.",
            errors=[{"pointer": _BODY, "code": "has-the-case", "detail": "Name another body."}],
        )
    if submission.offered_organisation_id is not None:
        raise TransferOpen("A body that was offered this case has not decided yet.")
    transfer = Transfer(
        transfer_id=ctx.new_id(),
        submission_id=submission_id,
        from_organisation_id=former,
        to_organisation_id=to,
        ground=entry.ground,
        offered_by=ctx.caller.client_id,
        offered_at=offered_at,
        state="offered",
        decided_at=None,
        decided_by=None,
        refusal=None,
        restarts=None,
        number=repository.next_number(submission_id),
    )
    ctx.session.add(transfer)
    submission.offered_organisation_id = to
    await ctx.session.flush()
    return transfer, submission


async def accept(
    ctx: Context, submission_id: UUID, transfer_id: UUID, step: Step, expect: Expect
) -> tuple[Transfer, Submission]:
    """Take the case; the body's clock restarts unless this body, or one above it, had the case before.

    Raises SubmissionNotFound for another body, TransferNotFound.
    """
    submission, transfer = await _offered(ctx, submission_id, transfer_id, expect)
    ctx = of_case(ctx, submission)
    accepted_at = ctx.fact_time(step.occurred_at, submission.occurred_at)
    to, starts = transfer.to_organisation_id, await _starts(ctx, submission)
    had = next((body for body in await organisations.line_of(ctx, to) if body in starts), None)
    await timing.transfer(ctx, submission, to, accepted_at, accepted_at if had is None else starts[had])
    transfer.restarts = had is None
    _decide(ctx, transfer, "accepted", accepted_at)
    return transfer, submission


async def refuse(
    ctx: Context, submission_id: UUID, transfer_id: UUID, entry: RefusalEntry, expect: Expect
) -> tuple[Transfer, Submission]:
    """Leave the case with the body that has it. Raises SubmissionNotFound for another body, TransferNotFound."""
    submission, transfer = await _offered(ctx, submission_id, transfer_id, expect)
    ctx = of_case(ctx, submission)
    refused_at = ctx.fact_time(entry.occurred_at, transfer.offered_at)
    transfer.refusal = entry.ground
    _decide(ctx, transfer, "refused", refused_at)
    submission.offered_organisation_id = None
    return transfer, submission


async def was_refused_by(ctx: Context, submission_id: UUID, transfer_id: UUID) -> bool:
    """Whether the caller's body refused this transfer."""
    transfer = await repository.find_transfer(ctx.session, submission_id, transfer_id)
    own = ctx.caller.organisation_id
    return transfer is not None and transfer.state == "refused" and own == transfer.to_organisation_id


async def take_back(
    ctx: Context, hub: UUID, submission_id: UUID, transfer_id: UUID, step: Step, expect: Expect
) -> tuple[Transfer, Submission]:
    """End an offer that was not decided. Raises TransferNotFound, and TransferDecided for one that is."""
    submission = await submissions.locked(ctx, hub, submission_id, expect)
    ctx = of_case(ctx, submission)
    transfer = await _found(ctx, submission_id, transfer_id)
    if transfer.state != "offered":
        raise TransferDecided("This transfer waits for no decision any more.")
    _decide(ctx, transfer, "lapsed", ctx.fact_time(step.occurred_at, transfer.offered_at))
    submission.offered_organisation_id = None
    return transfer, submission


async def lapse(ctx: Context, submission: Submission, lapsed_at: datetime) -> None:
    """End what is offered of a locked case, because it was given to another body or is closed."""
    if submission.offered_organisation_id is None:
        return
    await repository.lapse(ctx.session, submission.submission_id, lapsed_at)
    submission.offered_organisation_id = None


async def keep_taken(ctx: Context, submission: Submission, taken_at: datetime) -> None:
    """Keep of a locked case from which body the hub takes it, and since when that body's clock counts."""
    start = submission.body_started_at
    row = TakenCase(
        taken_id=ctx.new_id(),
        submission_id=submission.submission_id,
        organisation_id=submission.organisation_id,
        body_started_at=start if start and start > clock_start(submission) else None,
        taken_at=taken_at,
    )
    ctx.session.add(row)


async def list_transfers(
    ctx: Context, hub: UUID, narrow: TransferFilter, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Transfer]:
    """Transfers offered by or to the caller's body, oldest first: all for the hub."""
    own = ctx.caller.own_organisation()
    return await repository.list_transfers(
        ctx.session, narrow, of_body=None if own == hub else own, after=after, limit=limit
    )


async def transfers_of(ctx: Context, submission_id: UUID) -> Sequence[Transfer]:
    """The newest transfers of a case, newest first, fifty at most."""
    return await repository.list_of_case(ctx.session, submission_id, _MOST_SHOWN)


async def _starts(ctx: Context, submission: Submission) -> dict[UUID, datetime | None]:
    """The bodies that had the case since its clock began, each with the start of its clock when it first had it.

    None is the start of the sender's clock.
    """
    starts: dict[UUID, datetime | None] = {}
    at: datetime | None = None
    since = submission.submission_id, clock_start(submission)
    taken = list(await repository.taken_of(ctx.session, *since))
    for one in await repository.accepted_of(ctx.session, *since):
        while taken and one.decided_at is not None and taken[0].taken_at < one.decided_at:
            starts.setdefault(taken[0].organisation_id, taken.pop(0).body_started_at)
        starts.setdefault(one.from_organisation_id, at)
        at = one.decided_at if one.restarts else starts.get(one.to_organisation_id, at)
        starts.setdefault(one.to_organisation_id, at)
    for left in taken:
        starts.setdefault(left.organisation_id, left.body_started_at)
    if submission.organisation_id is not None:
        starts.setdefault(submission.organisation_id, submission.body_started_at)
    return starts


async def _offered(ctx: Context, submission_id: UUID, transfer_id: UUID, expect: Expect) -> tuple[Submission, Transfer]:
    submission = require_offered(ctx, await submissions.lock_any(ctx, submission_id))
    expect(submission)
    transfer = await _found(ctx, submission_id, transfer_id)
    if transfer.state != "offered":
        raise TransferDecided("This transfer waits for no decision any more.")
    return submission, transfer


async def _found(ctx: Context, submission_id: UUID, transfer_id: UUID) -> Transfer:
    transfer = await repository.find_transfer(ctx.session, submission_id, transfer_id)
    if transfer is None:
        raise TransferNotFound("This submission has no transfer with this identifier.")
    return transfer


def _decide(ctx: Context, transfer: Transfer, state: str, decided_at: datetime) -> None:
    transfer.state, transfer.decided_at, transfer.decided_by = state, decided_at, ctx.caller.client_id
