"""Answers: drafted by one person, published by another, now or by a schedule; corrected; withdrawn with a transfer."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sixclear.common.caller import Caller
from sixclear.common.clock import Clock, civil_date
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.use_case import Context, Expect
from sixclear.feedback.answer import lifecycle, repository, rules
from sixclear.feedback.answer.errors import AnswerNotFound, PromiseNotFound
from sixclear.feedback.answer.metrics import ANSWERS
from sixclear.feedback.answer.models import (
    Answer,
    Answers,
    Promise,
    new_promise,
    promise_words,
    seal_done_words,
    sealed_words,
    state_of,
    words_of,
)
from sixclear.feedback.answer.schemas import AnswerEntry, PromiseDone, Publication
from sixclear.feedback.answer_template import service as templates
from sixclear.feedback.answer_template.service import Templates
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.sealing.values import CaseKey
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.submission.service import steps, timing
from sixclear.feedback.submission.service.hours import of_case
from sixclear.feedback.submission.service.texts import points_of
from sixclear.feedback.transfer import service as transfers

# What the statement on an answer has a hash of, in this order.
_STATED = ("outcome", "reason", "legal_basis", "text", "points")
_RESPONSIBLE = "#/responsible_organisation_id"
_CLOCK = Caller("clock")
_CHUNK = 100
# The case, which is locked and answered now, and who published the answer.
Told = Callable[[Context, Submission, Caller], Awaitable[None]]
_told: tuple[Told, ...] = ()


def tell_of_answers(*receivers: Told) -> None:
    """Name what is told of each published answer, in its transaction; the application does it once, when it is wired.

    A lower folder never calls an upper one, so an answer knows by this list alone what follows it.
    """
    global _told
    _told = receivers


async def list_answers(ctx: Context, submission_id: UUID) -> Answers:
    """Every answer of a submission: drafts, withdrawn ones and the published ones."""
    rows = await repository.list_answers(ctx.session, submission_id)
    promises: dict[UUID, list[Promise]] = {answer.answer_id: [] for answer in rows}
    for promise in await repository.list_promises(ctx.session, promises):
        promises[promise.answer_id].append(promise)
    return Answers(rows, promises)


async def known_templates(ctx: Context, submission: Submission) -> Templates:
    """What the drafts of a case are compared with: the templates of the body that has it, and of the caller's."""
    return await templates.known_to(ctx, {submission.organisation_id, ctx.caller.organisation_id})


async def draft_answer(
    ctx: Context, hub: UUID, submission_id: UUID, entry: AnswerEntry, expect: Expect
) -> tuple[Answer, Submission, bool]:
    """Draft an answer; another person publishes it. False when the caller's last draft says the very same.

    A draft takes back the schedule of the one before. Raises PersonNotKnown for a client that is none, InvalidRequest
    for a promised day that is over, AnswerSaysNothing, and TransitionNotAllowed for a correction of what nobody reads.
    """
    lifecycle.require_person(ctx.caller)
    submission = await submissions.locked(ctx, hub, submission_id, expect)
    ctx = of_case(ctx, submission)
    occurred_at = ctx.fact_time(entry.occurred_at, submission.occurred_at)
    responsible = (await organisations.referenced(ctx, {_RESPONSIBLE: entry.responsible_organisation_id}))[_RESPONSIBLE]
    promised = [(step.words, step.due_date) for step in entry.steps]
    rules.check_days(entry.next_date, [day for _, day in promised], civil_date(occurred_at))
    await _check(ctx, submission, entry, responsible)
    said = entry.model_dump(exclude={"occurred_at", "responsible_organisation_id", "points", "steps"}) | {
        "points": _points(entry),
        "drafted_by": ctx.caller.client_id,
        "drafted_person": ctx.caller.person,
        "drafted_position": ctx.caller.position,
        "responsible_organisation_id": responsible,
    }
    key = await sealing.key_to_write(ctx, submission_id)
    found = await list_answers(ctx, submission_id)
    if (same := _waiting(key, found, said, promised)) is not None:
        return same, submission, False
    newest = next((answer.answer_id for answer in found.published()), None)
    lifecycle.require_correctable(entry.corrects, newest)
    await steps.draft_answer(ctx, submission, occurred_at, correction=entry.corrects is not None)
    await repository.take_back_schedule(ctx.session, submission_id)
    answer_id = ctx.new_id()
    columns = sealed_words(key, answer_id, said)
    of_case_now = {"submission_id": submission_id, "submission_version": submission.version}
    answer = Answer(answer_id=answer_id, drafted_at=occurred_at, **of_case_now, **columns)
    ctx.session.add(answer)
    await ctx.session.flush()
    for place, (words, day) in enumerate(promised):
        ctx.session.add(new_promise(key, ctx.new_id(), answer_id, place, words, day))
    return answer, submission, True


