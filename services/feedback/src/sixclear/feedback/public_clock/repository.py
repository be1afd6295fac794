"""Clocks and promised steps of public copies in the database: copied from cases by one statement for each table."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import CIVIL_ZONE
from sixclear.common.db import Database
from sixclear.feedback.public_clock.models import PublicClock, PublicClockDay, PublicStep

_THESE = "p.publication_id BETWEEN :first AND :last"
# Senders of before did not know that the day would be told: of those of whom only the hour is kept it is told when a
# moderator releases the copy again.
_OF_A_DAY = f"""{_THESE}
    AND ((s.visibility <> 'sealed' AND s.identity_level <> 'anonymous'
          AND s.first_identity_level IS DISTINCT FROM 'anonymous')
         OR EXISTS (SELECT FROM public_clock c WHERE c.publication_id = p.publication_id))"""
# Of rows that stand as they are none is locked.
_CLOCKS = """
    WITH told AS (
      SELECT p.publication_id, timezone(z.zone, s.received_at)::date AS received_on,
             timezone(z.zone, s.due_at)::date AS due_on, timezone(z.zone, s.due_soon_at)::date AS due_soon_on,
             CASE WHEN s.first_due_at <> s.due_at THEN timezone(z.zone, s.first_due_at)::date END AS first_due_on,
             timezone(z.zone, s.reopened_at)::date AS reopened_on, s.paused_since IS NOT NULL AS paused,
             timezone(z.zone, s.answered_at)::date AS answered_on, s.answered_at <= s.due_at AS answered_in_time
      FROM publication p JOIN submission s USING (submission_id), (SELECT CAST(:zone AS text) AS zone) z
      WHERE p.withdrawn_on IS NULL AND (s.visibility <> 'sealed' OR s.embargo_until <= :day) AND {narrow})
    INSERT INTO public_clock (publication_id, received_on, due_on, due_soon_on, first_due_on, reopened_on, paused,
                              answered_on, answered_in_time)
    SELECT told.* FROM told LEFT JOIN public_clock kept USING (publication_id)
    WHERE (kept.received_on, kept.due_on, kept.due_soon_on, kept.first_due_on, kept.reopened_on, kept.paused,
           kept.answered_on, kept.answered_in_time)
      IS DISTINCT FROM (told.received_on, told.due_on, told.due_soon_on, told.first_due_on, told.reopened_on,
                        told.paused, told.answered_on, told.answered_in_time)
    ON CONFLICT (publication_id) DO UPDATE SET
      received_on = excluded.received_on, due_on = excluded.due_on, due_soon_on = excluded.due_soon_on,
      first_due_on = excluded.first_due_on, reopened_on = excluded.reopened_on, paused = excluded.paused,
      answered_on = excluded.answered_on, answered_in_time = excluded.answered_in_time
"""
# What a correction no longer promises is gone with the answer that it corrects.
_PROMISED = """
    FROM public_clock p JOIN publication c USING (publication_id) JOIN answer a USING (submission_id)
      JOIN promise r USING (answer_id), (SELECT CAST(:zone AS text) AS zone) z
    WHERE a.published_at IS NOT NULL AND {narrow}
      AND NOT EXISTS (SELECT FROM answer n WHERE n.corrects = a.answer_id AND n.published_at IS NOT NULL)
"""
_STEPS = f"""
    WITH told AS (
      SELECT p.publication_id, r.promise_id, row_number() OVER of_copy AS place, r.due_date AS due_on,
             timezone(z.zone, r.done_at)::date AS done_on
      {_PROMISED.format(narrow=_THESE)}
      WINDOW of_copy AS (
        PARTITION BY p.publication_id
        ORDER BY a.published_at, a.drafted_at, a.submission_version NULLS FIRST, r.place, r.promise_id))
    INSERT INTO public_step (publication_id, promise_id, place, due_on, done_on)
    SELECT told.* FROM told LEFT JOIN public_step kept USING (publication_id, promise_id)
    WHERE (kept.place, kept.done_on) IS DISTINCT FROM (told.place, told.done_on)
    ON CONFLICT (publication_id, promise_id) DO UPDATE SET place = excluded.place, done_on = excluded.done_on
"""  # noqa: S608 (constants)
_OF_STEP = "p.publication_id = s.publication_id AND r.promise_id = s.promise_id"
_GONE = f"""
    DELETE FROM public_step s WHERE s.publication_id BETWEEN :first AND :last
      AND NOT EXISTS (SELECT {_PROMISED.format(narrow=_OF_STEP)})
