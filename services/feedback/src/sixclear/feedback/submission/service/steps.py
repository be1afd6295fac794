"""Steps of a submission. Those of messages and answers are called by the folders that keep them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sixclear.common.calendar import calendar
from sixclear.common.change import Change
from sixclear.common.recording import record
from sixclear.common.use_case import Context, Expect
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.submission import lifecycle
from sixclear.feedback.submission.access import require_hub
from sixclear.feedback.submission.clocks import answer_clock
from sixclear.feedback.submission.models import Submission, state_of
from sixclear.feedback.submission.recording import SUBMISSION
from sixclear.feedback.submission.schemas import TriageEntry
from sixclear.feedback.submission.service.hours import of_case
from sixclear.feedback.submission.service.reading import locked
from sixclear.feedback.submission.service.stating import state
from sixclear.feedback.terms import term

_PLACE = "#/place"


async def triage(ctx: Context, hub: UUID, submission_id: UUID, entry: TriageEntry, expect: Expect) -> Submission:
    """Check what it is, what about and where, and which programme it concerns; the hub does."""
    submission = await locked(ctx, hub, submission_id, expect)
    require_hub(ctx, hub, "triage submissions")
    ctx = of_case(ctx, submission)
    occurred_at = ctx.fact_time(entry.occurred_at, submission.occurred_at)
    kind, programme = entry.kind or submission.kind, entry.programme or submission.programme
    place = (await organisations.referenced(ctx, {_PLACE: entry.place})).get(_PLACE, submission.place_id)
    field = entry.field or submission.field
    first = submission.status == "received"
    await _record(ctx, submission, lifecycle.triage(state_of(submission), kind, programme, field, place), occurred_at)
    submission.held_until = None  # a person looked at it
    if first:
        state(ctx, submission, "acknowledged")
    return submission


async def assign(
    ctx: Context, submission: Submission, organisation_id: UUID, occurred_at: datetime, *, reason: str | None
) -> None:
    """Give a locked submission to the body that must answer. The reason is kept with the event, not published."""
    former = submission.organisation_id
    change = lifecycle.assign(state_of(submission), organisation_id)
    await record(ctx, submission, change, occurred_at, SUBMISSION, reason=reason)
    if former not in (None, organisation_id):
        state(ctx, submission, "transferred")


async def add_message(ctx: Context, submission: Submission, author: str, sent_at: datetime) -> None:
    """Count one more message of a locked submission; neither the message nor its author is published."""
    due = submission.message_due_at or term("message").end(sent_at, calendar()) if author == "sender" else None
    await _record(ctx, submission, lifecycle.add_message(state_of(submission), author, due), sent_at)


async def change_code(ctx: Context, submission: Submission, receipt_hash: bytes) -> None:
    """Let another receipt code open a locked submission. No event: neither its version nor what others see changes."""
    submission.receipt_hash, submission.code_changed_at = receipt_hash, of_case(ctx, submission).now
    await ctx.session.flush()


async def link(ctx: Context, submission: Submission) -> None:
    """Say of a locked submission that it is of one need with another one, which is not named in the event."""
    ctx = of_case(ctx, submission)
    await _record(ctx, submission, lifecycle.link(state_of(submission)), ctx.fact_time(None, submission.occurred_at))


async def change_consent(ctx: Context, submission: Submission, consent: bool) -> None:
    """Say whether title, text and answer of a locked submission may become public. No event: none shows it."""
    submission.consent = consent
    await ctx.session.flush()


async def draft_answer(ctx: Context, submission: Submission, drafted_at: datetime, *, correction: bool) -> None:
    """Say of a locked submission that an answer, or a correction of it, waits for another person to publish it."""
    draft = lifecycle.draft_correction if correction else lifecycle.draft_answer
    await _record(ctx, submission, draft(state_of(submission)), drafted_at)


def may_publish(submission: Submission, *, correction: bool) -> bool:
    """Whether an answer of a locked submission, or a correction of it, can be published now."""
    return lifecycle.may_publish(state_of(submission), correction=correction)


async def answer(
    ctx: Context,
    submission: Submission,
    outcome: str,
    answered_at: datetime,
    said: Iterable[tuple[str, str | None]],
    *,
    correction: bool,
) -> None:
    """Close a locked submission with the outcome of its published answer, which says `said`; or correct that answer."""
    case = state_of(submission)
    change = lifecycle.correct(case, outcome) if correction else lifecycle.answer(case, outcome, answered_at)
    await _record(ctx, submission, change, answered_at)
    state(ctx, submission, "answered", said)


async def rate(ctx: Context, submission: Submission, score: str, rated_at: datetime) -> None:
    """Say of a locked submission how far its answer helped its sender."""
    await _record(ctx, submission, lifecycle.rate(state_of(submission), score), rated_at)


async def reopen(ctx: Context, submission: Submission, reopened_at: datetime) -> None:
    """Open a locked submission again for the body that answered it; its new due time is stated."""
    clock = answer_clock(reopened_at, calendar())
    change = lifecycle.reopen(
        state_of(submission),
        due_at=clock.due_at,
        due_soon_at=clock.due_soon_at,
        edition=clock.edition,
        at=reopened_at,
    )
    await _record(ctx, submission, change, reopened_at)
    state(ctx, submission, "due_changed")


async def appeal(ctx: Context, submission: Submission, level: int, body: UUID, filed_at: datetime) -> None:
    """Say of a locked submission that its sender appeals on this level, to this body."""
    first = submission.appealed_at or filed_at
    await _record(ctx, submission, lifecycle.appeal(state_of(submission), level, body, first), filed_at)


async def decide_appeal(ctx: Context, submission: Submission, decided_at: datetime) -> None:
    """Say of a locked submission that the appeal is decided."""
    await _record(ctx, submission, lifecycle.decide_appeal(state_of(submission)), decided_at)


async def finish_step(ctx: Context, submission: Submission, done_at: datetime) -> None:
    """Say of a locked submission that a step which its answer promised is done; which one is not published."""
    await _record(ctx, submission, lifecycle.finish_step(state_of(submission)), done_at)


async def withdraw(ctx: Context, submission: Submission, withdrawn_at: datetime) -> None:
    """Take a locked submission back for its sender; it is stated that nothing is owed any more."""
    await _record(ctx, submission, lifecycle.withdraw(state_of(submission)), withdrawn_at)
    state(ctx, submission, "closed")


async def _record(ctx: Context, submission: Submission, change: Change, occurred_at: datetime) -> None:
    await record(ctx, submission, change, occurred_at, SUBMISSION)
