"""The epoch of a service's event log: 1, raised whenever the log is no longer the one that others have read."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.db import Database
from sixclear.common.events.signal import CHANNEL, EPOCH_RAISED

# A dump comes back tables first, then rows, then indexes and keys: without those, rows may still be missing, and a
# raised epoch would be written over.
_WHOLE = text(
    """SELECT coalesce((SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('ix_event_event_id')), false)
          AND EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('log_epoch') AND contype = 'p')"""
)

_RAISE = text("UPDATE log_epoch SET epoch = greatest(epoch, coalesce(:at_least, epoch + 1)) RETURNING epoch")

_TELL = text("SELECT pg_notify(:channel, :said)")


class LogIncomplete(Exception):
    """The tables of the log are not whole; a restore that still runs looks so. Try again when it has ended."""


async def raise_epoch(database: Database, *, at_least: int | None = None) -> int:
    """Raise the log's epoch by one, or to `at_least` where it is lower, and return it.

    A raised epoch makes every reader begin again from the first event, which is dear, and never wrong. Several readers
    notice the same loss: each names the epoch that it read, plus one, so that it is raised once; one more for each of
    them would make all begin again as often (`test_two_groups_raise_it_once`).

    Raises LogIncomplete while a restore runs: `pg_restore` brings indexes and keys last. Before that, rows that are
    still to come look lost, and an epoch that is raised now is overwritten by the dump's (decision 0010;
    `test_while_a_restore_runs_nothing_is_raised`).
    """
    async with database.transaction() as session:
        return await raise_in(session, at_least=at_least)


async def raise_in(session: AsyncSession, *, at_least: int | None = None) -> int:
    """The same in the caller's transaction; every process of the service hears of it when that is committed."""
    if not (await session.execute(_WHOLE)).scalar_one():
        raise LogIncomplete("the event table lacks its index or the epoch its key: is a restore still running?")
    epoch = (await session.execute(_RAISE, {"at_least": at_least})).scalar_one_or_none()
    if epoch is None:
        raise LogIncomplete("log_epoch has no row: is a restore still running?")
    await session.execute(_TELL, {"channel": CHANNEL, "said": EPOCH_RAISED})
    return int(epoch)
