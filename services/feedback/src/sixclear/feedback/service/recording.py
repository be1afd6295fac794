"""Every change of a submission goes through here: its row, then its event."""

from datetime import datetime

from sixclear.common.entity import next_version
from sixclear.common.use_case import Context, publish
from sixclear.feedback.events import SubmissionData
from sixclear.feedback.lifecycle import Change
from sixclear.feedback.models import Submission


async def record(
    ctx: Context, submission: Submission, change: Change, occurred_at: datetime, *, reason: str | None = None
) -> None:
    """Apply a change to the submission, which is locked or new, and append its event."""
    for name, value in change.fields.items():
        setattr(submission, name, value)
    previous = next_version(submission, occurred_at, ctx.now)
    await publish(
        ctx,
        submission,
        entity_type="submission",
        entity_id=submission.submission_id,
        data=submission_data(submission, change.name),
        change=change.name,
        previous=previous,
        reason=reason,
    )


def submission_data(submission: Submission, change: str) -> SubmissionData:
    """The public state of a submission after `change`: neither what was written nor by whom."""
    own = {name: getattr(submission, name) for name in SubmissionData.model_fields if name != "change"}
    return SubmissionData(change=change, **own)
