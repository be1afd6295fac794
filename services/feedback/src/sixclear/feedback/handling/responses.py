"""The whole case as a response."""

from sixclear.common.use_case import Context
from sixclear.feedback.answer import service as answers
from sixclear.feedback.answer.responses import answer_responses
from sixclear.feedback.attachment import service as attachments
from sixclear.feedback.attachment.responses import attachment_response
from sixclear.feedback.handling.schemas import SubmissionView
from sixclear.feedback.mailbox import service as mailbox
from sixclear.feedback.mailbox.responses import messages_response
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.rating import service as ratings
from sixclear.feedback.rating.responses import rating_response
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.responses import bodies, clock_response
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.submission.service import timing
from sixclear.feedback.submission.service.texts import points_of, title_and_text

_DERIVED = {
    "title",
    "text",
    "clock",
    "clock_state",
    "due_provisional",
    "sender_wrote_last",
    "messages",
    "files",
    "answers",
    "ratings",
    "contact_given",
    "addressed_organisation",
    "organisation",
    "sender_organisation",
    "points",
}


async def handled_response(ctx: Context, submission: Submission) -> SubmissionView:
    """A submission as a handler works with it, without its contact."""
    case_id = submission.submission_id
    clock = clock_response(submission, ctx.now, *await timing.pauses_and_moves(ctx, case_id))
    columns = {name: getattr(submission, name) for name in SubmissionView.model_fields if name not in _DERIVED}
    key = await sealing.key_to_read(ctx, case_id)
    found = await answers.list_answers(ctx, case_id)
    own = (submission.organisation_id, submission.addressed_organisation_id, submission.sender_organisation_id)
    names = await organisations.briefs(ctx, [*own, *(answer.responsible_organisation_id for answer in found.rows)])
    return SubmissionView(
        **columns,
        **await title_and_text(ctx, submission),
        sender_organisation=organisations.brief(names, submission.sender_organisation_id),
        points=await points_of(ctx, submission),
        clock=clock,
        clock_state=clock.state,
        due_provisional=clock.provisional,
        sender_wrote_last=submission.last_message_by == "sender",
        contact_given=await submissions.contact_is_given(ctx, case_id),
        messages=await messages_response(ctx, case_id, await mailbox.list_messages(ctx, case_id)),
        files=[attachment_response(key, one) for one in await attachments.list_attachments(ctx, case_id)],
        answers=answer_responses(key, found, names, await answers.known_templates(ctx, submission)),
        ratings=[rating_response(key, one) for one in await ratings.list_ratings(ctx, case_id)],
        **bodies(submission, names),
    )
