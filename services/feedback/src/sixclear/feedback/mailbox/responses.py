"""Messages, and the case as its sender sees it, as responses."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from sixclear.common.transparency.notes import encode
from sixclear.common.use_case import Context
from sixclear.feedback.answer import service as answers
from sixclear.feedback.answer.responses import published_responses
from sixclear.feedback.appeal import service as appeals
from sixclear.feedback.appeal.responses import own_appeal, reopening_response, way_response
from sixclear.feedback.attachment import service as attachments
from sixclear.feedback.attachment.responses import own_attachment
from sixclear.feedback.identity import service as identity
from sixclear.feedback.identity.responses import steps_response
from sixclear.feedback.mailbox import repository
from sixclear.feedback.mailbox.models import Message, text_of
from sixclear.feedback.mailbox.schemas import CaseCopy, CaseStep, CaseView, ErasureState, MessageState, MessageView
from sixclear.feedback.notice import service as notices
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.organisation.service import Briefs, brief
from sixclear.feedback.proposal import service as proposals
from sixclear.feedback.proposal.responses import proposal_responses
from sixclear.feedback.publication import service as publications
from sixclear.feedback.rating import service as ratings
from sixclear.feedback.rating.responses import rating_response
from sixclear.feedback.retention import service as retention
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.sealing.models import Erasure
from sixclear.feedback.submission.models import Access, Submission
from sixclear.feedback.submission.responses import clock_response
from sixclear.feedback.submission.schemas import AccessView
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.submission.service import timing
from sixclear.feedback.submission.service.texts import abstract_of, points_of, title_and_text
from sixclear.feedback.transfer import service as transfers
from sixclear.feedback.transfer.responses import names_of, transfer_view
from sixclear.feedback.transparency.schemas import StatementView
from sixclear.feedback.transparency.service import Stated

_DERIVED = {
    *("title", "text", "points", "abstract", "publication_id", "clock", "transfers", "messages", "files", "answer"),
    *("former_answers", "accesses"),
    *(
        "notice",
        "retention",
        "rate_until",
        "rating",
        "rating_reminded_at",
        "may_withdraw",
        "identity_requests",
        "proposal",
        "erasures",
    ),
    *("reopen_until", "reopening", "appeal", "appeals"),
}


# That an address for notices was erased is told by `notice` alone.
_TOLD = (sealing.CONTENT, sealing.IDENTITY)


async def case_response(ctx: Context, submission: Submission) -> CaseView:
    """A case as its sender sees it: drafts are not shown."""
    case_id = submission.submission_id
    columns = {name: getattr(submission, name) for name in CaseView.model_fields if name not in _DERIVED}
    found = await answers.list_answers(ctx, case_id)
    moved = await transfers.transfers_of(ctx, case_id)
    bodies = await names_of(ctx, moved)
    asked = await identity.list_steps(ctx, case_id)
    again = await appeals.of_case_now(ctx, submission)
    accesses = await submissions.newest_accesses(ctx, case_id)
    named = [answer.responsible_organisation_id for answer in found.rows]
    named += [one.organisation_id for one in again.appeals]
    readers = [*(one.organisation_id for one in asked), *(one.organisation_id for one in accesses)]
    names = await organisations.briefs(ctx, [*named, *readers])
    key = await sealing.key_to_read(ctx, case_id)
    told = published_responses(key, found, names)
    rated = await ratings.of_answer(ctx, submission)
    proposal = await proposals.find_of_case(ctx, case_id)
    shown = await proposal_responses(ctx, [proposal]) if proposal else [None]
    return CaseView(
        **columns,
        **await title_and_text(ctx, submission),
        points=await points_of(ctx, submission),
        abstract=await abstract_of(ctx, submission),
        publication_id=await publications.id_of_case(ctx, case_id),
        clock=clock_response(submission, ctx.now, *await timing.pauses_and_moves(ctx, case_id)),
        transfers=[transfer_view(one, bodies) for one in moved],
        messages=await messages_response(ctx, case_id, await repository.list_messages(ctx.session, case_id)),
        files=[own_attachment(key, one) for one in await attachments.list_attachments(ctx, case_id)],
        answer=told[0] if told else None,
        former_answers=told[1:],
        rate_until=rated.until,
        rating=rating_response(key, rated.rating) if rated.rating else None,
        rating_reminded_at=rated.reminded_at,
        reopen_until=again.reopen_until,
        reopening=reopening_response(key, again.reopening),
        appeal=way_response(again.way),
        appeals=[own_appeal(key, one, names) for one in again.appeals],
        may_withdraw=submission.status not in ("answered", "withdrawn"),
        proposal=shown[0],
        notice=await notices.of_case_now(ctx, case_id),
        retention=retention.of_case(submission, found, again),
        erasures=[erasure_response(one) for one in await sealing.list_erasures(ctx, case_id) if one.purpose in _TOLD],
        accesses=[_access(access, names) for access in accesses],
        identity_requests=steps_response(asked, names),
    )


def erasure_response(erasure: Erasure) -> ErasureState:
    """That something was erased, as its sender reads it."""
    what: Literal["contact", "case"] = "case" if erasure.purpose == sealing.CONTENT else "contact"
    return ErasureState(what=what, erased_at=erasure.erased_at, backups_until=erasure.backups_until)


def _access(access: Access, names: Briefs) -> AccessView:
    """A reading of what is protected, by the body that it was for; never by the person."""
    body = brief(names, access.organisation_id)
    return AccessView.model_validate({"what": access.what, "read_at": access.read_at, "organisation": body})


async def messages_response(ctx: Context, case_id: UUID, messages: Sequence[Message]) -> list[MessageView]:
    """The messages of a case, for who may read it; without words where its keys are gone."""
    key = await sealing.key_to_read(ctx, case_id)
    return [
        MessageView.model_validate({"author": one.author, "text": text_of(key, one), "sent_at": one.occurred_at})
        for one in messages
    ]


def statement_response(stated: Stated) -> StatementView:
    """A statement with what it takes to verify it."""
    return StatementView(
        statement=stated.statement,
        salt=encode(stated.salt),
        index=stated.index,
        proof=stated.proof,
        policy=stated.policy,
    )


async def copy_response(ctx: Context, submission: Submission, stated: Sequence[Stated]) -> CaseCopy:
    """All that is held about the sender in this case."""
    return CaseCopy(
        made_at=ctx.now,
        case=await case_response(ctx, submission),
        contact=await submissions.own_contact(ctx, submission.submission_id),
        statements=[statement_response(one) for one in stated],
    )


def step_response(submission: Submission) -> CaseStep:
    """Where a case stands after a step of its sender."""
    return CaseStep.model_validate({"status": submission.status, "occurred_at": submission.occurred_at})


def sent_response(message: Message) -> MessageState:
    """That a message was taken."""
    return MessageState.model_validate({"author": message.author, "sent_at": message.occurred_at})
