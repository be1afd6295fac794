"""A snapshot of a database that holds what its event log says up to one position, and nothing after it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.db import Database

_LOCK_NOT_AVAILABLE = "55P03"
_PLACE = text("SELECT coalesce((SELECT max(event_id) FROM event), 0) AS position, epoch FROM log_epoch")


class WritersBusy(Exception):
    """A transaction that writes events did not end in time."""


@dataclass(frozen=True, slots=True)
class Settled:
    """`session` sees every change up to `position` in the log of `epoch`, and none after it, however long it reads."""

    session: AsyncSession
    position: int
    epoch: int


@asynccontextmanager
async def settled(database: Database, wait_seconds: float) -> AsyncIterator[Settled]:
    """A transaction whose snapshot is a prefix of the log; committed at the end, or rolled back.

    A snapshot alone is not: a transaction may draw 5 and commit after 6, and between the two 6 is seen without 5. So
    the snapshot is taken while no transaction has a number that is not decided: SHARE on the event table waits for
    those that have one (each holds ROW EXCLUSIVE since before it drew it) and keeps others from drawing one. Rolling
    back to the savepoint releases the lock, and the snapshot stays: writers wait for a moment, never for the reading.
    Those that come meanwhile wait behind the lock too, so it is given up after `wait_seconds`: raises WritersBusy, and
    is tried again later. Limit: where transactions of seconds follow each other without a pause it may take many tries
    (decision 0024; `test_every_snapshot_is_the_fold_of_the_log_up_to_its_position`).
    """
    async with database.session() as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        savepoint = await session.begin_nested()
        await session.execute(text(f"SET LOCAL lock_timeout = {max(1, int(wait_seconds * 1000))}"))
        try:
            await session.execute(text("LOCK TABLE ONLY event IN SHARE MODE"))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            raise WritersBusy(f"events were being written for {wait_seconds} s") from error
        place = (await session.execute(_PLACE)).one()  # the first query: here the snapshot is taken
        await savepoint.rollback()
        yield Settled(session, place.position, place.epoch)
        await session.commit()
