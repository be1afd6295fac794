"""What can be exported: the lists of the service, each by the operation that lists it, with its filters and its rule.

A kind is a line here. Its pages are those of the list itself, so a filter, a right or a field is there when the list
has it; only tasks are read in the order that no change moves, and whole.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.routing import APIRoute

from sixclear.common.use_case import Context
from sixclear.common.web.pagination import LONGEST_PAGE
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Lookup
from sixclear.tasks.budget import routes as budget
from sixclear.tasks.budget.responses import amounts_of
from sixclear.tasks.budget.schemas import AmountOfLine, BudgetView
from sixclear.tasks.comment import routes as comment
from sixclear.tasks.decision import routes as decision
from sixclear.tasks.directive import routes as directive
from sixclear.tasks.document import routes as document
from sixclear.tasks.evidence import routes as evidence
from sixclear.tasks.filing import routes as filing
from sixclear.tasks.imports.schemas import (
    AmountRow,
    BudgetRow,
    DirectiveRow,
    DocumentRow,
    IndicatorRow,
    MilestoneRow,
    TargetsRow,
)
from sixclear.tasks.indicator import routes as indicator
from sixclear.tasks.intake.schemas import TaskItem
from sixclear.tasks.milestone import routes as milestone
from sixclear.tasks.obstacle import routes as obstacle
from sixclear.tasks.organisation import routes as organisation
from sixclear.tasks.period import routes as period
from sixclear.tasks.programme import routes as programme
from sixclear.tasks.reporting import routes as reporting
from sixclear.tasks.reporting.schemas import BulkProgressItem
from sixclear.tasks.task import routes as task
from sixclear.tasks.task.responses import task_responses
from sixclear.tasks.task.schemas import TaskView
from sixclear.tasks.task.service.lists import TaskQuery, copied
from sixclear.tasks.urge import routes as urge
from sixclear.tasks.value import routes as value
from sixclear.tasks.value.schemas import ValueItem

# Some of what is listed, and what the following part begins with.
Part = tuple[Sequence[Schema], Any]
Reads = Callable[[Context, Mapping[str, Any], Any], Awaitable[Part]]
_PAGED = ("cursor", "limit")
# What the address of a list names, the address of its export asks for.
_NAMED = {
    "task_id": Annotated[UUID, Query(alias="task", description="The task whose list it is.")],
    "code": Annotated[Lookup, Query(alias="indicator", description="The indicator whose list it is, by its code.")],
}
# The instant of the last change is no fact that is told again.
_TASK = {"current_deadline": "deadline", "occurred_at": "changed_at"}
_ANY_TASK: dict[str, Any] = {one.name: None for one in fields(TaskQuery)} | {"sort": "id"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A list as an export: `name` is the end of its address, `parameters` are the filters of the list.

    `renamed` says what the import calls a column, `item` has the columns that it takes; `given` are columns whose value
    the request names, by its parameters, and `fit` makes of a row what the import takes.
    `operation` is told where the list is exported by another one already.
    """

    name: str
    own: bool
    listed: APIRoute
    parameters: tuple[inspect.Parameter, ...]
    view: type[Schema]
    read: Reads
    item: type[Schema] | None = None
    renamed: Mapping[str, str] | None = None
    given: Mapping[str, str] = field(default_factory=lambda: {"task_id": "task_id"})
    fit: Callable[[dict[str, Any]], dict[str, Any]] = dict
    operation: str | None = None


def _route(router: APIRouter, operation: str) -> APIRoute:
    return next(one for one in router.routes if isinstance(one, APIRoute) and one.operation_id == operation)


def _kind(name: str, router: APIRouter, operation: str, **told: Any) -> Kind:
    route = _route(router, operation)
    signature = inspect.signature(route.endpoint)
    given = signature.parameters.values()
    shown = signature.return_annotation.model_fields["items"].annotation.__args__[0]
    filters = [one for one in given if one.name not in (*_PAGED, "ctx", "session")]
    parameters = tuple(
        one.replace(annotation=_NAMED[one.name]) if one.name in _NAMED and one.default is one.empty else one
        for one in filters
    )
    told = {"view": shown, "read": _pages(route.endpoint)} | told
    return Kind(name, route.path.startswith("/own/"), route, parameters, **told)


def _pages(listing: Callable[..., Any]) -> Reads:
    known = inspect.signature(listing).parameters

    async def read(ctx: Context, asked: Mapping[str, Any], after: Any) -> Part:
        given: dict[str, Any] = {"ctx": ctx, "session": ctx.session, "cursor": after, "limit": LONGEST_PAGE, **asked}
        page = await listing(**{name: value for name, value in given.items() if name in known})
        return page.items, page.next

    return read


