"""Who may see an appeal, and decide on it."""

from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.feedback.appeal.errors import AppealNotFound
from sixclear.feedback.appeal.models import Appeal
from sixclear.feedback.submission.access import is_reviewed_by
from sixclear.feedback.submission.models import Submission


def require_decider(ctx: Context, appeal: Appeal | None, submission: Submission | None) -> tuple[Appeal, Submission]:
    """The appeal and its case, when the caller is of the body that decides on it, and does not review the case.

    Raises AppealNotFound in every other case.
    """
    if (
        appeal is None
        or submission is None
        or ctx.caller.organisation_id != appeal.organisation_id
        or is_reviewed_by(ctx.caller, submission)
    ):
        raise AppealNotFound("No appeal that you decide on has this identifier.")
    return appeal, submission


_DECIDER = OrganisationRule("appeal_body", "the body that decides on the appeal", require_decider)
OWN = Access.scope("feedback:handle", organisation="own")
DECIDE = Access.scope("feedback:handle", organisation=_DECIDER)
