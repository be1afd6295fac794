"""Who an expert is: recognised by person or position, never by a body alone."""

from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.feedback.reviewer import repository
from sixclear.feedback.reviewer.models import Reviewer
from sixclear.feedback.submission.access import persons_of


async def find_expert(ctx: Context) -> Reviewer | None:
    """The expert who calls; None for a caller who is none.

    None also where the token's organisation_id is another body than the register's, by which conflicts are computed.
    """
    persons = persons_of(ctx.caller)
    return await repository.find_by_person(ctx.session, persons, ctx.caller.organisation_id) if persons else None


_EXPERT = OrganisationRule(
    "expert", "the body that the expert is registered with, or none; the register knows the person", find_expert
)
REVIEW = Access.scope("feedback:review", organisation=_EXPERT)
