"""The one statement by which a batch of a hot route writes: its rows, their events, and the keys of its requests.

What was decided stands in a table `taken`, a row each, as far as its row could be locked at the version that was read.
A row that another transaction holds, or has changed since, is passed over, with its event and its key.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sixclear.common.batcher.connection import Exchange
from sixclear.common.events.append import TAKEN_EVENT, append_taken
from sixclear.common.web.idempotency import KEPT_FOR
from sixclear.common.web.idempotency_batch import KEEP_TAKEN, TAKEN_KEY

# `version` is the one that was read where nothing is changed, else the next one.
_ENTITY = {"entity_id": "uuid", "read_version": "integer", "version": "integer"}

# A key that was used meanwhile ends the whole statement, with an error of the class of unusable data: the batch is
# divided until the request stands alone, which then goes the ordinary way. Each row is locked beside the arrays, never
# joined to them: no plan can read the whole table. No lock is waited for, so the rows need no order.
_STATEMENT = """
WITH taken AS MATERIALIZED (
    SELECT new.* FROM unnest({arrays}) WITH ORDINALITY AS new ({names}, place)
    CROSS JOIN LATERAL (SELECT FROM {table} AS entity
                        WHERE entity.{key} = new.entity_id AND entity.version = new.read_version
                        FOR NO KEY UPDATE SKIP LOCKED) AS locked
), {changes}, appended AS ({events}), kept AS ({keys})
SELECT entity_id,
       1 / (CASE WHEN (SELECT count(*) FROM kept) = (SELECT count(key_hash) FROM taken) THEN 1 ELSE 0 END)
FROM taken"""


@dataclass(frozen=True, slots=True)
class HotWrite:
    """A statement, made once: `columns` are those of `taken` beside entity, event and key, with their types.

    `changes` are data-modifying CTEs that read `taken`; `:now` in them is the instant of the batch. A row without an
    event changes nothing, and must be left out by them (`event_data IS NOT NULL`).
    """

    statement: str

    @classmethod
    def of(cls, table: str, key: str, change: str, columns: Mapping[str, str], changes: str) -> "HotWrite":
        """The statement for one change of the entities of one table, whose name is their type."""
        types = {**_ENTITY, **TAKEN_EVENT, **TAKEN_KEY, **columns}
        arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(types.values(), 1))
        statement = _STATEMENT.format(
            arrays=arrays,
            names=", ".join(types),
            table=table,
            key=key,
            changes=changes,
            events=append_taken(table, change),
            keys=KEEP_TAKEN,
        )
        now, until = f"${len(types) + 1}::timestamptz", f"${len(types) + 2}::timestamptz"
        return cls(statement.replace(":now", now).replace(":until", until))

    async def send(self, exchange: Exchange, rows: Sequence[tuple[object, ...]], now: datetime) -> Collection[UUID]:
        """Store these rows of `taken`, and say of which entities they were taken."""
        columns: Sequence[Any] = list(zip(*rows, strict=True))
        return {row[0] for row in await exchange.write(self.statement, *columns, now, now + KEPT_FOR)}
