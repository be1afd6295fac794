"""Public numbers are counted from public rows: what was said while a task was restricted is in none of them."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.tasks.models import Task
from sixclear.tasks.repository.hidden import Hidden, hidden_of
from sixclear.tasks.service.tasks import is_concerned, public_numbers

Numbers = Mapping[str, Any]


async def numbers_for(ctx: Context, tasks: Collection[Task]) -> dict[UUID, Numbers]:
    """What the caller is told instead of the stored numbers, by task; bodies concerned are told what is stored."""
    strange = {task.task_id: task for task in tasks if not is_concerned(task, ctx.caller.organisation_id)}
    hidden: Mapping[UUID, Hidden] = await hidden_of(ctx.session, strange.keys())
    return {task_id: public_numbers(strange[task_id], one) for task_id, one in hidden.items()}
