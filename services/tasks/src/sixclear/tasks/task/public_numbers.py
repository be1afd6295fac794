"""Public numbers are counted from public rows: what was said while a task was restricted is in none of them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sixclear.common.events.log import StoredEvent
from sixclear.common.use_case import Context
from sixclear.tasks.task.hidden import Hidden, hidden_of, percents_at
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.service.assign import HANDED_IN, get_task, is_concerned, public_numbers

Numbers = Mapping[str, Any]


async def numbers_for(ctx: Context, tasks: Collection[Task]) -> dict[UUID, Numbers]:
    """What the caller is told instead of the stored numbers, by task; bodies concerned are told what is stored."""
    strange = {task.task_id: task for task in tasks if not is_concerned(task, ctx.caller.organisation_id)}
    hidden: Mapping[UUID, Hidden] = await hidden_of(ctx.session, strange.keys())
    return {task_id: public_numbers(strange[task_id], one) for task_id, one in hidden.items()}


async def percents_for(ctx: Context, task_id: UUID, events: Sequence[StoredEvent]) -> dict[int, int]:
    """The percentages of a task's history as the caller may read them, by version; those of the events where nothing
    of the task is hidden. Raises TaskNotFound.

    An event says what was public when it went out; the bodies concerned read what was stored.
    """
    task = await get_task(ctx, task_id)
    if not await hidden_of(ctx.session, [task_id]):
        return {}
    stated = [event for event in events if "percent" in event.data]
    published = not is_concerned(task, ctx.caller.organisation_id)
    percents = await percents_at(ctx.session, task_id, [event.version for event in stated], published=published)
    done = dict.fromkeys((event.version for event in stated if event.data["status"] in HANDED_IN), 100)
    return percents | done
