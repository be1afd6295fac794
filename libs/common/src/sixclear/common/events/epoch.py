"""The epoch of a service's event log: 1, raised whenever the log is no longer the one that others have read."""

from sqlalchemy import text

from sixclear.common.db import Database

# A dump comes back tables first, then rows, then indexes and keys: without those, rows may still be missing, and a
# raised epoch would be written over.
_WHOLE = text(
    """SELECT coalesce((SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('ix_event_event_id')), false)
          AND EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('log_epoch') AND contype = 'p')"""
)

_RAISE = text("UPDATE log_epoch SET epoch = greatest(epoch, coalesce(:at_least, epoch + 1)) RETURNING epoch")


class LogIncomplete(Exception):
    """The tables of the log are not whole; a restore that still runs looks so. Try again when it has ended."""


async def raise_epoch(database: Database, *, at_least: int | None = None) -> int:
    """Raise the log's epoch by one, or to `at_least` where it is lower, and return it.

    Several who notice the same loss name the same number, so that it is raised once. Raises LogIncomplete while a
    restore runs.
    """
    async with database.transaction() as session:
        if not (await session.execute(_WHOLE)).scalar_one():
            raise LogIncomplete("the event table lacks its index or the epoch its key: is a restore still running?")
        epoch = (await session.execute(_RAISE, {"at_least": at_least})).scalar_one_or_none()
        if epoch is None:
            raise LogIncomplete("log_epoch has no row: is a restore still running?")
        return int(epoch)
