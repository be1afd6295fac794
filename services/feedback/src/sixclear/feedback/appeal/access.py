"""Who may see an appeal, and decide on it."""

from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.feedback.appeal.errors import AppealNotFound
from sixclear.feedback.appeal.models import Appeal


def require_decider(ctx: Context, appeal: Appeal | None) -> Appeal:
    """The appeal, when the caller is of the body that decides on it; raises AppealNotFound in every other case."""
    if appeal is None or ctx.caller.organisation_id != appeal.organisation_id:
        raise AppealNotFound("No appeal that you decide on has this identifier.")
    return appeal


_DECIDER = OrganisationRule("appeal_body", "the body that decides on the appeal", require_decider)
OWN = Access.scope("feedback:handle", organisation="own")
DECIDE = Access.scope("feedback:handle", organisation=_DECIDER)