"""  # noqa: S608 (constants)
_LEFT_BEHIND = """
    DELETE FROM {table} p USING publication c
    WHERE c.publication_id = p.publication_id AND c.withdrawn_on IS NOT NULL
      AND p.publication_id BETWEEN :first AND :last
"""
_LAST = text("SELECT publication_id FROM publication WHERE publication_id >= :first ORDER BY 1 OFFSET :more LIMIT 1")
_LOCK = "SELECT pg_try_advisory_lock(hashtext('sixclear feedback public clocks'))"


@asynccontextmanager
async def alone(database: Database) -> AsyncIterator[bool]:
    """Whether no other process tells the day, and none will while the block runs."""
    connection = await database.connect_alone("sixclear-feedback-clocks")
    try:
        yield await connection.fetchval(_LOCK)
    finally:
        await connection.close()


async def end_day(session: AsyncSession, day: date) -> None:
    """Say that all is told for this day."""
    await session.execute(insert(PublicClockDay).values(day=day).on_conflict_do_nothing())
    await session.execute(delete(PublicClockDay).where(PublicClockDay.day < day))


async def find_day(session: AsyncSession) -> date | None:
    """The day for which all was told last."""
    return await session.scalar(select(func.max(PublicClockDay.day)))


async def find_last(session: AsyncSession, first: UUID, count: int) -> UUID | None:
    """The last of so many copies from `first` on, in the order of their identifiers; None where there are fewer."""
    found: UUID | None = await session.scalar(_LAST, {"first": first, "more": count - 1})
    return found


async def copy_one(session: AsyncSession, day: date, publication_id: UUID) -> None:
    """Copy what changed of a case into the clock and the steps of its public copy."""
    await _copy(session, _THESE, day, publication_id, publication_id)


async def copy_days(session: AsyncSession, day: date, first: UUID, last: UUID) -> None:
    """Copy what changed of cases into the clocks and steps of the public copies from `first` to `last`."""
    await _copy(session, _OF_A_DAY, day, first, last)
    # A release before, which runs beside this one, withdraws a copy without these.
    for table in ("public_clock", "public_step"):
        await session.execute(text(_LEFT_BEHIND.format(table=table)), {"first": first, "last": last})


async def _copy(session: AsyncSession, narrow: str, day: date, first: UUID, last: UUID) -> None:
    values: dict[str, Any] = {"zone": CIVIL_ZONE.key, "first": first, "last": last}
    await session.execute(text(_CLOCKS.format(narrow=narrow)), values | {"day": day})
    await session.execute(text(_STEPS), values)
    await session.execute(text(_GONE), values)


async def say_words(session: AsyncSession, publication_id: UUID, words: Mapping[UUID, str]) -> None:
    """Put these words with the steps of a copy, and none with its others."""
    steps = (await session.scalars(select(PublicStep).where(PublicStep.publication_id == publication_id))).all()
    for step in steps:
        step.words = words.get(step.promise_id)
    await session.flush()


async def remove(session: AsyncSession, publication_id: UUID) -> None:
    """Take back what a copy told of clock and steps; locked in the order in which a day locks them."""
    for table in (PublicClock, PublicStep):
        await session.execute(delete(table).where(table.publication_id == publication_id))


async def list_clocks(
    session: AsyncSession, copies: Collection[UUID]
) -> Sequence[tuple[PublicClock, int, date | None]]:
    """The clocks of these copies, each with how many of its steps are open, and the day for which all was told last."""
    waits = PublicStep.publication_id == PublicClock.publication_id, PublicStep.done_on.is_(None)
    open_steps = select(func.count()).select_from(PublicStep).where(*waits).scalar_subquery()
    day = select(func.max(PublicClockDay.day)).scalar_subquery()
    statement = select(PublicClock, open_steps, day).where(PublicClock.publication_id.in_(copies))
    return [(row[0], row[1], row[2]) for row in await session.execute(statement)]


async def list_steps(session: AsyncSession, publication_id: UUID) -> Sequence[PublicStep]:
    """The promised steps of a copy, in their order."""
    statement = select(PublicStep).where(PublicStep.publication_id == publication_id)
    return (await session.scalars(statement.order_by(PublicStep.place, PublicStep.promise_id))).all()
