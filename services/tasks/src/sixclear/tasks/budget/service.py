"""Money: lines are opened, stages get amounts, wrong entries are corrected, and lines are listed and summed up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sixclear.common.change import Change
from sixclear.common.clock import CLOCKS_DIFFER, civil_date
from sixclear.common.db import wait_to_create
from sixclear.common.ids import stable_id
from sixclear.common.recording import record
from sixclear.common.use_case import Context, Expect, FactInFuture, ReferenceUnknown, unknown_reference
from sixclear.tasks.budget import repository as rows
from sixclear.tasks.budget import rules
from sixclear.tasks.budget.access import require_keeping_body
from sixclear.tasks.budget.errors import BudgetFull, BudgetNotFound, CorrectionRefused, MoneyTransferRefused
from sixclear.tasks.budget.models import Budget, BudgetAmount, entries_of
from sixclear.tasks.budget.recording import BUDGET
from sixclear.tasks.budget.repository import BudgetFilter
from sixclear.tasks.budget.rules import Entry
from sixclear.tasks.budget.schemas import AmountEntry, BudgetEntry, TransferEntry
from sixclear.tasks.document.service import hold_document
from sixclear.tasks.organisation import service as organisations
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.service import referenced_programme
from sixclear.tasks.task.access import reads_whole
from sixclear.tasks.task.errors import TaskNotFound
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.service.children import Children, dimensions
from sixclear.tasks.task.service.find import get_task

CHILDREN = Children(Budget, BUDGET)
# A line has five stages, a year of twelve months, and some corrections.
MOST_ENTRIES = 200


async def get_budget(ctx: Context, budget_id: UUID, known_at: datetime | None = None) -> tuple[Budget, bool]:
    """A line that the caller may see, and whether it reads what was entered in confidence; raises BudgetNotFound.

    Of an instant one that was opened later is not found.
    """
    budget = await rows.find_budget(ctx.session, budget_id)
    if budget is None or (known_at is not None and budget.opened_at is not None and budget.opened_at > known_at):
        raise BudgetNotFound
    task = await _task_of(ctx, budget)
    whole = task is None or await reads_whole(ctx.session, ctx.caller, task)
    if budget.hidden and not whole:
        raise BudgetNotFound
    return budget, whole


async def locked(ctx: Context, budget_id: UUID, expect: Expect) -> tuple[Budget, Task | None]:
    """The line and its task, both rows locked until the transaction ends, the task's first.

    Raises BudgetNotFound, then what `expect` raises.
    """
    found = await rows.find_budget(ctx.session, budget_id)
    if found is None:
        raise BudgetNotFound
    task = await _task_of(ctx, found, lock=True)
    budget = await rows.find_budget(ctx.session, budget_id, lock=True)
    assert budget is not None, "lines are never deleted"
    if task is not None and budget.hidden and not await reads_whole(ctx.session, ctx.caller, task):
        raise BudgetNotFound
    expect(budget)
    return budget, task


async def list_budgets(
    ctx: Context, narrow: BudgetFilter, after: UUID | None, limit: int
) -> Sequence[tuple[Budget, bool]]:
    """Lines in the order of their identifiers, after the cursor, each with whether it is shown whole."""
    found = await rows.list_budgets(ctx.session, narrow, after=after, limit=limit)
    return [(budget, narrow.own is not None) for budget in found]


async def count_budgets(ctx: Context, narrow: BudgetFilter) -> int:
    """How many lines the list has, as `count_up_to` says it."""
    return await rows.count_budgets(ctx.session, narrow)


async def totals(ctx: Context, narrow: BudgetFilter) -> dict[str, Any]:
    """Money by stage over the public lines."""
    return await rows.totals(ctx.session, narrow)


async def narrowed(ctx: Context, narrow: BudgetFilter, organisation: str | None) -> BudgetFilter:
    """With an organisation, only lines of it and of bodies below it; raises ReferenceUnknown for one not known."""
    if organisation is None:
        return narrow
    named = await organisations.meant(ctx.session, "organisation", organisation)
    return replace(narrow, organisation_ids=tuple(await organisations.list_subtree(ctx.session, named)))


async def open_budget(ctx: Context, entry: BudgetEntry, expect: Expect) -> tuple[Budget, bool]:
    """Open a line of a task or a programme; one that is there already is answered (False).

    Raises TaskNotFound, ReferenceUnknown, OrganisationNotAllowed. `expect` is called with the known line or None.
    """
    task = None if entry.task_id is None else await get_task(ctx, entry.task_id, lock=True)
    programme = task.programme if task is not None else await referenced_programme(ctx.session, entry.programme or "")
    organisation_id = await _body(ctx, entry, task)
    require_keeping_body(ctx, programme, task, organisation_id)
    line: dict[str, Any] = {
        "programme_id": programme.programme_id,
        "task_id": entry.task_id,
        "organisation_id": organisation_id,
        "year": entry.year,
        "source_key": rules.compared(entry.source),
    }
    budget_id = stable_id("budget", *(str(value) for value in line.values()))
    await wait_to_create(ctx.session, budget_id)
    known = await rows.find_line(ctx.session, line)
    expect(known)
    if known is not None:
        return known, False
    budget = Budget(
        budget_id=budget_id,
        version=0,
        source=entry.source,
        hidden=task is not None and task.classification != "public",
        opened_at=ctx.now,
        entries=[],
        **{**await _dimensions(ctx, programme, task), **line},
    )
    ctx.session.add(budget)
    await record(ctx, budget, Change("opened", {}), ctx.fact_time(entry.occurred_at, None), BUDGET)
    return budget, True


async def state_amount(ctx: Context, budget_id: UUID, entry: AmountEntry, expect: Expect) -> tuple[Budget, bool]:
    """Give a stage of a line its amount as of a day, or correct an entry; the same again changes nothing (False).

    Raises BudgetNotFound, OrganisationNotAllowed, FactInFuture, ReferenceUnknown, AmountNeedsCorrection,
    CorrectionRefused and BudgetFull.
    """
    budget, task = await locked(ctx, budget_id, expect)
    programme = task.programme if task is not None else await referenced_programme(ctx.session, budget.programme)
    require_keeping_body(ctx, programme, task, budget.organisation_id, entry.stage)
    wanted = Entry(len(budget.entries) + 1, entry.stage, entry.amount, entry.dated_on, entry.document, entry.corrects)
    entries = entries_of(budget, whole=True)
    if rules.repeated(entries, wanted):
        return budget, False
    check_dated(ctx, entry.dated_on)
    _check_transfer(budget, entry.corrects)
    rules.check(entries, wanted, entry.reason)
    if len(entries) >= MOST_ENTRIES:
        raise BudgetFull(f"A line holds at most {MOST_ENTRIES} entries.")
    if entry.document_id is not None and await hold_document(ctx.session, entry.document_id) is None:
        raise ReferenceUnknown(errors=[unknown_reference("#/document_id", "document")])
    occurred_at = ctx.fact_time(entry.occurred_at, budget.occurred_at)
    said = BudgetAmount(
        budget_id=budget_id,
        number=wanted.number,
        hidden=task is not None and task.classification != "public",
        entered_by_organisation_id=ctx.caller.organisation_id,
        occurred_at=occurred_at,
        recorded_at=ctx.now,
        transfer_id=None,
        **entry.model_dump(exclude={"occurred_at"}),
    )
    budget.entries.append(said)
    name = "amount_stated" if entry.corrects is None else "amount_corrected"
    await record(ctx, budget, Change(name, {}), occurred_at, BUDGET, reason=entry.reason)
    return budget, True


def _check_transfer(budget: Budget, number: int | None) -> None:
    """What one line of a transfer comes to is not changed without the other: no sum of both would hold any more."""
    if any(one.number == number and one.transfer_id is not None for one in budget.entries):
        detail = "It came by a transfer: correct that at /budgets/transfers, so that both lines change."
        raise CorrectionRefused(errors=[{"pointer": "#/corrects", "code": "entry-of-transfer", "detail": detail}])


async def transfer(ctx: Context, entry: TransferEntry) -> tuple[UUID, Budget, Budget, bool]:
    """Take an amount from one line to another; one that was made before changes nothing (False).

    Raises BudgetNotFound, TaskNotFound, OrganisationNotAllowed, FactInFuture, ReferenceUnknown, MoneyTransferRefused
    and BudgetFull; then neither line changes.
    """
    if entry.giving_id == entry.receiving_id:
        detail = "Name another line than the one from which it goes."
        raise MoneyTransferRefused(errors=[{"pointer": "#/receiving_id", "code": "same-line", "detail": detail}])
    lines, tasks = await _both_locked(ctx, entry)
    giving, receiving = lines[entry.giving_id], lines[entry.receiving_id]
    for line in (giving, receiving):
        task = tasks.get(line.task_id) if line.task_id else None
        programme = task.programme if task is not None else await referenced_programme(ctx.session, line.programme)
        require_keeping_body(ctx, programme, task, line.organisation_id, entry.stage)
    said: tuple[object, ...] = (entry.giving_id, entry.receiving_id, entry.stage, entry.amount, entry.dated_on)
    said += (entry.document, *([entry.corrects] if entry.corrects else []))
    transfer_id = stable_id("budget transfer", *(str(one) for one in said))
    if _of_transfer(giving, transfer_id) is not None:
        return transfer_id, giving, receiving, False
    check_dated(ctx, entry.dated_on)
    wrong = [None, None] if entry.corrects is None else _wrong(entry, giving, receiving)
    whole = [_without(line, one) for line, one in zip((giving, receiving), wrong, strict=True)]
    amounts = rules.transferred(whole[0], whole[1], entry.stage, entry.amount, entry.dated_on)
    if amounts[1] > rules.MOST or any(len(one) >= MOST_ENTRIES for one in whole):
        raise BudgetFull(f"A line holds at most {MOST_ENTRIES} entries, and {rules.MOST} đồng.")
    if entry.document_id is not None and await hold_document(ctx.session, entry.document_id) is None:
        raise ReferenceUnknown(errors=[unknown_reference("#/document_id", "document")])
    for line, amount, corrects in zip((giving, receiving), amounts, wrong, strict=True):
        await _enter(ctx, line, entry, amount, transfer_id, tasks, corrects)
    return transfer_id, giving, receiving, True


def _of_transfer(line: Budget, transfer_id: UUID) -> int | None:
    """The number of the entry that came by a transfer and still holds."""
    standing = {one.number for one in rules.valid(entries_of(line, whole=True))}
    return next((one.number for one in line.entries if one.transfer_id == transfer_id and one.number in standing), None)


def _without(line: Budget, number: int | None) -> list[Entry]:
    return [one for one in rules.valid(entries_of(line, whole=True)) if one.number != number]


def _wrong(entry: TransferEntry, giving: Budget, receiving: Budget) -> list[int | None]:
    """The entries of the transfer that is corrected, one of each line; raises MoneyTransferRefused."""
    assert entry.corrects is not None
    numbers = [_of_transfer(line, entry.corrects) for line in (giving, receiving)]
    errors = []
    found = [one for one in giving.entries if one.number == numbers[0]]
    if None in numbers or (found[0].stage, found[0].dated_on) != (entry.stage, entry.dated_on):
        detail = "These lines have no such transfer of this stage and day that still holds."
        errors.append({"pointer": "#/corrects", "code": "transfer-unknown", "detail": detail})
    if entry.reason is None:
        errors.append({"pointer": "#/reason", "code": "missing", "detail": "Say why the transfer was wrong."})
    if errors:
        raise MoneyTransferRefused(errors=errors)
    return numbers


async def _both_locked(ctx: Context, entry: TransferEntry) -> tuple[dict[UUID, Budget], dict[UUID, Task]]:
    """Both lines and their tasks, locked: all tasks before all lines, each in the order of the identifiers."""
    ids = sorted((entry.giving_id, entry.receiving_id))
    found = [(await get_budget(ctx, budget_id))[0] for budget_id in ids]
    tasks = {
        one: await get_task(ctx, one, lock=True) for one in sorted({line.task_id for line in found if line.task_id})
    }
    lines = {}
    for budget_id in ids:
        line = await rows.find_budget(ctx.session, budget_id, lock=True)
        if line is None:
            raise BudgetNotFound
        lines[budget_id] = line
    return lines, tasks


async def _enter(
    ctx: Context,
    line: Budget,
    entry: TransferEntry,
    amount: int,
    transfer_id: UUID,
    tasks: dict[UUID, Task],
    corrects: int | None,
) -> None:
    task = tasks.get(line.task_id) if line.task_id else None
    occurred_at = ctx.fact_time(entry.occurred_at, line.occurred_at)
    line.entries.append(
        BudgetAmount(
            budget_id=line.budget_id,
            number=len(line.entries) + 1,
            stage=entry.stage,
            amount=amount,
            dated_on=entry.dated_on,
            document=entry.document,
            document_id=entry.document_id,
            corrects=corrects,
            reason=entry.reason,
            hidden=task is not None and task.classification != "public",
            entered_by_organisation_id=ctx.caller.organisation_id,
            occurred_at=occurred_at,
            recorded_at=ctx.now,
            transfer_id=transfer_id,
        )
    )
    name = "amount_stated" if corrects is None else "amount_corrected"
    await record(ctx, line, Change(name, {}), occurred_at, BUDGET, reason=entry.reason)


async def _task_of(ctx: Context, budget: Budget, *, lock: bool = False) -> Task | None:
    if budget.task_id is None:
        return None
    try:
        return await get_task(ctx, budget.task_id, lock=lock)
    except TaskNotFound:
        raise BudgetNotFound from None


async def _body(ctx: Context, entry: BudgetEntry, task: Task | None) -> UUID:
    if entry.organisation is not None:
        named = await organisations.referenced(ctx.session, {"#/organisation": entry.organisation})
        return named["#/organisation"].organisation_id
    lead = None if task is None else task.lead_organisation_id
    return lead or ctx.caller.own_organisation()


async def _dimensions(ctx: Context, programme: Programme, task: Task | None) -> dict[str, Any]:
    if task is not None:
        return dimensions(task)
    level = await organisations.level_of(ctx.session, programme.owner_organisation_id)
    return {
        "programme": programme.slug,
        "assigned_by": level or "central",
        "classification": "public",
        "demonstration": programme.demonstration,
    }


def check_dated(ctx: Context, dated_on: date) -> None:
    """Raises FactInFuture for a day to come."""
    today: date = civil_date(ctx.now + CLOCKS_DIFFER)
    if dated_on > today:
        raise FactInFuture(
            "A document proves what has come to pass.",
            errors=[{"pointer": "#/dated_on", "code": "in-future", "detail": "Give a day up to today."}],
        )
