"""What a body sent for itself, as responses."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sixclear.common.folding import compact
from sixclear.common.use_case import Context
from sixclear.feedback.answer import service as answers
from sixclear.feedback.answer.responses import published_responses
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.organisation.service import Briefs
from sixclear.feedback.own_submission.schemas import OwnSubmission, OwnSubmissionView, PointState
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.responses import submission_summary
from sixclear.feedback.submission.service.texts import points_of, title_and_text


def sent_response(
    ctx: Context, submission: Submission, names: Briefs, titles: Mapping[UUID, str | None]
) -> OwnSubmission:
    """Where one stands, as the list shows it."""
    return OwnSubmission(**_columns(ctx, submission, names, titles))


async def sent_view(ctx: Context, submission: Submission) -> OwnSubmissionView:
    """All of one, its answer point by point."""
    found = await answers.list_answers(ctx, submission.submission_id)
    named = [submission.organisation_id, submission.addressed_organisation_id]
    names = await organisations.briefs(ctx, [*named, *(one.responsible_organisation_id for one in found.published())])
    words, points = await title_and_text(ctx, submission), await points_of(ctx, submission)
    key = await sealing.key_to_read(ctx, submission.submission_id)
    told = published_responses(key, found, names)
    answered = {compact(one.point): one.answer for one in told[0].points} if told else {}
    return OwnSubmissionView(
        **_columns(ctx, submission, names, {submission.submission_id: words["title"] or None}),
        text=words["text"],
        points=[PointState(point=point, answer=answered.get(compact(point))) for point in points],
        answer=told[0] if told else None,
    )


def _columns(ctx: Context, submission: Submission, names: Briefs, titles: Mapping[UUID, str | None]) -> dict[str, Any]:
    summary = submission_summary(submission, ctx.now, names, titles)
    return {name: getattr(summary, name) for name in OwnSubmission.model_fields}
