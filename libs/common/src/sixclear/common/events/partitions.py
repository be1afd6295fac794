"""The month partitions of the event table: made ahead, so that a month can be detached and archived as a whole."""

import asyncio
from datetime import UTC, date

import structlog
from dateutil.relativedelta import relativedelta
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from sixclear.common.clock import Clock
from sixclear.common.db import Database

_log = structlog.get_logger(__name__)

_MONTHS_AHEAD = 3
_UPKEEP_EVERY_SECONDS = 6 * 3600.0


class Partitions:
    """Keeps the partitions of this month and the next ones."""

    def __init__(self, service: str, database: Database, clock: Clock) -> None:
        self._service = service
        self._database = database
        self._clock = clock

    async def add(self) -> None:
        """Make the partitions of this month and the following ones that do not exist yet.

        A month whose rows already went to the DEFAULT partition stays there: nothing is lost, only its archiving is
        not a mere detach.
        """
        first = self._clock().astimezone(UTC).date().replace(day=1)
        for month in (first + relativedelta(months=ahead) for ahead in range(_MONTHS_AHEAD + 1)):
            try:
                await self._add(month)
            except DBAPIError as error:
                _log.warning("event partition not made", service=self._service, month=str(month), error=error)

    async def _add(self, month: date) -> None:
        name = f"event_{month:%Y_%m}"
        async with self._database.transaction() as session:
            # Attaching takes a lock that lets writers of other partitions go on; PARTITION OF would stop them all.
            await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('sixclear event partitions'))"))
            if (await session.execute(text("SELECT to_regclass(:name)"), {"name": name})).scalar_one() is not None:
                return
            await session.execute(text(f"CREATE TABLE {name} (LIKE event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"))
            await session.execute(
                text(
                    f"ALTER TABLE event ATTACH PARTITION {name} FOR VALUES"
                    f" FROM ('{month} 00:00:00+00') TO ('{month + relativedelta(months=1)} 00:00:00+00')"
                )
            )

    async def keep(self) -> None:
        """Add partitions as months pass, until cancelled; a failure is logged and tried again."""
        while True:
            await asyncio.sleep(_UPKEEP_EVERY_SECONDS)
            try:
                await self.add()
            except Exception:
                _log.exception("event partitions not checked", service=self._service)
