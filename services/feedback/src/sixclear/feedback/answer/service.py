"""Answers: drafted by one person, published by another, withdrawn with a transfer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sixclear.common.caller import Caller
from sixclear.common.clock import civil_date
from sixclear.common.use_case import Context, Expect
from sixclear.feedback.answer import lifecycle, repository
from sixclear.feedback.answer.errors import AnswerNotFound
from sixclear.feedback.answer.metrics import ANSWERS
from sixclear.feedback.answer.models import Answer, sealed_words, state_of, words_of
from sixclear.feedback.answer.schemas import AnswerEntry
from sixclear.feedback.fields import Step
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.sealing.values import CaseKey
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.submission.service import steps
from sixclear.feedback.submission.service.hours import of_case

# What the statement on an answer has a hash of, in this order.
_STATED = ("outcome", "reason", "legal_basis", "text")
_RESPONSIBLE = "#/responsible_organisation_id"


async def list_answers(ctx: Context, submission_id: UUID) -> Sequence[Answer]:
    """Every answer of a submission, oldest first: drafts, withdrawn ones and the published one."""
    return await repository.list_answers(ctx.session, submission_id)


async def draft_answer(
    ctx: Context, hub: UUID, submission_id: UUID, entry: AnswerEntry, expect: Expect
) -> tuple[Answer, Submission, bool]:
    """Draft an answer; another person publishes it. False when the caller's last draft says the very same.

    Raises PersonNotKnown for a client that is none, InvalidRequest for a next date that is over.
    """
    lifecycle.require_person(ctx.caller)
    submission = await submissions.locked(ctx, hub, submission_id, expect)
    ctx = of_case(ctx, submission)
    occurred_at = ctx.fact_time(entry.occurred_at, submission.occurred_at)
    responsible = (await organisations.referenced(ctx, {_RESPONSIBLE: entry.responsible_organisation_id}))[_RESPONSIBLE]
    lifecycle.check_next_date(entry.next_date, civil_date(occurred_at))
    said = entry.model_dump(exclude={"occurred_at", "responsible_organisation_id"}) | {
        "drafted_by": ctx.caller.client_id,
        "drafted_person": ctx.caller.person,
        "drafted_position": ctx.caller.position,
        "responsible_organisation_id": responsible,
    }
    key = await sealing.key_to_write(ctx, submission_id)
    if (same := await _waiting(ctx, key, submission_id, said)) is not None:
        return same, submission, False
    await steps.draft_answer(ctx, submission, occurred_at)
    answer_id = ctx.new_id()
    columns = sealed_words(key, answer_id, said)
    answer = Answer(answer_id=answer_id, submission_id=submission_id, drafted_at=occurred_at, **columns)
    ctx.session.add(answer)
    return answer, submission, True


async def _waiting(ctx: Context, key: CaseKey, submission_id: UUID, said: Mapping[str, Any]) -> Answer | None:
    """The last answer of a submission, where it waits to be published and says the very same as `said`."""
    answers = await repository.list_answers(ctx.session, submission_id)
    if not answers:
        return None
    words = words_of(key, answers[-1])
    if any(words.get(name, getattr(answers[-1], name)) != value for name, value in said.items()):
        return None
    state = state_of(answers[-1])
    return None if state.published or state.withdrawn else answers[-1]


async def publish_answer(
    ctx: Context, hub: UUID, submission_id: UUID, answer_id: UUID, step: Step, expect: Expect
) -> Submission:
    """Publish a draft to the sender.

    Raises AnswerNotFound, PersonNotKnown, and PublicationByDrafter unless the caller is another than who drafted it.
    """
    submission = await submissions.locked(ctx, hub, submission_id, expect)
    ctx = of_case(ctx, submission)
    answer = await repository.find_answer(ctx.session, submission_id, answer_id)
    if answer is None:
        raise AnswerNotFound("This submission has no answer with this identifier.")
    lifecycle.require_other_publisher(state_of(answer), ctx.caller)
    occurred_at = ctx.fact_time(step.occurred_at, submission.occurred_at)
    lifecycle.require_publishable(state_of(answer))
    words = words_of(await sealing.key_to_write(ctx, submission_id), answer)
    said = [(name, words.get(name, answer.outcome)) for name in _STATED]
    await steps.answer(ctx, submission, answer.outcome, occurred_at, said)
    answer.published_by = ctx.caller.client_id
    answer.published_person, answer.published_position = ctx.caller.person, ctx.caller.position
    answer.published_at = occurred_at
    ANSWERS.labels("late" if occurred_at > submission.due_at else "in_time").inc()
    return submission


def require_person(caller: Caller) -> None:
    """Raises PersonNotKnown for a client that is neither a person's nor bound to a position."""
    lifecycle.require_person(caller)


async def withdraw_drafts(ctx: Context, submission_id: UUID, withdrawn_at: datetime) -> None:
    """Withdraw what was drafted and not published, because the case goes to another body."""
    await repository.withdraw_drafts(ctx.session, submission_id, withdrawn_at)
