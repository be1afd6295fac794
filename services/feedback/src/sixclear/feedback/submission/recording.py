"""What a submission publishes: neither what was written nor by whom."""

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.feedback.submission.events import SubmissionData
from sixclear.feedback.submission.models import Submission


async def submission_data(_ctx: Context, submission: Submission, change: str) -> SubmissionData:
    """The public state of a submission after `change`."""
    own = {name: getattr(submission, name) for name in SubmissionData.model_fields if name != "change"}
    return SubmissionData(change=change, **own)


SUBMISSION = EntityKind[Submission]("submission", lambda submission: submission.submission_id, submission_data)