async def _check(ctx: Context, submission: Submission, entry: AnswerEntry, responsible: UUID) -> None:
    known = await known_templates(ctx, submission)
    texts = {"#/reason": entry.reason, "#/text": entry.text}
    texts |= {f"#/points/{at}/answer": point.answer for at, point in enumerate(entry.points)}
    texts |= {f"#/steps/{at}/words": step.words for at, step in enumerate(entry.steps)}
    empty = {at: templates.says_nothing(templates.read(text, known)) for at, text in texts.items() if at != "#/reason"}
    rules.check(
        rules.Said(
            outcome=entry.outcome,
            responsible=responsible,
            body=submission.organisation_id,
            next_date=entry.next_date,
            points=[(point.point, point.answer) for point in entry.points],
            promises=[step.due_date for step in entry.steps],
            empty=empty,
            gaps={at: templates.gaps_left(text, known) for at, text in texts.items()},
            asked=await points_of(ctx, submission),
        )
    )


def _points(entry: AnswerEntry) -> str | None:
    points = [point.model_dump() for point in entry.points]
    return json.dumps(points, ensure_ascii=False) if points else None


def _waiting(
    key: CaseKey, found: Answers, said: Mapping[str, Any], promised: Sequence[tuple[str, date]]
) -> Answer | None:
    """The last answer of a submission, where it waits to be published and says what `said` and `promised` say."""
    if not found.rows:
        return None
    last = found.rows[-1]
    words, state = words_of(key, last), state_of(last)
    if any((words[name] if name in words else getattr(last, name)) != value for name, value in said.items()):
        return None
    same = [(promise_words(key, one), one.due_date) for one in found.promises[last.answer_id]] == list(promised)
    return last if same and not state.published and not state.withdrawn else None


async def get_answer(ctx: Context, submission_id: UUID, answer_id: UUID) -> Answer:
    """One answer of a case; who may read it is made sure of before. Raises AnswerNotFound."""
    answer = await repository.find_answer(ctx.session, submission_id, answer_id)
    if answer is None:
        raise AnswerNotFound("This submission has no answer with this identifier.")
    return answer


async def publish_answer(
    ctx: Context, hub: UUID, submission_id: UUID, answer_id: UUID, entry: Publication, expect: Expect
) -> Submission:
    """Publish a draft to the sender, now or at `publish_at`.

    Raises AnswerNotFound, PersonNotKnown, PublicationByDrafter unless the caller is another than who drafted it, and
    InvalidRequest for a time at which the answer would be late.
    """
    submission = await submissions.locked(ctx, hub, submission_id, expect)
    ctx = of_case(ctx, submission)
    answer = await get_answer(ctx, submission_id, answer_id)
    lifecycle.require_other_publisher(state_of(answer), ctx.caller)
    occurred_at = ctx.fact_time(entry.occurred_at, submission.occurred_at)
    lifecycle.require_publishable(state_of(answer))
    answer.publish_at = entry.publish_at
    answer.published_by = ctx.caller.client_id
    answer.published_person, answer.published_position = ctx.caller.person, ctx.caller.position
    if entry.publish_at is None:
        await _publish(ctx, submission, answer, occurred_at)
    else:
        may = steps.may_publish(submission, correction=answer.corrects is not None)
        lifecycle.require_schedule(entry.publish_at, submission.due_at, ctx.now, may=may)
    return submission


