"""Money over HTTP: lines, their entries, and sums over lines."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from sixclear.common.clock import civil_date
from sixclear.common.use_case import (
    Context,
    FactBehindLastChange,
    FactInFuture,
    FactsPastNotAllowed,
    OrganisationNotAllowed,
    ReferenceUnknown,
)
from sixclear.common.web.etags import StaleVersion
from sixclear.common.web.instants import Day, Instant
from sixclear.common.web.openapi import TAGGED
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Lookup, Slug
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.tasks.budget import access, service
from sixclear.tasks.budget.errors import (
    AmountNeedsCorrection,
    BudgetFull,
    BudgetNotFound,
    CorrectionRefused,
    MoneyTransferRefused,
)
from sixclear.tasks.budget.models import Budget
from sixclear.tasks.budget.repository import BudgetFilter
from sixclear.tasks.budget.responses import budget_detail, budget_responses, totals_response
from sixclear.tasks.budget.rules import compared
from sixclear.tasks.budget.schemas import (
    AmountEntry,
    BudgetDetail,
    BudgetEntry,
    BudgetTotals,
    BudgetView,
    Level,
    TransferEntry,
    TransferView,
    Year,
)
from sixclear.tasks.task.access import OWN as OWN_TASKS
from sixclear.tasks.task.errors import TaskNotFound

router = APIRouter(route_class=TransactionalRoute, tags=["budgets"])

PUBLIC = Depends(access.PUBLIC)
OWN = Depends(OWN_TASKS)
KEEP = Depends(access.KEEP)
ProgrammeParam = Annotated[Slug | None, Query(description="Lines of this programme and of its tasks.")]
TaskParam = Annotated[UUID | None, Query(alias="task", description="Lines of this task.")]
BodyParam = Annotated[Lookup | None, Query(description="Lines of this body and of those below it.")]
LevelParam = Annotated[Level | None, Query(description="Lines of bodies of this level.")]
YearParam = Annotated[Year | None, Query(description="Lines of this year.")]
SourceParam = Annotated[Lookup | None, Query(description="Lines of this source, compared without marks and case.")]
OnParam = Annotated[
    Day | None, Query(alias="as_of", description="Amounts as of this day, by what is known now; default: today.")
]
KnownAtParam = Annotated[
    Instant | None, Query(description="By what had been entered at this instant; default: by what is known now.")
]
_REFUSALS = (OrganisationNotAllowed, FactsPastNotAllowed, FactBehindLastChange, FactInFuture, StaleVersion)
_TRANSFER_REFUSALS = (OrganisationNotAllowed, FactsPastNotAllowed, FactBehindLastChange, FactInFuture)
_SAID: dict[int | str, dict[str, Any]] = {
    200: {"description": "It was there; nothing changed.", "model": BudgetDetail, **TAGGED[200]},
    201: TAGGED[200],
}


@router.get(
    "/budgets", operation_id="listBudgets", dependencies=[PUBLIC], responses=problem_responses(ReferenceUnknown)
)
async def list_budgets(
    ctx: ContextDep,
    programme: ProgrammeParam = None,
    task_id: TaskParam = None,
    organisation: BodyParam = None,
    level: LevelParam = None,
    year: YearParam = None,
    source: SourceParam = None,
    as_of: OnParam = None,
    known_at: KnownAtParam = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[BudgetView]:
    """Lines of money of public tasks and of programmes, in the order of their identifiers."""
    on, key = as_of or civil_date(ctx.now), _key(source)
    narrow = BudgetFilter(on, programme, task_id, None, level, year, key, known_at=known_at)
    return await _page(ctx, await service.narrowed(ctx, narrow, organisation), cursor, limit)


@router.get(
    "/own/budgets", operation_id="listOwnBudgets", dependencies=[OWN], responses=problem_responses(ReferenceUnknown)
)
async def list_own_budgets(
    ctx: ContextDep,
    programme: ProgrammeParam = None,
    task_id: TaskParam = None,
    organisation: BodyParam = None,
    level: LevelParam = None,
    year: YearParam = None,
    source: SourceParam = None,
    as_of: OnParam = None,
    known_at: KnownAtParam = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[BudgetView]:
    """As `/budgets`, of the tasks in which your organisation has a part, restricted ones too, and of its own."""
    on, key = as_of or civil_date(ctx.now), _key(source)
    own = ctx.caller.own_organisation()
    narrow = BudgetFilter(on, programme, task_id, None, level, year, key, own, known_at)
    return await _page(ctx, await service.narrowed(ctx, narrow, organisation), cursor, limit)


async def _page(ctx: Context, narrow: BudgetFilter, cursor: str | None, limit: int) -> Page[BudgetView]:
    context = f"budgets {narrow}"
    counted, *after = decode_cursor(cursor, int, UUID, context=context) if cursor else (None,)
    found = await service.list_budgets(ctx, narrow, after[0] if after else None, limit + 1)
    if counted is None:
        counted = await service.count_budgets(ctx, narrow)
    views = await budget_responses(ctx.session, found, narrow.on, narrow.known_at)
    return page_of(
        views, limit, item=lambda view: view, key=lambda view: (view.budget_id,), context=context, counted=counted
    )


def _key(source: str | None) -> str | None:
    return compared(source) if source else None


@router.get(
    "/budgets/totals",
    operation_id="sumBudgets",
    dependencies=[PUBLIC],
    responses=problem_responses(ReferenceUnknown),
)
async def sum_budgets(
    ctx: ContextDep,
    programme: ProgrammeParam = None,
    organisation: BodyParam = None,
    level: LevelParam = None,
    year: YearParam = None,
    source: SourceParam = None,
    as_of: OnParam = None,
    known_at: KnownAtParam = None,
) -> BudgetTotals:
    """Money by stage over the public lines, as of a day; each figure says of how many lines it is."""
    on, key = as_of or civil_date(ctx.now), _key(source)
    narrow = BudgetFilter(on, programme, None, None, level, year, key, known_at=known_at)
    return totals_response(await service.totals(ctx, await service.narrowed(ctx, narrow, organisation)))


@router.get(
    "/own/budgets/{budget_id}",
    operation_id="getOwnBudget",
    dependencies=[OWN],
    responses=TAGGED | problem_responses(BudgetNotFound),
)
@router.get(
    "/budgets/{budget_id}",
    operation_id="getBudget",
    dependencies=[PUBLIC],
    responses=TAGGED | problem_responses(BudgetNotFound),
)
async def get_budget(
    ctx: ContextDep, budget_id: UUID, response: Response, as_of: OnParam = None, known_at: KnownAtParam = None
) -> BudgetDetail:
    """One line with its entries, those that were corrected too, and its version as ETag."""
    budget, whole = await service.get_budget(ctx, budget_id, known_at)
    tag(response, ctx.log, budget)
    on = as_of or civil_date(ctx.now)
    return await budget_detail(ctx.session, budget, on, whole=whole, known_at=known_at)


@router.post(
    "/budgets",
    operation_id="openBudget",
    dependencies=[KEEP],
    status_code=201,
    responses=problem_responses(TaskNotFound, ReferenceUnknown, *_REFUSALS) | _SAID,
)
async def open_budget(ctx: ContextDep, entry: BudgetEntry, expect: ExpectDep, response: Response) -> BudgetDetail:
    """Open a line of money of a task or of a programme; task or programme, body, year and source have one line."""
    budget, new = await service.open_budget(ctx, entry, expect)
    return await _answer(ctx, budget, response, new=new)


@router.post(
    "/budgets/{budget_id}/amounts",
    operation_id="stateAmount",
    dependencies=[KEEP],
    status_code=201,
    responses=problem_responses(
        BudgetNotFound, ReferenceUnknown, AmountNeedsCorrection, CorrectionRefused, BudgetFull, *_REFUSALS
    )
    | _SAID,
)
async def state_amount(
    ctx: ContextDep, budget_id: UUID, entry: AmountEntry, expect: ExpectDep, response: Response
) -> BudgetDetail:
    """State what a stage came to as of a day, in all, by a document; or correct an entry, with the reason.

    Entries are only added. The body whose money it is states what it requested and disbursed; what was appraised,
    approved and allocated states the assigning body of the task or the owner of the programme.
    """
    budget, new = await service.state_amount(ctx, budget_id, entry, expect)
    return await _answer(ctx, budget, response, new=new)


@router.post(
    "/budgets/transfers",
    operation_id="transferMoney",
    dependencies=[KEEP],
    status_code=201,
    responses=problem_responses(
        BudgetNotFound, ReferenceUnknown, MoneyTransferRefused, BudgetFull, TaskNotFound, *_TRANSFER_REFUSALS
    )
    | {200: {"description": "The money was transferred before; nothing changed.", "model": TransferView}},
)
async def transfer_money(ctx: ContextDep, entry: TransferEntry, response: Response) -> TransferView:
    """Take an amount of a stage from one line to another by a document, both in one act.

    Each line gets an entry of what it comes to after that, as of the day of the document. A wrong transfer is
    corrected by another one that names it (`corrects`) and says why; an amount of 0 undoes it. For a body that may
    state the stage on both lines.
    """
    transfer_id, giving, receiving, new = await service.transfer(ctx, entry)
    response.status_code = 201 if new else 200
    today = civil_date(ctx.now)
    return TransferView(
        transfer_id=transfer_id,
        giving=await budget_detail(ctx.session, giving, today, whole=True),
        receiving=await budget_detail(ctx.session, receiving, today, whole=True),
    )


async def _answer(ctx: Context, budget: Budget, response: Response, *, new: bool) -> BudgetDetail:
    response.status_code = 201 if new else 200
    tag(response, ctx.log, budget)
    return await budget_detail(ctx.session, budget, civil_date(ctx.now), whole=True)
