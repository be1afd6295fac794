"""Clocks and promised steps of public copies: copied at the release, and once a civil day for all."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from sixclear.common.clock import Clock, civil_date
from sixclear.common.db import Database
from sixclear.common.use_case import Context
from sixclear.feedback.public_clock import repository
from sixclear.feedback.public_clock.models import Clocks, PublicStep


async def tell(ctx: Context, publication_id: UUID, words: Mapping[UUID, str]) -> None:
    """Tell the clock of a copy that is released, and its promised steps with the words that were released.

    Of a sealed initiative nothing is told before its embargo ends.
    """
    await repository.copy_days(ctx.session, civil_date(ctx.now), publication_id)
    await repository.say_words(ctx.session, publication_id, words)


async def take_back(ctx: Context, publication_id: UUID) -> None:
    """Tell nothing more of a copy that is withdrawn."""
    await repository.remove(ctx.session, publication_id)


async def tell_day(database: Database, clock: Clock) -> bool:
    """Tell how all clocks and steps stand when a day begins; False where that is done.

    Safe to run again and in several processes: the first one takes the day on, and others wait for it or find it done.
    """
    day = civil_date(clock())
    async with database.session() as session:
        told = await repository.find_day(session)
    if told is not None and told >= day:
        return False
    async with database.transaction() as session:
        if not await repository.begin_day(session, day):
            return False
        await repository.copy_days(session, day)
    return True


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
