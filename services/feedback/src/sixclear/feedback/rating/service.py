"""Ratings: said once by the sender, asked for once by the clock, counted in two ways."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from pydantic import ValidationError

from sixclear.common.caller import Caller
from sixclear.common.clock import Clock, civil_date, civil_day_start
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.use_case import Context
from sixclear.feedback.notice import service as notices
from sixclear.feedback.rating import repository, rules
from sixclear.feedback.rating.metrics import RATING_REMINDERS, RATINGS
from sixclear.feedback.rating.models import Rating, RatingReminder, seal_words
from sixclear.feedback.rating.responses import satisfaction_response
from sixclear.feedback.rating.schemas import SatisfactionFigure
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.service import steps
from sixclear.feedback.submission.service.hours import of_case
from sixclear.feedback.terms import term

_log = structlog.get_logger(__name__)
_CHUNK = 500
_CLOCK = Caller("clock")
_FIRST_HOUR = timedelta(hours=1)
_OF_ALL = UUID(int=0)


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


async def satisfaction(ctx: Context, body: UUID | None, year: int | None) -> SatisfactionFigure:
    """How content senders are with the answers of a civil year, of a body or of all.

    It is the same for all readers of a civil day: the first reading counts and keeps it, where `keep_day` has not. What
    has no case in this year or the one before is not kept: it tells of no one, and a first import is seen at once.
    """
    today = civil_day_start(civil_date(ctx.now))
    day, asked = civil_date(today), civil_date(today).year if year is None else year
    key = body or _OF_ALL
    kept = await repository.find_kept(ctx.session, day, asked, key)
    standing = _read(kept)
    if standing is None:
        begin, end = civil_day_start(date(asked, 1, 1)), min(today, civil_day_start(date(asked + 1, 1, 1)))
        counts = await repository.count(ctx.session, body, begin, max(begin, end))
        figure = satisfaction_response(counts, body, asked, today)
        if asked >= day.year - 1 and not counts.owed:
            return figure
        keep = repository.keep if kept is None else repository.keep_instead
        await keep(ctx.session, day, asked, key, figure.model_dump(mode="json"))
        # Another reader may have been first: what is kept is told, not what was counted here.
        standing = _read(await repository.find_kept(ctx.session, day, asked, key)) or figure
    return standing


def _read(kept: dict[str, Any] | None) -> SatisfactionFigure | None:
    """What is kept; None where nothing is, or in a form that only another release reads."""
    try:
        return None if kept is None else SatisfactionFigure.model_validate(kept)
    except ValidationError:
        return None


async def keep_day(database: Database, log: EventLog, clock: Clock) -> None:
    """Keep the figure of the country in the first hour of a day, so that its first reader does not choose when.

    Of this year and the one before, whose cases still move; that of a body is left to its first reader of the day. Safe
    to run again and in several processes.
    """
    async with database.transaction() as session:
        ctx = Context(session, log, _CLOCK, clock())
        day = civil_date(ctx.now)
        if ctx.now < civil_day_start(day) + _FIRST_HOUR:
            for year in (day.year, day.year - 1):
                await satisfaction(ctx, None, year)
