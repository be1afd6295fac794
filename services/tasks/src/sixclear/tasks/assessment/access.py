"""Who opens an assessment, who answers, who verifies. Everyone reads them."""

from collections.abc import Collection
from uuid import UUID

from sixclear.common.caller import Caller
from sixclear.common.use_case import Context, OrganisationNotAllowed
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.tasks.assessment.errors import SameAssessor
from sixclear.tasks.criteria.models import CriteriaSet

PUBLIC = Access.public("What bodies answer to criteria, and what was verified of it, is published to everyone.")


def who(caller: Caller) -> str:
    """Who acts: the person where the provider names one, else the client. Kept beside the answers, never published."""
    return caller.person or caller.client_id


def require_opening_body(ctx: Context, criteria: CriteriaSet, organisation_id: UUID, *, consents: bool) -> UUID:
    """The assessed body may open its assessment; the owner of the programme may, and alone consents."""
    owner = criteria.programme.owner_organisation_id
    allowed: set[UUID | None] = {owner} if consents else {owner, organisation_id}
    step = "consent to a late assessment" if consents else "open the assessment of another organisation"
    return ctx.require_organisation(allowed, step)


def require_assessed_body(ctx: Context, organisation_id: UUID) -> UUID:
    """The assessed body answers for itself."""
    return ctx.require_organisation({organisation_id}, "answer for another organisation")


def require_verifying_body(
    ctx: Context, criteria: CriteriaSet, organisation_id: UUID, answered_by: Collection[str]
) -> UUID:
    """The owner of the programme may, and the bodies that the set names; never the assessed body, nor the same hands.

    Raises OrganisationNotAllowed, SameAssessor.
    """
    own = ctx.require_organisation(
        {criteria.programme.owner_organisation_id, *criteria.verifiers}, "verify the answers of this body"
    )
    if own == organisation_id:
        raise OrganisationNotAllowed("Another organisation verifies what yours answered.")
    if who(ctx.caller) in answered_by:
        raise SameAssessor
    return own


OPENING = OrganisationRule(
    "assessment_opener", "the assessed body, or the owner of the programme of the set", require_opening_body
)
ANSWERING = OrganisationRule("assessed_body", "the assessed body", require_assessed_body)
VERIFYING = OrganisationRule(
    "assessment_verifier",
    "the owner of the programme, or a body that the set names; never the assessed body",
    require_verifying_body,
)
OPEN = Access.scope("tasks:report", "tasks:administer", organisation=OPENING)
ANSWER = Access.scope("tasks:report", organisation=ANSWERING)
VERIFY = Access.scope("tasks:confirm", organisation=VERIFYING)
