"""Ratings in the database."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, delete, exists, func, or_, select, true, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.rating.models import Rating, RatingReminder, SatisfactionDay
from sixclear.feedback.rating.rules import Counts
from sixclear.feedback.submission.models import Submission


async def find_rating(session: AsyncSession, submission: Submission) -> Rating | None:
    """What the sender said of the answer that holds.

    The case says whether and what: one that keeps hours can be answered, rated and opened again in one hour.
    """
    statement = select(Rating).where(
        Rating.submission_id == submission.submission_id,
        Rating.answered_at == submission.answered_at,
        Rating.rating == submission.rating,
    )
    newest = Rating.rated_at.desc(), Rating.submission_version.desc().nulls_last()
    return await session.scalar(statement.order_by(*newest).limit(1))


async def list_ratings(session: AsyncSession, submission_id: UUID) -> Sequence[Rating]:
    """All that the sender said of the answers of a case; two at most, since it is opened again once."""
    statement = select(Rating).where(Rating.submission_id == submission_id)
    oldest = Rating.rated_at, Rating.submission_version.nulls_first()
    return (await session.scalars(statement.order_by(*oldest))).all()


async def find_reminder(session: AsyncSession, submission_id: UUID, answered_at: datetime) -> RatingReminder | None:
    """That the sender was asked once more for a rating of this answer."""
    return await session.get(RatingReminder, (submission_id, answered_at))


async def lock_unrated(
    session: AsyncSession, answered_after: datetime, answered_until: datetime, limit: int
) -> Sequence[Submission]:
    """Cases that were answered then, are not rated, and of which nobody was reminded; their rows locked."""
    reminded = exists().where(
        RatingReminder.submission_id == Submission.submission_id, RatingReminder.answered_at == Submission.answered_at
    )
    narrowed = select(Submission).where(
        Submission.status == "answered",
        Submission.rating.is_(None),
        Submission.answered_at > answered_after,
        Submission.answered_at <= answered_until,
        ~reminded,
    )
    locked = narrowed.order_by(Submission.answered_at).limit(limit).with_for_update(skip_locked=True)
    return (await session.scalars(locked)).all()


async def find_kept(session: AsyncSession, day: date, year: int, body: UUID) -> dict[str, Any] | None:
    """What is kept as told on a day of a year, of a body or of all."""
    return await session.scalar(
        select(SatisfactionDay.told).where(
            SatisfactionDay.day == day, SatisfactionDay.year == year, SatisfactionDay.body == body
        )
    )


async def keep(session: AsyncSession, day: date, year: int, body: UUID, told: dict[str, Any]) -> None:
    """Keep what is told on a day unless it is kept already; what was told on days before goes."""
    key = tuple_(SatisfactionDay.day, SatisfactionDay.year, SatisfactionDay.body)
    # Two readers of a new day do not wait for each other here, and cannot lock each other out.
    over = select(*key.clauses).where(SatisfactionDay.day < day).with_for_update(skip_locked=True)
    await session.execute(delete(SatisfactionDay).where(key.in_(over)))
    row = {"day": day, "year": year, "body": body, "told": told}
    await session.execute(insert(SatisfactionDay).values(row).on_conflict_do_nothing())


async def keep_instead(session: AsyncSession, day: date, year: int, body: UUID, told: dict[str, Any]) -> None:
    """Keep this in the place of what is kept."""
    key = {"day": day, "year": year, "body": body}
    await session.execute(update(SatisfactionDay).filter_by(**key).values(told=told))


async def count(session: AsyncSession, body: UUID | None, begin: datetime, end: datetime) -> Counts:
    """The cases of a time, each once: answered in it, or still owed an answer whose day, or reopening, lies in it."""
    row = (await session.execute(_counted(body, begin, end))).mappings().one()
    return Counts(**row)


def _counted(body: UUID | None, begin: datetime, end: datetime) -> Select[Any]:
    answered = and_(Submission.answered_at >= begin, Submission.answered_at < end)
    open_case = Submission.status.not_in(("answered", "withdrawn"))
    owing = and_(
        open_case,
        or_(
            and_(Submission.due_at >= begin, Submission.due_at < end),
            and_(Submission.reopened_at >= begin, Submission.reopened_at < end),
        ),
    )
    # One row at most, since two answers of one hour, each rated, would count the case twice.
    of_answer = select(Rating.rating).where(
        Rating.submission_id == Submission.submission_id,
        Rating.answered_at == Submission.answered_at,
        Rating.rating == Submission.rating,
        Rating.rated_at < end,
    )
    said = of_answer.limit(1).lateral()
    content = and_(
        answered,
        Submission.answered_at <= Submission.due_at,
        said.c.rating.is_distinct_from("not_solved"),
        or_(Submission.reopened_at.is_(None), Submission.reopened_at >= end),
        or_(Submission.appealed_at.is_(None), Submission.appealed_at >= end),
    )
    named = [Submission.organisation_id == body, Submission.visibility != "sealed"] if body else []
    counted = {
        "owed": or_(answered, owing),
        "content": content,
        "answered": answered,
        "solved": and_(answered, said.c.rating == "solved"),
        "partly": and_(answered, said.c.rating == "partly"),
        "not_solved": and_(answered, said.c.rating == "not_solved"),
        "demonstration": and_(answered, Submission.demonstration),
    }
    counts: list[Any] = [func.count().filter(condition).label(name) for name, condition in counted.items()]
    return select(*counts).select_from(Submission).outerjoin(said, true()).where(or_(answered, owing), *named)
