"""Own tasks below national ones: what a description may name."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.programme.models import Programme
from sixclear.tasks.task import repository as rows
from sixclear.tasks.task.errors import UpperTaskInvalid
from sixclear.tasks.task.models import Task

_FIELDS = "upper_task_id", "upper_number"


async def named_uppers(session: AsyncSession, named: Collection[UUID | None]) -> Mapping[UUID, str]:
    """The public ones among the tasks that descriptions name as upper ones, each with the reach of its programme."""
    return await rows.reaches_of_public(session, {one for one in named if one is not None})


def check_upper(task: Task | None, fields: Mapping[str, Any], programme: Programme, uppers: Mapping[UUID, str]) -> None:
    """Raises UpperTaskInvalid for what a description may not name; what the task has in its programme stays.

    A restricted task is refused as one that is not there.
    """
    stays = task is not None and task.programme_id == programme.programme_id
    changed = {
        name: fields[name] for name in _FIELDS if fields[name] and not (stays and getattr(task, name) == fields[name])
    }
    if changed and programme.reach != "own":
        raise UpperTaskInvalid(
            "The task is in a national programme, and stands below none.",
            errors=[_error(name, "programme-national", "Leave it out in a national programme.") for name in changed],
        )
    if "upper_task_id" not in changed:
        return
    reach = uppers.get(changed["upper_task_id"])
    if reach is None:
        raise UpperTaskInvalid(
            "No public task has this identifier.",
            errors=[_error("upper_task_id", "task-unknown", "No public task has this identifier.")],
        )
    if reach != "national":
        raise UpperTaskInvalid(
            "The task that it names is another own one.",
            errors=[_error("upper_task_id", "upper-not-national", "Its programme is not national.")],
        )


def _error(field: str, code: str, detail: str) -> dict[str, str]:
    return {"pointer": f"#/{field}", "code": code, "detail": detail}
