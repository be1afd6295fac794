"""What a sender is told for good: each step that moves the case, as a statement for the public log."""

from collections.abc import Iterable
from uuid import UUID

from sixclear.common.transparency.statements import Kind
from sixclear.common.use_case import Context
from sixclear.feedback.submission.models import Submission, by_hour
from sixclear.feedback.terms import terms
from sixclear.feedback.transparency import service as transparency
from sixclear.feedback.transparency.models import Statement


def state(
    ctx: Context,
    submission: Submission,
    kind: Kind,
    content: Iterable[tuple[str, str | None]] = (),
    *,
    silent: UUID | None = None,
    term: str = "answer",
) -> None:
    """State a step of a case in its transaction, with the due time as it is now; `silent` is the body that is counted.

    `term` is the code of the rule that the step follows (`terms.py`).

    Where only the hour of a step is kept, `ctx` is that of `hours.py`, and the statement waits for the hour's end too.
    """
    ctx.session.add(statement_of(ctx, submission, kind, content, silent=silent, term=term))


def statement_of(
    ctx: Context,
    submission: Submission,
    kind: Kind,
    content: Iterable[tuple[str, str | None]] = (),
    *,
    silent: UUID | None = None,
    term: str = "answer",
) -> Statement:
    """As `state`; the caller keeps it."""
    rule = f"{term}-{terms()[term].count}/{submission.calendar_edition}"
    return transparency.statement_of(
        ctx,
        submission.submission_id,
        kind,
        due_at=submission.due_at,
        rule=rule,
        content=content,
        silent=None if submission.visibility == "sealed" else silent,
        by_hour=by_hour(submission),
    )