async def _publish(ctx: Context, submission: Submission, answer: Answer, occurred_at: datetime) -> None:
    words = words_of(await sealing.key_to_write(ctx, submission.submission_id), answer)
    said = [(name, words.get(name, answer.outcome)) for name in _STATED]
    correction = answer.corrects is not None
    if not correction:
        await timing.end_pause(ctx, submission, occurred_at, "answer")
        await transfers.lapse(ctx, submission, occurred_at)
    await steps.answer(ctx, submission, answer.outcome, occurred_at, said, correction=correction)
    answer.published_at = occurred_at
    publisher = Caller(
        answer.published_by or _CLOCK.client_id, person=answer.published_person, position=answer.published_position
    )
    for receiver in _told:
        await receiver(ctx, submission, publisher)
    if not correction:
        ANSWERS.labels("late" if occurred_at > submission.due_at else "in_time").inc()


async def publish_scheduled(database: Database, log: EventLog, clock: Clock) -> int:
    """Publish what is to go out by now; answers how many. Safe to run again, late, and in several processes.

    The row of the case is locked, and what became of the answer meanwhile is looked at again. One that can no longer
    be published loses its schedule and stays a draft.
    """
    published = 0
    async with database.session() as session:
        due = await repository.list_scheduled(session, clock(), _CHUNK)
    for submission_id, answer_id in due:
        async with database.transaction() as session:
            published += await _publish_due(Context(session, log, _CLOCK, clock()), submission_id, answer_id)
    if published:
        log.wake()
    return published


async def _publish_due(ctx: Context, submission_id: UUID, answer_id: UUID) -> bool:
    submission = await submissions.lock_any(ctx, submission_id)
    answer = await repository.find_answer(ctx.session, submission_id, answer_id)
    if submission is None or answer is None or answer.publish_at is None or answer.publish_at > ctx.now:
        return False
    state = state_of(answer)
    if state.published or state.withdrawn:
        return False
    erased = (await sealing.key_to_read(ctx, submission_id)).data is None
    if erased or not steps.may_publish(submission, correction=answer.corrects is not None):
        await repository.take_back_schedule(ctx.session, submission_id)
        return False
    ctx = of_case(ctx, submission)
    await _publish(ctx, submission, answer, ctx.fact_time(None, submission.occurred_at))
    return True


async def finish_promise(
    ctx: Context, hub: UUID, submission_id: UUID, promise_id: UUID, entry: PromiseDone, expect: Expect
) -> Submission:
    """Say that a promised step is done. Raises PromiseNotFound, and TransitionNotAllowed when it is done already."""
    submission = await submissions.locked(ctx, hub, submission_id, expect)
    ctx = of_case(ctx, submission)
    promise = await repository.find_promise(ctx.session, submission_id, promise_id)
    if promise is None:
        raise PromiseNotFound("No published answer of this submission promises a step with this identifier.")
    lifecycle.require_open(promise.done_at)
    occurred_at = ctx.fact_time(entry.occurred_at, submission.occurred_at)
    await steps.finish_step(ctx, submission, occurred_at)
    promise.done_at, promise.done_by = occurred_at, ctx.caller.client_id
    seal_done_words(await sealing.key_to_write(ctx, submission_id), promise, entry.words)
    return submission


def require_person(caller: Caller) -> None:
    """Raises PersonNotKnown for a client that is neither a person's nor bound to a position."""
    lifecycle.require_person(caller)


async def require_no_part(ctx: Context, submission_id: UUID, others: Iterable[Caller]) -> bool:
    """Whether the caller is shown to be none who drafted or published an answer of the case, nor one of `others`.

    Raises PersonNotKnown.
    """
    told = [answer for answer in await repository.list_answers(ctx.session, submission_id) if answer.published_at]
    drafted = [Caller(one.drafted_by, person=one.drafted_person, position=one.drafted_position) for one in told]
    published = [
        Caller(one.published_by or "", person=one.published_person, position=one.published_position) for one in told
    ]
    return lifecycle.had_no_part([*others, *drafted, *published], ctx.caller)


async def withdraw_drafts(ctx: Context, submission_id: UUID, withdrawn_at: datetime) -> None:
    """Withdraw what was drafted and not published, because the case goes to another body."""
    await repository.withdraw_drafts(ctx.session, submission_id, withdrawn_at)


async def forget_campaign(ctx: Context, submission_id: UUID) -> None:
    """Forget with which other cases answers were drafted: it tells that the words of an erased case were theirs."""
    await repository.forget_campaign(ctx.session, submission_id)
