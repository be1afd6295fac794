"""Cases are linked, or said to be of different needs; nothing of either changes."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sixclear.common.use_case import Context, Expect
from sixclear.feedback.link import repository
from sixclear.feedback.link.errors import LinkNotAllowed
from sixclear.feedback.link.models import CaseLink
from sixclear.feedback.link.schemas import LinkEntry
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.submission.service import steps
from sixclear.feedback.submission.service.hours import of_case

_MOST = 200


async def decide(
    ctx: Context, hub: UUID, submission_id: UUID, entry: LinkEntry, expect: Expect
) -> tuple[Submission, CaseLink]:
    """Link a case with another one, or refuse to; the caller handles both. Decided again alike it changes nothing.

    A link is an event of both cases; a refusal is none. Raises SubmissionNotFound and LinkNotAllowed.
    """
    case, other = await submissions.locked_pair(ctx, hub, submission_id, entry.submission_id, expect)
    if case is other or "sealed" in (case.visibility, other.visibility):
        raise LinkNotAllowed("Name another case that is not sealed.")
    decided = await repository.find_link(ctx.session, submission_id, entry.submission_id)
    if decided is not None and decided.decision == entry.decision:
        return case, decided
    if entry.decision == "linked":
        for one in (case, other):
            if await repository.count_linked(ctx.session, one.submission_id) >= _MOST:
                raise LinkNotAllowed("One of them is linked with 200 cases already.")
            await steps.link(ctx, one)
    # Of a case that keeps only hours the hour is kept here too.
    at = min(of_case(ctx, one).now for one in (case, other))
    if decided is None:
        one_id, other_id = repository.pair(submission_id, entry.submission_id)
        decided = CaseLink(one_id=one_id, other_id=other_id)
        ctx.session.add(decided)
    decided.decision, decided.decided_by, decided.decided_at = entry.decision, ctx.caller.client_id, at
    await ctx.session.flush()
    return case, decided


async def list_links(ctx: Context, hub: UUID, submission_id: UUID) -> Sequence[CaseLink]:
    """What was decided of a case with those that the caller handles too, newest first. Raises SubmissionNotFound."""
    await submissions.get_submission(ctx, hub, submission_id)
    links = await repository.list_links(ctx.session, submission_id, _MOST)
    others = {link.one_id if link.other_id == submission_id else link.other_id for link in links}
    handled = await submissions.handled_among(ctx, hub, others)
    return [link for link in links if {link.one_id, link.other_id} - {submission_id} <= set(handled)]


async def decisions_among(ctx: Context, submission_id: UUID, others: Collection[UUID]) -> dict[UUID, str]:
    """What was decided of a case and each of these others."""
    return await repository.decisions_among(ctx.session, submission_id, others)
