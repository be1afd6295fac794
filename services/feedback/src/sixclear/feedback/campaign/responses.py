"""What became of the cases of a campaign, as responses."""

from collections.abc import Sequence
from uuid import UUID

from sixclear.feedback.answer.models import Answer
from sixclear.feedback.campaign.schemas import CampaignCase, CampaignStep
from sixclear.feedback.submission.models import Submission


def step_response(done: Sequence[tuple[Submission, Answer, str]], left: Sequence[UUID], more: bool) -> CampaignStep:
    """Identifiers and states; no words, since answers are kept for retries."""
    items = [
        CampaignCase.model_validate(
            {
                "submission_id": case.submission_id,
                "answer_id": answer.answer_id,
                "became": became,
                "version": case.version,
            }
        )
        for case, answer, became in done
    ]
    return CampaignStep(items=items, left=list(left), more=more)
