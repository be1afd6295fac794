"""The tasks of a programme, a part at a time: a reader that is slow holds no transaction open."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.tasks.export.rules import Language, OwnColumn, body_label, group_labels, own_cell, own_columns
from sixclear.tasks.organisation.service import briefs
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.service import get_programme
from sixclear.tasks.task.access import read_whole
from sixclear.tasks.task.listing import Place
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.responses import task_summaries
from sixclear.tasks.task.schemas import TaskSummary
from sixclear.tasks.task.service.lists import Role, TaskQuery, copied

AT_ONCE = 200
# Named as in the answers of the API; the programme's own fields come after them, by their labels.
COLUMNS = (
    *("task_id", "code", "title", "status", "bucket", "work_group", "lead_organisation", "original_deadline"),
    *("current_deadline", "percent", "last_report_at", "submitted_at", "completed_at", "upper_number"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """What is exported, for whom, and in which language its labels are."""

    asked: TaskQuery
    role: Role | None
    language: Language
    columns: Sequence[OwnColumn]
    groups: dict[str, str]

    @property
    def headings(self) -> list[str]:
        """The first row."""
        return [*COLUMNS, *(column.heading for column in self.columns)]


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a table, and where the following ones begin."""

    rows: list[list[Any]]
    following: Place | None


async def begin(ctx: Context, asked: TaskQuery, role: Role | None, language: Language) -> Export:
    """An export of a programme's tasks; with a role of those in which the caller has that part.

    Raises ProgrammeNotFound.
    """
    assert asked.programme is not None
    programme: Programme = await get_programme(ctx.session, asked.programme)
    columns = own_columns(programme.own_fields, language, inside=role is not None)
    return Export(asked, role, language, columns, group_labels(programme.work_groups, language))


async def next_part(ctx: Context, export: Export, after: Place | None) -> Part:
    """The next tasks, in the order that no change moves; raises ReferenceUnknown and OwnFieldsInvalid for a filter."""
    found, following = await copied(ctx, export.asked, export.role, after, AT_ONCE)
    tasks = [task for task, _ in found]
    # What is not public is read by those concerned; by everyone's address no one reads it.
    whole = set() if export.role is None else await read_whole(ctx.session, ctx.caller, tasks)
    bodies = await _bodies(ctx, export, tasks)
    summaries = await task_summaries(ctx, tasks)
    rows = [
        [*_fixed(export, summary), *_own(export, task, bodies, whole=task.task_id in whole)]
        for task, summary in zip(tasks, summaries, strict=True)
    ]
    return Part(rows, following)


async def _bodies(ctx: Context, export: Export, tasks: Sequence[Task]) -> dict[str, str]:
    """The names of the bodies that references of these tasks name, by identifier."""
    names = [column.name for column in export.columns if column.kind == "reference"]
    given = {_values(task, whole=True).get(name) for task in tasks for name in names} - {None}
    found = await briefs(ctx.session, [UUID(str(one)) for one in given])
    later = await briefs(ctx.session, [one.taken_over_by for one in found.values()])
    named = {key: _name(one.name_vi, one.name_en, export.language) for key, one in {**later, **found}.items()}
    return {
        str(key): body_label(named[key], named.get(one.taken_over_by) if one.taken_over_by else None, export.language)
        for key, one in found.items()
    }


def _name(name_vi: str, name_en: str | None, language: Language) -> str:
    return (name_en if language == "en" else None) or name_vi


def _fixed(export: Export, summary: TaskSummary) -> list[Any]:
    lead, group = summary.lead_organisation, summary.work_group
    shown = {
        "lead_organisation": lead and _name(lead.name_vi, lead.name_en, export.language),
        "work_group": group and export.groups.get(group, group),
    }
    return [shown.get(name, getattr(summary, name)) for name in COLUMNS]


def _own(export: Export, task: Task, bodies: dict[str, str], *, whole: bool) -> list[Any]:
    values = _values(task, whole=whole)
    return [own_cell(column, values.get(column.name), bodies, export.language) for column in export.columns]


def _values(task: Task, *, whole: bool) -> dict[str, Any]:
    return (task.own_fields or {}) | ((task.inside_fields or {}) if whole else {})
