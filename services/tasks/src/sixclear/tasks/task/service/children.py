"""What hangs on a task follows it: withdrawn with it, and told again when it is public again or in other hands.

Each kind of entity that hangs on tasks is named once, where the application is wired (`hang`). A lower folder never
calls an upper one, so the task knows its children by this list alone.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.change import Change
from sixclear.common.recording import EntityKind, record
from sixclear.common.use_case import Context
from sixclear.tasks.task import repository as rows
from sixclear.tasks.task.models import AnyTask, CarriesTask, Task

C = TypeVar("C", bound=CarriesTask)

# The task, which is locked, the change and when it became true.
Follow = Callable[[Context, Task, Change, datetime], Awaitable[None]]

# What an open child carries of its task: its columns with their values.
Carried = Callable[[Any, Task], Mapping[str, Any]]

# What a child that hangs on several tasks carries of them after a change of this one.
Shared = Callable[[Context, Any, Task], Awaitable[Mapping[str, Any]]]

WITHDRAWN = "withdrawn"
RESTATED = "restated"


@dataclass(frozen=True)
class Children(Generic[C]):
    """A kind of entity that hangs on tasks. Its changes `restated` and `withdrawn` are declared.

    `confirmed` is what becomes of them when a body is about to confirm their task; it raises what stands against it.
    `follow` is what else a change of the task makes of it, in the same transaction. `carried` is what an open one
    carries of the task beside `dimensions`, told again with them. `shared` is what one that hangs on several tasks
    carries, in the place of all that.
    """

    model: type[C]
    kind: EntityKind[C]
    confirmed: Callable[[Context, Task, datetime, UUID], Awaitable[None]] | None = None
    follow: "Follow | None" = None
    carried: "Carried | None" = None
    shared: "Shared | None" = None


_hanging: tuple[Children[Any], ...] = ()


def hang(*children: Children[Any]) -> None:
    """Name all kinds of entities that hang on tasks; the application does it once, when it is wired."""
    global _hanging
    _hanging = children


def hanging() -> Sequence[Children[Any]]:
    """Every kind of entity that hangs on tasks."""
    return _hanging


def dimensions(task: AnyTask) -> dict[str, Any]:
    """What an entity that hangs on the task carries of it, so that it is counted without a join."""
    return {
        "task_id": task.task_id,
        "programme": task.programme.slug,
        "assigned_by": task.assigned_by,
        "organisation_id": task.lead_organisation_id,
        "classification": task.classification,
        "demonstration": task.demonstration,
    }


async def withdraw_children(ctx: Context, task: Task, occurred_at: datetime) -> None:
    """Withdraw what hangs on a task that is about to become restricted: the children first, the parent last."""
    for children in _hanging:
        for child in await rows.lock_children(ctx.session, children.model, task.task_id):
            if child.classification == "restricted":
                continue  # with another of its tasks
            told = WITHDRAWN if child.published_version is not None else RESTATED
            await record(ctx, child, Change(told, {"classification": "restricted"}), occurred_at, children.kind)


async def restate_children(ctx: Context, task: Task, occurred_at: datetime) -> None:
    """Tell again what hangs on a task, after what it carries of the task changed.

    What is closed stays with the body that was answerable; only its classification follows.
    """
    for children in _hanging:
        for child in await rows.lock_children(ctx.session, children.model, task.task_id):
            shared = children.shared
            carried = _carried(children, child, task) if shared is None else await shared(ctx, child, task)
            changed = {name: value for name, value in carried.items() if getattr(child, name) != value}
            if changed:
                await record(ctx, child, Change(RESTATED, changed), occurred_at, children.kind)


def _carried(children: Children[Any], child: Any, task: Task) -> Mapping[str, Any]:
    now = dimensions(task)
    if not child.is_open:
        return {"classification": now["classification"]}
    return now if children.carried is None else {**now, **children.carried(child, task)}


async def addresses_below(session: AsyncSession, task_id: str) -> Collection[str]:
    """The addresses of what hangs on a task; none where the text names no task."""
    try:
        named = UUID(task_id)
    except ValueError:
        return ()
    found = [str(one) for one in await rows.evidence_ids(session, named)]
    for children in _hanging:
        for child in await rows.list_children(session, children.model, named):
            found += child.addresses
    return found


async def confirm_children(ctx: Context, task: Task, occurred_at: datetime, organisation_id: UUID) -> None:
    """What the confirmation of a task by this body makes of what hangs on it; raises what stands against it."""
    for children in _hanging:
        if children.confirmed is not None:
            await children.confirmed(ctx, task, occurred_at, organisation_id)


async def follow_children(ctx: Context, task: Task, change: Change, occurred_at: datetime) -> None:
    """Let what hangs on a task follow a change of it, after the task's own event."""
    for children in _hanging:
        if children.follow is not None:
            await children.follow(ctx, task, change, occurred_at)


def moves_children(changed: Mapping[str, Any]) -> bool:
    """Whether a change of these columns of a task changes what its children carry of it."""
    return not changed.keys().isdisjoint(
        {"classification", "programme_id", "assigned_by", "lead_organisation_id", "demonstration"}
    )
