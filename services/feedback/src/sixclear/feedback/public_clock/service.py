"""Clocks and promised steps of public copies: copied at the release, and once a civil day for all."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from sixclear.common.clock import Clock, civil_date
from sixclear.common.db import Database
from sixclear.common.use_case import Context
from sixclear.feedback.public_clock import repository
from sixclear.feedback.public_clock.models import Clocks, PublicStep

# A transaction has five seconds.
_CHUNK = 2_000
_NO_LATER = UUID(int=2**128 - 1)


async def tell(ctx: Context, publication_id: UUID, words: Mapping[UUID, str]) -> None:
    """Tell the clock of a copy that is released, and its promised steps with the words that were released.

    Of a sealed initiative nothing is told before its embargo ends.
    """
    await repository.copy_one(ctx.session, civil_date(ctx.now), publication_id)
    await repository.say_words(ctx.session, publication_id, words)


async def take_back(ctx: Context, publication_id: UUID) -> None:
    """Tell nothing more of a copy that is withdrawn."""
    await repository.remove(ctx.session, publication_id)


async def tell_day(database: Database, clock: Clock) -> bool:
    """Tell how all clocks and steps stand when a day begins; False where that is done.

    Safe to run again and in several processes: one does it, the others go on with something else. Some copies at a
    time have a transaction of their own, and what it copied stays where a later one fails; the day is told at the end.
    """
    day = civil_date(clock())
    if await _is_told(database, day):
        return False
    async with repository.alone(database) as alone:
        if not alone or await _is_told(database, day):
            return False
        first: UUID | None = UUID(int=0)
        while first is not None:
            async with database.transaction() as session:
                last = await repository.find_last(session, first, _CHUNK)
                await repository.copy_days(session, day, first, last or _NO_LATER)
            first = None if last is None else UUID(int=last.int + 1)
        async with database.transaction() as session:
            await repository.end_day(session, day)
    return True


async def _is_told(database: Database, day: date) -> bool:
    async with database.session() as session:
        told = await repository.find_day(session)
    return told is not None and told >= day


async def day_told(ctx: Context) -> date:
    """The day at whose start clocks stand as they are told."""
    return await repository.find_day(ctx.session) or civil_date(ctx.now)


async def clocks_of(ctx: Context, copies: Collection[UUID]) -> Clocks:
    """The clocks of these copies; a copy of which none is told is not among them, and has no steps."""
    rows = await repository.list_clocks(ctx.session, copies)
    told = next((day for _, _, day in rows), None)
    return Clocks(
        day=told or civil_date(ctx.now),
        by_copy={clock.publication_id: clock for clock, _, _ in rows},
        open_steps={clock.publication_id: number for clock, number, _ in rows},
    )


async def steps_of(ctx: Context, publication_id: UUID) -> Sequence[PublicStep]:
    """The promised steps of a copy, in their order."""
    return await repository.list_steps(ctx.session, publication_id)
