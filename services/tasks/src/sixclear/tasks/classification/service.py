"""Kept answers of idempotency keys: to give one again is a reading, and the rule of now decides what it tells."""

from typing import Any
from uuid import UUID

import orjson

from sixclear.common.use_case import Context
from sixclear.tasks.imports.schemas import ImportResult
from sixclear.tasks.intake.schemas import TaskBulkResult
from sixclear.tasks.reporting.schemas import BulkResult
from sixclear.tasks.task.access import NOT_SEEN
from sixclear.tasks.task.errors import TaskNotFound
from sixclear.tasks.task.service.find import get_task, has_hidden_numbers, invisible_among, shown, shown_after


async def readable(ctx: Context, answer: bytes) -> bytes:
    """What the caller may read now of an answer that was kept for it; raises TaskNotFound for one on a hidden task.

    A kept answer is as old as its change, up to a day: given again as it stands, it would tell a task that was
    restricted since, or the numbers of one of which something is hidden, to a body that has no part in it any more.
    Such a body is told what everyone is; of what hangs on the task, nothing. Of a bulk request only the items on hidden
    tasks are refused. Costs the statements of a reading for each retry (decision 0014;
    `test_a_kept_answer_tells_a_former_body_what_everyone_reads`).
    """
    told: Any = orjson.loads(answer) if answer else None
    if not isinstance(told, dict):
        return answer
    if "items" in told:
        kind = _kind_of(told)
        return answer if kind is None else await _readable_items(ctx, answer, kind)
    return await _readable_one(ctx, told, answer) if told.get("task_id") else answer


async def made_again(ctx: Context, task_id: UUID, version: int) -> bytes:
    """The answer that a body with a part in a task was given when this version was made; raises TaskNotFound.

    It is byte by byte the same, unless what a version's event does not say has changed since: its description, the
    names of bodies and documents, the owner of the programme. Then it says of the same version what
    holds now; where the event was purged, what the caller may read now. Costs the task, its event, and names.
    """
    task = await get_task(ctx, task_id)
    events = await ctx.log.history(ctx.session, "task", task_id, limit=1, before=version + 1)
    if not events or events[0].version != version:
        return (await shown(ctx, task)).model_dump_json().encode()
    return await shown_after(ctx, task, events[0])


async def _readable_one(ctx: Context, told: dict[str, Any], answer: bytes) -> bytes:
    task = await get_task(ctx, UUID(told["task_id"]))
    if not await has_hidden_numbers(ctx, task):
        return answer
    if "evidence_count" not in told:
        # What hangs on a task has no such count. It was perhaps said in confidence: the answer does not tell.
        raise TaskNotFound(NOT_SEEN)
    return (await shown(ctx, task)).model_dump_json().encode()


def _kind_of(told: dict[str, Any]) -> type[BulkResult | TaskBulkResult | ImportResult] | None:
    """What the answer on many items is; None for one whose items name no task, as values do not."""
    if "kind" in told:
        return ImportResult
    if "created" in told:
        return TaskBulkResult
    return BulkResult if "reported" in told else None


async def _readable_items(ctx: Context, answer: bytes, kind: type[BulkResult | TaskBulkResult | ImportResult]) -> bytes:
    told = kind.model_validate_json(answer)
    named = {item.task_id for item in told.items if item.task_id is not None}
    hidden = await invisible_among(ctx, named)
    if not hidden:
        return answer
    for item in told.items:
        if item.task_id in hidden:
            item.refuse(TaskNotFound.code, NOT_SEEN)
    return told.counted().model_dump_json().encode()
