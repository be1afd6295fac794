"""Telling the entity cache of a process what other processes of the service have changed."""

import asyncio
from collections import deque

import structlog
from sqlalchemy import ARRAY, Text, bindparam, text

from sixclear.common.db import Database

_log = structlog.get_logger(__name__)

_EVERY_SECONDS = 1.0
# An event may be committed so many looks after a later one: a transaction that writes events lasts 5 s at most.
_LOOKS_BACK = 10

_CHANGED = text(
    """SELECT head.event_id, event.entity_type, event.entity_id
       FROM (SELECT coalesce(max(event_id), 0) AS event_id FROM event) AS head
       LEFT JOIN event ON event.event_id > :after AND event.entity_type = ANY (:kinds)"""
).bindparams(bindparam("kinds", type_=ARRAY(Text)))


class RecentChanges:
    """Reads which entities changed in the last seconds, and has the cache forget them.

    Events are not committed in their order, and the readers that wait for holes read whole events. Here the last ten
    seconds are read each time instead, by the index and without data: to forget twice does no harm.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._heads: deque[int] = deque(maxlen=_LOOKS_BACK)
        self._failed = False

    async def follow(self) -> None:
        """Look every second, for as long as the process runs."""
        while True:
            try:
                await self.look()
                self._failed = False
            except Exception as error:
                if not self._failed:  # what is remembered is forgotten as a whole after some seconds
                    _log.warning("changed entities not read", error=error)
                self._failed = True
            await asyncio.sleep(_EVERY_SECONDS)

    async def look(self) -> None:
        """Have the cache forget what changed in the last seconds; everything when the log has lost events."""
        cache = self._database.entity_cache
        if not cache.kinds:
            return
        after = self._heads[0] if self._heads else None
        async with self._database.session() as session:
            values = {"after": 2**63 - 1 if after is None else after, "kinds": cache.kinds}
            rows = (await session.execute(_CHANGED, values)).all()
        head: int = rows[0].event_id
        if after is None or head < self._heads[-1]:
            self._heads.clear()
            cache.forget_all()
        cache.forget((kind, one) for _, kind, one in rows if one is not None)
        self._heads.append(head)
        cache.checked()
