"""What progress reports of the front read and write together: one statement each, by the batcher's own connection."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.dialects.postgresql import JSONB

from sixclear.common.batcher.connection import Exchange
from sixclear.common.web.hot_write import HotWrite
from sixclear.common.web.idempotency import Claim
from sixclear.common.web.idempotency_batch import USED_BEFORE
from sixclear.tasks.programme.rules import ProgrammeFacts
from sixclear.tasks.reporting.rules import CHANGE, Decision, SaidReport
from sixclear.tasks.task.lifecycle import TaskRecord
from sixclear.tasks.task.models import Task

_RECORD = [field.name for field in fields(TaskRecord)]
_PROGRAMME = _RECORD.index("programme")
# The driver gives JSON as text.
_AS_TEXT = [
    place for place, name in enumerate(_RECORD) if name != "programme" and isinstance(getattr(Task, name).type, JSONB)
]
_SAID = [field.name for field in fields(SaidReport)]

# Each look-up stands beside the array, never joined to it, so that no plan can read a whole table. What is hidden is
# asked once for all: of most tasks nothing is, and the partial index `ix_event_hidden` is nearly empty.
_COLUMNS = ", ".join("programme_id AS programme" if name == "programme" else name for name in _RECORD)
READ = f"""
SELECT found.*, {", ".join(f"said.{name}" for name in _SAID)}, {USED_BEFORE} AS used,
       found.task_id IN (SELECT entity_id FROM event
                         WHERE NOT published AND entity_type = 'task' AND entity_id = ANY ($1::uuid[])) AS hiding,
       asked.obstacle_key IS NULL
           OR 'open' IN (SELECT state FROM obstacle o WHERE o.key = asked.obstacle_key OFFSET 0) AS known
FROM unnest($1::uuid[], $2::text[], $3::bytea[], $6::uuid[]) AS asked (task_id, client_id, key_hash, obstacle_key)
CROSS JOIN LATERAL (SELECT {_COLUMNS} FROM task WHERE task.task_id = asked.task_id OFFSET 0) AS found
LEFT JOIN LATERAL (SELECT {", ".join(_SAID)} FROM progress_report AS r
                   WHERE found.last_report_at >= $4::timestamptz
                     AND r.task_id = found.task_id AND r.task_version = found.version OFFSET 0) AS said ON true
""".replace(":now", "$5::timestamptz")  # noqa: S608 (constants)


@dataclass(frozen=True, slots=True)
class ReadTask:
    """A task as it was read, with what else may count for a report on it.

    `said` is the report that made its version, where there is one of this civil day. `used`: the key was used before.
    `hiding`: something happened to it while it was restricted. `known`: the difficulty that the report states, if any,
    is an open obstacle already.
    """

    values: Sequence[Any]
    said: SaidReport | None
    used: bool
    hiding: bool
    known: bool

    @property
    def programme_id(self) -> UUID:
        """The programme that it is in."""
        programme_id: UUID = self.values[_PROGRAMME]
        return programme_id

    def record(self, programmes: Mapping[UUID, ProgrammeFacts]) -> TaskRecord:
        """The task itself."""
        values = list(self.values)
        values[_PROGRAMME] = programmes[self.programme_id]
        for place in _AS_TEXT:
            values[place] = None if values[place] is None else orjson.loads(values[place])
        return TaskRecord(*values)


async def read(
    exchange: Exchange,
    task_ids: Sequence[UUID],
    claims: Sequence[Claim | None],
    obstacle_keys: Sequence[UUID | None],
    since: datetime,
    now: datetime,
) -> Sequence[ReadTask]:
    """Those of these tasks that are there, as one snapshot has them; nothing is locked."""
    clients = [claim and claim.client_id for claim in claims]
    hashes = [claim and claim.key_hash for claim in claims]
    rows = await exchange.read(READ, task_ids, clients, hashes, since, now, obstacle_keys)
    width, end = len(_RECORD), len(_RECORD) + len(_SAID)
    return [
        ReadTask(row[:width], None if row[width] is None else SaidReport(*row[width:end]), *row[end : end + 3])
        for row in rows
    ]


_MOVED = {
    "published_version": "integer",
    "status": "text",
    "percent": "smallint",
    "last_report_at": "timestamptz",
    "reports_count": "integer",
    "occurred_at": "timestamptz",
}
_TOLD = {
    "organisation_id": "uuid",
    "percent": "smallint",
    "public_percent": "smallint",
    "text": "text",
    "difficulty": "text",
    "cause": "text",
    "remedy": "text",
    "occurred_at": "timestamptz",
}
_NOTHING = (None,) * (len(_MOVED) + len(_TOLD))
WRITE = HotWrite.of(
    "task",
    "task_id",
    CHANGE,
    {f"new_{name}": kind for name, kind in _MOVED.items()} | {f"said_{name}": kind for name, kind in _TOLD.items()},
    f"""moved AS (
        UPDATE task SET version = taken.version, recorded_at = :now,
                        {", ".join(f"{name} = new_{name}" for name in _MOVED)}
        FROM taken WHERE task.task_id = taken.entity_id AND event_data IS NOT NULL
    ), said AS (
        INSERT INTO progress_report (task_id, task_version, recorded_at, {", ".join(_TOLD)})
        SELECT entity_id, version, :now, {", ".join(f"said_{name}" for name in _TOLD)}
        FROM taken WHERE event_data IS NOT NULL
    )""",  # noqa: S608 (constants)
)
_read_moved, _read_told = attrgetter(*_MOVED), attrgetter(*_TOLD)


def row_of(decision: Decision, event: tuple[object, ...], key: tuple[object, ...]) -> tuple[object, ...]:
    """What is stored of a decision with its event and its key, `NO_EVENT` and `NO_KEY` where it has none."""
    task, report = decision.task, decision.report
    if report is None:
        return (task.task_id, task.version, task.version, *event, *key, *_NOTHING)
    return (task.task_id, task.version - 1, task.version, *event, *key, *_read_moved(task), *_read_told(report))


async def write(exchange: Exchange, rows: Sequence[tuple[object, ...]], now: datetime) -> Collection[UUID]:
    """Store these rows, and say on which tasks: one that another transaction holds or has changed is passed over."""
    return await WRITE.send(exchange, rows, now)
