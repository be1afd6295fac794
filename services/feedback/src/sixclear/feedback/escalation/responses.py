"""Escalations as responses."""

from datetime import datetime

from sixclear.feedback.escalation.models import Escalation
from sixclear.feedback.escalation.schemas import EscalationView
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.responses import submission_response


def escalation_view(escalation: Escalation, submission: Submission, now: datetime) -> EscalationView:
    """An escalation with where its case stands; what the case is about is not told."""
    return EscalationView.model_validate(
        {
            "rung": escalation.rung,
            "organisation_id": escalation.organisation_id,
            "escalated_at": escalation.escalated_at,
            "submission": submission_response(submission, now),
        }
    )
