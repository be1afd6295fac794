"""Changing a part of a task's description; the rest stays."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sixclear.common.use_case import Context, Expect
from sixclear.common.web.merge_patch import patched
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.schemas import TaskProposal
from sixclear.tasks.task.service.describe import upsert_task
from sixclear.tasks.task.service.find import locked

# What a description has in a column's own name and form.
_PLAIN = (
    "title",
    "code",
    "description",
    "directive_id",
    "clause",
    "upper_task_id",
    "upper_number",
    "classification",
    "kind",
    "recurrence",
    "assigned_by",
    "product",
    "product_kind",
    "authority",
    "demonstration",
)

# Otherwise the values stay as they are, and a field that is required since then stops no other change: a task can be
# restricted at any time.
_ASK_FOR_OWN_FIELDS = frozenset({"own_fields", "programme"})


async def patch_task(ctx: Context, task_id: UUID, patch: Mapping[str, Any], expect: Expect, *, most_open: int) -> Task:
    """Describe a task again with what it has, changed by a merge patch: the rules are those of `upsert_task`."""
    task = await locked(ctx, task_id, expect)
    key = {"task_id": str(task_id), "source": task.source, "external_id": task.external_id}
    described = _described(task)
    if patch.keys().isdisjoint(_ASK_FOR_OWN_FIELDS):
        del described["own_fields"]
    proposal = patched(TaskProposal, described, patch, **key)
    return (await upsert_task(ctx, proposal, expect, most_open=most_open))[0]


def _described(task: Task) -> dict[str, Any]:
    """The task as a whole description of it would be sent, without what names it."""
    return {name: getattr(task, name) for name in _PLAIN} | {
        "programme": task.programme.slug,
        "assigning_organisation": str(task.assigning_organisation_id),
        "lead_organisation": task.lead_organisation_id and str(task.lead_organisation_id),
        "coordinating_organisations": [str(one) for one in task.coordinating_organisation_ids],
        "deadline": task.current_deadline,
        "own_fields": {**(task.own_fields or {}), **(task.inside_fields or {})},
        **{name: _position(getattr(task, name)) for name in TaskProposal.model_fields if name.endswith("_position")},
    }


def _position(stored: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if stored is None else {"title": stored["title"], "organisation": stored["organisation_id"]}
