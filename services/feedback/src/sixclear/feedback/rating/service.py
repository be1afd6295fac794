"""Ratings: said once by the sender, asked for once by the clock, counted in two ways."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from sixclear.common.caller import Caller
from sixclear.common.clock import CIVIL_ZONE, Clock
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.use_case import Context
from sixclear.feedback.notice import service as notices
from sixclear.feedback.rating import repository, rules
from sixclear.feedback.rating.metrics import RATING_REMINDERS, RATINGS
from sixclear.feedback.rating.models import Rating, RatingReminder, seal_words
from sixclear.feedback.rating.rules import Counts
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.service import steps
from sixclear.feedback.submission.service.hours import of_case
from sixclear.feedback.terms import term

_log = structlog.get_logger(__name__)
_CHUNK = 500
_CLOCK = Caller("clock")


@dataclass(frozen=True, slots=True)
class Rated:
    """How the answer of a case stands with its sender."""

    until: datetime | None
    rating: Rating | None
    reminded_at: datetime | None


async def of_answer(ctx: Context, submission: Submission) -> Rated:
    """What the sender said of the answer that holds, and until when it can be said."""
    answered_at = submission.answered_at
    if answered_at is None:
        return Rated(None, None, None)
    reminder = await repository.find_reminder(ctx.session, submission.submission_id, answered_at)
    until = rules.rate_until(answered_at, submission.rating)
    return Rated(
        until=until if until is not None and ctx.now <= until else None,
        rating=await repository.find_rating(ctx.session, submission),
        reminded_at=reminder.reminded_at if reminder else None,
    )


async def list_ratings(ctx: Context, submission_id: UUID) -> Sequence[Rating]:
    """All that the sender said of the answers of a case, oldest first."""
    return await repository.list_ratings(ctx.session, submission_id)


async def rate(ctx: Context, submission: Submission, score: str, words: str | None) -> Rating:
    """Say once of the answer of a locked submission how far it helped. Raises TransitionNotAllowed and CaseErased."""
    # By the instant, as the mailbox shows until when; what is written down then keeps no more than the hour.
    rules.require_open(submission.answered_at, submission.rating, ctx.now)
    ctx = of_case(ctx, submission)
    rated_at = ctx.fact_time(None, submission.occurred_at)
    await steps.rate(ctx, submission, score, rated_at)
    key = await sealing.key_to_write(ctx, submission.submission_id)
    rating_id = ctx.new_id()
    rating = Rating(
        rating_id=rating_id,
        submission_id=submission.submission_id,
        answered_at=submission.answered_at,
        rating=score,
        submission_version=submission.version,
        words_sealed=seal_words(key, rating_id, words),
        rated_at=rated_at,
    )
    ctx.session.add(rating)
    await notices.end_question(ctx, submission.submission_id)
    RATINGS.labels(score).inc()
    return rating


async def remind(database: Database, log: EventLog, clock: Clock) -> int:
    """Ask the senders of answers that are not rated once more, once for each answer; answers how many.

    The mailbox shows it, and who left an address gets the mail that says that there is news. Safe to run again, late
    and in several processes: the row says that it was done.
    """
    reminded = 0
    while True:
        async with database.transaction() as session:
            ctx = Context(session, log, _CLOCK, clock())
            until = ctx.now - timedelta(days=term("rating_reminder").count)
            cases = await repository.lock_unrated(
                session, ctx.now - timedelta(days=term("rating").count), until, _CHUNK
            )
            for submission in cases:
                session.add(
                    RatingReminder(
                        submission_id=submission.submission_id,
                        answered_at=submission.answered_at,
                        reminded_at=of_case(ctx, submission).now,
                    )
                )
            await notices.ask_for_ratings(ctx, [submission.submission_id for submission in cases])
        reminded += len(cases)
        if len(cases) < _CHUNK:
            break
    if reminded:
        RATING_REMINDERS.inc(reminded)
        _log.info("asked for a rating", cases=reminded)
    return reminded


async def count(ctx: Context, body: UUID | None, year: int | None) -> tuple[Counts, int, datetime]:
    """The cases of a civil year up to the start of today, of a body or of all; with the year and that start."""
    today = ctx.now.astimezone(CIVIL_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    asked = today.year if year is None else year
    begin = today.replace(year=asked, month=1, day=1)
    end = min(today, begin.replace(year=asked + 1))
    return await repository.count(ctx.session, body, begin, max(begin, end)), asked, today.astimezone(UTC)