async def _tasks(ctx: Context, asked: Mapping[str, Any], after: Any) -> Part:
    """A part of a copy: each task once that is there all the while, however the list changes."""
    narrow = {("query" if name == "q" else name): value for name, value in asked.items() if name != "role"}
    query = TaskQuery(**{**_ANY_TASK, **narrow})
    found, following = await copied(ctx, query, asked.get("role"), after, LONGEST_PAGE)
    return await task_responses(ctx, [one for one, _ in found]), following


def _kind_of_tasks(operation: str) -> Kind:
    told = {"view": TaskView, "read": _tasks, "item": TaskItem, "renamed": _TASK}
    kind = _kind("tasks", task.router, operation, **told)
    unsorted = tuple(one for one in kind.parameters if one.name != "sort")
    return replace(kind, parameters=unsorted)


async def _amounts(listing: Reads, ctx: Context, asked: Mapping[str, Any], after: Any) -> Part:
    """Of each line of money the amount of each stage that a document proves, as of the day that was asked for."""
    lines, following = await listing(ctx, asked, after)
    return [row for line in lines if isinstance(line, BudgetView) for row in amounts_of(line)], following


def _kind_of_amounts(operation: str) -> Kind:
    kind = _kind("amounts", budget.router, operation, view=AmountOfLine, item=AmountRow, fit=_one_of_both)
    exported = operation.replace("list", "export").replace("Budgets", "AmountsList")
    return replace(kind, read=partial(_amounts, kind.read), operation=exported)


def _one_of_both(row: dict[str, Any]) -> dict[str, Any]:
    """A line of a task is named by its task alone."""
    return row | {"programme": None} if row.get("task_id") else row


_BUDGETS: dict[str, Any] = {"item": BudgetRow, "fit": _one_of_both}
_TARGETS: dict[str, Any] = {"item": TargetsRow, "given": {"indicator": "code"}}
_REPORTS: dict[str, Any] = {"item": BulkProgressItem}
_MILESTONES: dict[str, Any] = {"item": MilestoneRow, "renamed": {"current_deadline": "deadline"}}
KINDS = (
    _kind_of_tasks("listTasks"),
    _kind_of_tasks("listOwnTasks"),
    _kind("organisations", organisation.router, "listOrganisations"),
    _kind("programmes", programme.router, "listProgrammes"),
    _kind("directives", directive.router, "listDirectives", item=DirectiveRow),
    _kind("documents", document.router, "listDocuments", item=DocumentRow),
    _kind("reports", reporting.router, "listReports", **_REPORTS),
    _kind("reports", reporting.router, "listOwnReports", **_REPORTS),
    _kind("history", task.router, "listTaskHistory"),
    _kind("history", task.router, "listOwnTaskHistory"),
    _kind("periods", period.router, "listPeriods"),
    _kind("periods", period.router, "listOwnPeriods"),
    _kind("milestones", milestone.router, "listMilestones", **_MILESTONES),
    _kind("milestones", milestone.router, "listOwnMilestones", **_MILESTONES),
    _kind("evidence", reporting.router, "listEvidence"),
    _kind("evidence", reporting.router, "listOwnEvidence"),
    _kind("comments", comment.router, "listComments"),
    _kind("comments", comment.router, "listOwnComments"),
    _kind("decisions", decision.router, "listDecisions"),
    _kind("decisions", decision.router, "listOwnDecisions"),
    _kind("urges", urge.router, "listUrges"),
    _kind("urges", urge.router, "listOwnUrges"),
    _kind("budgets", budget.router, "listBudgets", **_BUDGETS),
    _kind("budgets", budget.router, "listOwnBudgets", **_BUDGETS),
    _kind_of_amounts("listBudgets"),
    _kind_of_amounts("listOwnBudgets"),
    _kind("indicators", indicator.router, "listIndicators", item=IndicatorRow),
    _kind("targets", indicator.router, "listTargets", **_TARGETS),
    _kind("values", value.router, "listValues", item=ValueItem, renamed={"document": "approved_by"}),
    _kind("urge-days", urge.router, "listUrgeDays"),
    _kind("filings", filing.router, "listFilings"),
    _kind("filings", filing.router, "listOwnFilings"),
    _kind("obstacles", obstacle.router, "listObstacles"),
    _kind("obstacles", obstacle.router, "listOwnObstacles"),
    _kind("proposals", task.router, "listOpenProposals"),
    _kind("periods-to-confirm", period.router, "listPeriodsToConfirm"),
    _kind("evidence-to-check", evidence.router, "listEvidenceToCheck"),
)
