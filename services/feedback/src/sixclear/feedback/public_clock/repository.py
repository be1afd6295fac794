"""Clocks and promised steps of public copies in the database: copied from cases by one statement for each table."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import CIVIL_ZONE
from sixclear.feedback.public_clock.models import PublicClock, PublicClockDay, PublicStep

_ONE = "p.publication_id = :publication_id"
# Senders of before did not know that the day would be told: of those of whom only the hour is kept it is told when a
# moderator releases the copy again.
_ALL = """((s.visibility <> 'sealed' AND s.identity_level <> 'anonymous'
             AND s.first_identity_level IS DISTINCT FROM 'anonymous')
           OR EXISTS (SELECT FROM public_clock c WHERE c.publication_id = p.publication_id))"""
_CLOCKS = """
    INSERT INTO public_clock AS kept (publication_id, received_on, due_on, due_soon_on, first_due_on, reopened_on,
                                      paused, answered_on, answered_in_time)
    SELECT p.publication_id, timezone(z.zone, s.received_at)::date, timezone(z.zone, s.due_at)::date,
           timezone(z.zone, s.due_soon_at)::date,
           CASE WHEN s.first_due_at <> s.due_at THEN timezone(z.zone, s.first_due_at)::date END,
           timezone(z.zone, s.reopened_at)::date, s.paused_since IS NOT NULL,
           timezone(z.zone, s.answered_at)::date, s.answered_at <= s.due_at
    FROM publication p JOIN submission s USING (submission_id), (SELECT CAST(:zone AS text) AS zone) z
    WHERE p.withdrawn_on IS NULL AND (s.visibility <> 'sealed' OR s.embargo_until <= :day) AND {narrow}
    ON CONFLICT (publication_id) DO UPDATE SET
      received_on = excluded.received_on, due_on = excluded.due_on, due_soon_on = excluded.due_soon_on,
      first_due_on = excluded.first_due_on, reopened_on = excluded.reopened_on, paused = excluded.paused,
      answered_on = excluded.answered_on, answered_in_time = excluded.answered_in_time
    WHERE (kept.received_on, kept.due_on, kept.due_soon_on, kept.first_due_on, kept.reopened_on, kept.paused,
           kept.answered_on, kept.answered_in_time)
      IS DISTINCT FROM (excluded.received_on, excluded.due_on, excluded.due_soon_on, excluded.first_due_on,
                        excluded.reopened_on, excluded.paused, excluded.answered_on, excluded.answered_in_time)
"""
# What a correction no longer promises is gone with the answer that it corrects.
_PROMISED = """
    FROM public_clock p JOIN publication c USING (publication_id) JOIN answer a USING (submission_id)
      JOIN promise r USING (answer_id), (SELECT CAST(:zone AS text) AS zone) z
    WHERE a.published_at IS NOT NULL AND {narrow}
      AND NOT EXISTS (SELECT FROM answer n WHERE n.corrects = a.answer_id AND n.published_at IS NOT NULL)
"""
_STEPS = """
    INSERT INTO public_step AS kept (publication_id, promise_id, place, due_on, done_on)
    SELECT p.publication_id, r.promise_id,
           row_number() OVER (PARTITION BY p.publication_id ORDER BY a.published_at, a.drafted_at,
                                                                       a.submission_version NULLS FIRST, r.place),
           r.due_date, timezone(z.zone, r.done_at)::date
    {promised}
    ON CONFLICT (publication_id, promise_id) DO UPDATE SET place = excluded.place, done_on = excluded.done_on
    WHERE (kept.place, kept.done_on) IS DISTINCT FROM (excluded.place, excluded.done_on)
"""
_GONE = """
    DELETE FROM public_step p WHERE {narrow}
      AND (p.publication_id, p.promise_id) NOT IN (SELECT p.publication_id, r.promise_id {promised})
"""
_LEFT_BEHIND = """
    DELETE FROM {table} p USING publication c WHERE c.publication_id = p.publication_id AND c.withdrawn_on IS NOT NULL
"""


async def begin_day(session: AsyncSession, day: date) -> bool:
    """Take the day on; False where another process did, which ended before this answers."""
    new = insert(PublicClockDay).values(day=day).on_conflict_do_nothing().returning(PublicClockDay.day)
    if (await session.scalar(new)) is None:
        return False
    await session.execute(delete(PublicClockDay).where(PublicClockDay.day < day))
    return True


async def find_day(session: AsyncSession) -> date | None:
    """The day for which all was told last."""
    return await session.scalar(select(func.max(PublicClockDay.day)))


async def copy_days(session: AsyncSession, day: date, publication_id: UUID | None = None) -> None:
    """Copy what changed of the cases into the clocks and steps of all public copies, or of one."""
    of_clocks, of_steps = (_ALL, "true") if publication_id is None else (_ONE, _ONE)
    promised = _PROMISED.format(narrow=of_steps)
    values: dict[str, Any] = {"zone": CIVIL_ZONE.key}
    values |= {} if publication_id is None else {"publication_id": publication_id}
    await session.execute(text(_CLOCKS.format(narrow=of_clocks)), values | {"day": day})
    await session.execute(text(_STEPS.format(promised=promised)), values)
    await session.execute(text(_GONE.format(promised=promised, narrow=of_steps)), values)
    if publication_id is None:
        # A release before, which runs beside this one, withdraws a copy without these.
        for table in ("public_step", "public_clock"):
            await session.execute(text(_LEFT_BEHIND.format(table=table)))


async def say_words(session: AsyncSession, publication_id: UUID, words: Mapping[UUID, str]) -> None:
    """Put these words with the steps of a copy, and none with its others."""
    steps = (await session.scalars(select(PublicStep).where(PublicStep.publication_id == publication_id))).all()
    for step in steps:
        step.words = words.get(step.promise_id)
    await session.flush()


async def remove(session: AsyncSession, publication_id: UUID) -> None:
    """Take back what a copy told of clock and steps."""
    for table in (PublicStep, PublicClock):
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
