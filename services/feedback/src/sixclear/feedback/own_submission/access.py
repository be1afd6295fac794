"""Who may read what a body sent for itself."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.feedback.submission.errors import SubmissionNotFound
from sixclear.feedback.submission.models import Submission


def require_sender(ctx: Context, submission: Submission | None) -> Submission:
    """The submission, when it is there and the caller is of the body that sent it for itself.

    Raises SubmissionNotFound in both other cases, so that the identifiers of other bodies' cases cannot be tried.
    """
    own: UUID | None = ctx.caller.organisation_id
    if submission is None or own is None or own != submission.sender_organisation_id:
        raise SubmissionNotFound("Your organisation sent no submission with this identifier.")
    return submission


_SENT = OrganisationRule("sending_body", "the body that sent the submission for itself", require_sender)
OWN = Access.scope("feedback:handle", organisation="own")
SENDER = Access.scope("feedback:handle", organisation=_SENT)
