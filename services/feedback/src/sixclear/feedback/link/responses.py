"""Links as responses."""

from uuid import UUID

from sixclear.feedback.link.models import CaseLink
from sixclear.feedback.link.schemas import LinkView


def link_response(link: CaseLink, submission_id: UUID) -> LinkView:
    """What was decided, as it is read from one of both cases."""
    other = link.one_id if link.other_id == submission_id else link.other_id
    return LinkView.model_validate({"submission_id": other, "decision": link.decision, "decided_at": link.decided_at})
