"""What a submission publishes: neither what was written nor by whom."""

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.feedback.submission.events import SubmissionData
from sixclear.feedback.submission.lifecycle import waits_for
from sixclear.feedback.submission.models import Submission, by_hour


async def submission_data(_ctx: Context, submission: Submission, change: str) -> SubmissionData:
    """The public state of a submission after `change`."""
    own = {name: getattr(submission, name) for name in SubmissionData.model_fields if name != "change"}
    own["step"] = waits_for(submission.status, submission.step)
    return SubmissionData(change=change, **own)


# A step of a case that keeps only hours is published when its hour is over (`service/hours.py`).
SUBMISSION = EntityKind[Submission](
    "submission",
    lambda submission: submission.submission_id,
    submission_data,
    published=lambda submission, _change: not by_hour(submission),
)
