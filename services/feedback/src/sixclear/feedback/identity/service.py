"""Requests to know who a sender is: asked by a handler, decided by a custodian, open for a day."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.feedback.answer.service import require_person
from sixclear.feedback.identity import lifecycle, repository
from sixclear.feedback.identity.errors import IdentityRequestNeeded, IdentityRequestNotFound, IdentityRequestWaits
from sixclear.feedback.identity.metrics import IDENTITY_REQUESTS
from sixclear.feedback.identity.models import IdentityRequest, sealed_reason, state_of
from sixclear.feedback.identity.schemas import Decision
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.submission.schemas import ContactView
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.submission.service.hours import of_case

_MOST_STEPS = 100


async def ask(ctx: Context, hub: UUID, submission_id: UUID, reason: str) -> IdentityRequest:
    """Ask to know who the sender is, for the caller's body.

    Raises SubmissionNotFound, CaseErased, PersonNotKnown, and IdentityRequestWaits where the body has asked before.
    """
    require_person(ctx.caller)
    submission = await submissions.locked(ctx, hub, submission_id, lambda _: None)
    ctx = of_case(ctx, submission)
    known = await repository.list_of_case(ctx.session, submission_id, _MOST_STEPS)
    own = ctx.caller.organisation_id
    if any(request.decision is None and request.organisation_id == own for request in known):
        raise IdentityRequestWaits("Your body has asked, and no custodian has decided yet.")
    key, request_id = await sealing.key_to_write(ctx, submission_id), ctx.new_id()
    request = IdentityRequest(
        request_id=request_id,
        submission_id=submission_id,
        organisation_id=own,
        reason_sealed=sealed_reason(key, request_id, reason),
        requested_at=ctx.now,
        requested_by=ctx.caller.client_id,
        requested_person=ctx.caller.person,
        requested_position=ctx.caller.position,
        decision=None,
        decided_at=None,
        decided_by=None,
        decided_person=None,
        decided_position=None,
        open_until=None,
    )
    ctx.session.add(request)
    IDENTITY_REQUESTS.labels("asked").inc()
    return request


async def decide(ctx: Context, submission_id: UUID, request_id: UUID, decision: Decision) -> IdentityRequest:
    """Approve or refuse a request; approved it opens the contact for 24 hours. Sent again it changes nothing.

    Raises PersonNotKnown, IdentityRequestNotFound, DecisionByRequester and IdentityRequestDecided.
    """
    require_person(ctx.caller)
    request = await repository.find_request(ctx.session, submission_id, request_id)
    if request is None:
        raise IdentityRequestNotFound("This submission has no request with this identifier.")
    lifecycle.require_other_decider(state_of(request), ctx.caller)
    if lifecycle.is_decided(state_of(request), decision):
        return request
    ctx = of_case(ctx, await submissions.of_request(ctx, submission_id))
    request.decision, request.decided_at = decision, ctx.now
    request.decided_by = ctx.caller.client_id
    request.decided_person, request.decided_position = ctx.caller.person, ctx.caller.position
    request.open_until = ctx.now + lifecycle.OPEN_FOR if decision == "approved" else None
    IDENTITY_REQUESTS.labels(decision).inc()
    return request


async def list_requests(
    ctx: Context, *, waiting: bool | None, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[IdentityRequest]:
    """Requests of all bodies, oldest first, after the cursor."""
    return await repository.list_requests(ctx.session, waiting=waiting, after=after, limit=limit)


async def list_steps(ctx: Context, submission_id: UUID) -> Sequence[IdentityRequest]:
    """The newest requests on a case, newest first, a hundred at most."""
    return await repository.list_of_case(ctx.session, submission_id, _MOST_STEPS)


async def read_contact(ctx: Context, hub: UUID, submission_id: UUID, reason: str) -> ContactView:
    """How the sender can be reached, within 24 hours after a custodian allowed it to the caller's body.

    Raises SubmissionNotFound and IdentityRequestNeeded. What is read is logged.
    """
    submission = await submissions.get_submission(ctx, hub, submission_id)
    known = [state_of(request) for request in await list_steps(ctx, submission_id)]
    if not lifecycle.is_open(known, ctx.caller.organisation_id, of_case(ctx, submission).now):
        raise IdentityRequestNeeded("No custodian has allowed this to your body within the last 24 hours.")
    return await submissions.read_contact(ctx, hub, submission_id, reason)
