"""What a sender is told for good: each step that moves the case, as a statement for the public log."""

from collections.abc import Iterable
from uuid import UUID

from sixclear.common.transparency.statements import Kind
from sixclear.common.use_case import Context
from sixclear.feedback.submission.clocks import ANSWER_WORKING_DAYS
from sixclear.feedback.submission.models import Submission, by_hour
from sixclear.feedback.transparency import service as transparency


def state(
    ctx: Context,
    submission: Submission,
    kind: Kind,
    content: Iterable[tuple[str, str | None]] = (),
    *,
    silent: UUID | None = None,
) -> None:
    """State a step of a case in its transaction, with the due time as it is now; `silent` is the body that is counted.

    Where only the hour of a step is kept, `ctx` is that of `hours.py`, and the statement waits for the hour's end too.
    """
    rule = f"answer-{ANSWER_WORKING_DAYS}/{submission.calendar_edition}"
    transparency.state(
        ctx,
        submission.submission_id,
        kind,
        due_at=submission.due_at,
        rule=rule,
        content=content,
        silent=None if submission.visibility == "sealed" else silent,
        by_hour=by_hour(submission),
    )
