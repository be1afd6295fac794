"""The public state of a task, and which of its changes are published."""

from dataclasses import fields
from operator import attrgetter

import orjson

from sixclear.common.events.reader import StoredEvent
from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.programme.rules import ProgrammeFacts
from sixclear.tasks.task import lifecycle
from sixclear.tasks.task.events import TaskData, TaskWithdrawn
from sixclear.tasks.task.hidden import hidden_of
from sixclear.tasks.task.lifecycle import TaskRecord
from sixclear.tasks.task.models import AnyTask, Task, state_of
from sixclear.tasks.task.public import Hidden, Said, public_numbers

# Every other field of the event is the column of its name.
_COLUMNS = [name for name in TaskData.model_fields if name not in {"change", "programme"}]
_read_columns = attrgetter(*_COLUMNS)


def is_published(task: AnyTask, change: str) -> bool:
    """Whether an event goes out: always for a public task, once more when a task is withdrawn."""
    return lifecycle.is_published(task.classification, change)


async def task_data(ctx: Context, task: Task, change: str, said: Said | None = None) -> TaskData | TaskWithdrawn:
    """The public state of a task; of a withdrawn one only the identifier is left. `said` is the report made now."""
    if change == "withdrawn":
        return TaskWithdrawn(change=change, task_id=task.task_id)
    # Without a report and evidence no number can differ: a file of new tasks is spared two statements for each.
    may_hide = task.published_version and (task.reports_count or task.evidence_count)
    hidden = (await hidden_of(ctx.session, [task.task_id])).get(task.task_id) if may_hide else None
    return event_data(task, change, hidden.after(said) if hidden and said else hidden)


def event_data(task: AnyTask, change: str, hidden: Hidden | None) -> TaskData:
    """The public state of a task after `change`, as events carry it; of a restricted one the whole state."""
    own = {name: getattr(task, name) for name in _COLUMNS}
    if hidden is not None and task.classification == "public":
        own |= public_numbers(state_of(task), hidden)
    return TaskData(change=change, programme=task.programme.slug, **own)


def event_json(task: AnyTask, change: str, hidden: Hidden | None) -> orjson.Fragment:
    """`event_data` as JSON, encoded once and not checked: a checked row says nothing else. A test compares both."""
    own = dict(zip(_COLUMNS, _read_columns(task), strict=True))
    if hidden is not None and task.classification == "public":
        own |= public_numbers(state_of(task), hidden)
    own["change"], own["programme"] = change, task.programme.slug
    return orjson.Fragment(orjson.dumps(own, str, orjson.OPT_UTC_Z))


def record_at(task: Task, event: StoredEvent) -> TaskRecord:
    """A task as it was after an event that hid nothing and was no withdrawal; what it does not say is as it is now."""
    told = TaskData.model_validate(event.data).model_dump()
    values = {name: told.get(name, getattr(task, name)) for name in _RECORD}
    own = {"version": event.version, "occurred_at": event.occurred_at, "recorded_at": event.recorded_at}
    classification = "public" if event.published else "restricted"
    own_programme = task.programme
    programme = ProgrammeFacts(
        own_programme.slug, own_programme.owner_organisation_id, own_programme.terms, own_programme.references
    )
    return TaskRecord(**values | own | {"classification": classification, "programme": programme})


_RECORD = [field.name for field in fields(TaskRecord)]

TASK = EntityKind[Task]("task", lambda task: task.task_id, task_data, is_published)
