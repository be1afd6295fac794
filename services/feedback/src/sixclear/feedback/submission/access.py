"""Who may see a submission, and who may act on it."""

from uuid import UUID

from sixclear.common.caller import Caller
from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.feedback.submission.errors import SubmissionNotFound
from sixclear.feedback.submission.models import Submission


def persons_of(caller: Caller) -> list[str]:
    """What tells which person calls, as far as the token says it: the person, and the position held in a body.

    Experts are registered by one of these, and a case keeps by them who took a step (`hands`) and who reviews it.
    """
    person = [f"person:{caller.person}"] if caller.person else []
    held = [f"position:{caller.organisation_id or ''}:{caller.position}"] if caller.position else []
    return person + held


def is_reviewed_by(caller: Caller, submission: Submission) -> bool:
    """Whether the caller reviews the case as an expert: such a person handles none of it."""
    return not set(submission.reviewers).isdisjoint(persons_of(caller))


def require_handler(ctx: Context, hub_organisation_id: UUID, submission: Submission | None) -> Submission:
    """The submission, when it is there and the caller is of the hub or of the body that it is assigned to.

    Raises SubmissionNotFound in all other cases, so that the identifiers of other bodies' cases cannot be tried. Who
    reviews the case as an expert does not handle it, whatever else the token allows.
    """
    own = ctx.caller.organisation_id
    if (
        submission is None
        or is_reviewed_by(ctx.caller, submission)
        or own is None
        or own not in (hub_organisation_id, submission.organisation_id)
    ):
        raise SubmissionNotFound("No submission that you handle has this identifier.")
    return submission


def decides_on_appeal(ctx: Context, submission: Submission) -> bool:
    """Whether the caller is of the body that decides, or decided, on an appeal in this case; it reads, and no more."""
    own = ctx.caller.organisation_id
    reviews = is_reviewed_by(ctx.caller, submission)
    return own is not None and own == submission.appeal_organisation_id and not reviews


def require_reader(ctx: Context, hub_organisation_id: UUID, submission: Submission | None) -> Submission:
    """As `require_handler`, also for the body that the case is offered to: it decides by what it reads."""
    own = ctx.caller.organisation_id
    offered = submission is not None and own is not None and own == submission.offered_organisation_id
    if submission is not None and offered and not is_reviewed_by(ctx.caller, submission):
        return submission
    return require_handler(ctx, hub_organisation_id, submission)


def require_offered(ctx: Context, submission: Submission | None) -> Submission:
    """The submission, when it is there and the caller is of the body that it is offered to.

    Raises SubmissionNotFound in both other cases, so that the identifiers of other bodies' cases cannot be tried.
    """
    own = ctx.caller.organisation_id
    reviews = submission is not None and is_reviewed_by(ctx.caller, submission)
    if submission is None or reviews or own is None or own != submission.offered_organisation_id:
        raise SubmissionNotFound("No submission that your organisation was offered has this identifier.")
    return submission


def require_hub(ctx: Context, hub_organisation_id: UUID, step: str) -> None:
    """Raises OrganisationNotAllowed for a caller of another body than the hub."""
    ctx.require_organisation({hub_organisation_id}, step)


SENDER = Access.public("Everyone may send and follow feedback without an account.")
CHALLENGE = Access.public("Everyone may send feedback without an account, also while work is asked for it.")
OFFER = Access.public("Whether mails are sent at all is public; it names no one.")
EVERYONE = Access.public("How often a body gave no answer by the due time is public; no case is named.")
OWN = Access.scope("feedback:handle", organisation="own")
DESK = Access.scope("feedback:handle")
_HANDLING = OrganisationRule(
    "handling_body", "the hub, or the body that the submission is assigned to", require_handler
)
_READING = OrganisationRule(
    "reading_body", "the hub, the body that the submission is assigned to or is offered to", require_reader
)
_OFFERED = OrganisationRule("offered_body", "the body that the submission is offered to", require_offered)
_HUB = OrganisationRule("hub", "the hub, which takes in and assigns every submission", require_hub)
HANDLE = Access.scope("feedback:handle", organisation=_HANDLING)
OFFERED = Access.scope("feedback:handle", organisation=_OFFERED)
READ = Access.scope("feedback:handle", organisation=_READING)
HUB = Access.scope("feedback:handle", organisation=_HUB)
PUBLISH = Access.scope("feedback:publish", organisation=_HANDLING)
