"""What progress reports of the front read together, by the batcher's own connection: a statement for all of a batch."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.dialects.postgresql import JSONB

from sixclear.common.batcher.statements import Connection
from sixclear.tasks.reporting.rules import SaidReport
from sixclear.tasks.task.lifecycle import TaskRecord
from sixclear.tasks.task.models import Task

_RECORD = [field.name for field in fields(TaskRecord) if field.name != "programme"]
# A row that another transaction holds is left out: the batch does not wait for it, and its report goes the ordinary
# way, which waits. Who adds a row that refers to the task does not wait for this lock, as it would for FOR UPDATE.
_LOCK = f"""SELECT {", ".join(_RECORD)} FROM task WHERE task_id = ANY ($1::uuid[])
            ORDER BY task_id FOR NO KEY UPDATE SKIP LOCKED"""  # noqa: S608 (constants)

# The driver gives JSON as text.
_AS_TEXT = [name for name in _RECORD if isinstance(getattr(Task, name).type, JSONB)]

_SAID = [field.name for field in fields(SaidReport)]
_LAST_SAID = f"""SELECT {", ".join(f"r.{name}" for name in _SAID)}
                 FROM unnest($1::uuid[], $2::integer[]) AS last (task_id, version)
                 JOIN progress_report r ON r.task_id = last.task_id AND r.task_version = last.version"""  # noqa: S608

_HIDING = """SELECT DISTINCT entity_id FROM event
             WHERE NOT published AND entity_type = 'task' AND entity_id = ANY ($1::uuid[])"""


async def lock(connection: Connection, task_ids: Collection[UUID]) -> Sequence[Mapping[str, Any]]:
    """The columns of those of these tasks that no other transaction holds, locked in one order."""
    rows = [dict(row) for row in await connection.fetch(_LOCK, list(task_ids))]
    for row in rows:
        for name in _AS_TEXT:
            row[name] = None if row[name] is None else orjson.loads(row[name])
    return rows


async def last_said(connection: Connection, tasks: Sequence[TaskRecord]) -> dict[UUID, SaidReport]:
    """The reports by which these locked tasks came to their versions, where it was a report."""
    if not tasks:
        return {}
    rows = await connection.fetch(_LAST_SAID, [task.task_id for task in tasks], [task.version for task in tasks])
    return {row["task_id"]: SaidReport(*row) for row in rows}


async def hiding_among(connection: Connection, task_ids: Collection[UUID]) -> set[UUID]:
    """Those of these tasks to which something happened while they were restricted."""
    if not task_ids:
        return set()
    return {row[0] for row in await connection.fetch(_HIDING, list(task_ids))}
