"""Lines of money as the API answers them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.budget.models import Budget, BudgetAmount, entries_of, known_entries
from sixclear.tasks.budget.rules import STAGES, difference, held, percent
from sixclear.tasks.budget.schemas import (
    AmountOfLine,
    AmountView,
    BudgetDetail,
    BudgetTotals,
    BudgetView,
    EntryView,
    PairTotal,
    ShareView,
    StageTotal,
)
from sixclear.tasks.organisation.service import Briefs, briefs, named

_COLUMNS = ("budget_id", "task_id", "programme", "year", "source", "version")
_AMOUNT = tuple(AmountView.model_fields)
_ENTRY = tuple(set(EntryView.model_fields) - {"corrected_by", "entered_by"})


async def budget_responses(
    session: AsyncSession, budgets: Sequence[tuple[Budget, bool]], on: date, known_at: datetime | None = None
) -> list[BudgetView]:
    """Lines as of a day, by what was known at an instant, each with whether its hidden entries count for the reader."""
    names = await briefs(session, (budget.organisation_id for budget, _ in budgets))
    return [BudgetView(**_told(budget, names, on, known_at, whole=whole)) for budget, whole in budgets]


async def budget_detail(
    session: AsyncSession, budget: Budget, on: date, *, whole: bool, known_at: datetime | None = None
) -> BudgetDetail:
    """A line as of a day, with all entries that the reader may read and that were made by an instant."""
    entries = known_entries(budget, whole=whole, known_at=known_at)
    bodies = [budget.organisation_id, *(one.entered_by_organisation_id for one in entries)]
    names = await briefs(session, bodies)
    return BudgetDetail(**_told(budget, names, on, known_at, whole=whole), entries=_entries(entries, names))


def _entries(entries: Sequence[BudgetAmount], names: Briefs) -> list[EntryView]:
    corrected_by = {one.corrects: one.number for one in entries if one.corrects is not None}
    return [
        EntryView(
            corrected_by=corrected_by.get(one.number),
            entered_by=named(names, one.entered_by_organisation_id),
            **{name: getattr(one, name) for name in _ENTRY},
        )
        for one in entries
    ]


def _told(budget: Budget, names: Briefs, on: date, known_at: datetime | None, *, whole: bool) -> dict[str, Any]:
    assert budget.organisation_id is not None, "a line is the money of a body"
    rows = {one.number: one for one in budget.entries}
    entries = entries_of(budget, whole=whole, known_at=known_at)
    found = {stage: rows[entry.number] for stage, entry in held(entries, on).items()}
    amounts = {stage: row.amount for stage, row in found.items()}
    return {
        **{name: getattr(budget, name) for name in _COLUMNS},
        "organisation": names[budget.organisation_id],
        **{stage: _amount(found.get(stage)) for stage in STAGES},
        "not_approved": difference(amounts, "requested", "approved"),
        "undisbursed": difference(amounts, "allocated", "disbursed"),
        "approved_of_requested": _share(amounts.get("approved"), amounts.get("requested")),
        "disbursed_of_allocated": _share(amounts.get("disbursed"), amounts.get("allocated")),
    }


def _amount(row: BudgetAmount | None) -> AmountView | None:
    return None if row is None else AmountView(**{name: getattr(row, name) for name in _AMOUNT})


def _share(part: int | None, whole: int | None) -> ShareView | None:
    share = percent(part, whole)
    if share is None or part is None or whole is None:
        return None
    return ShareView(numerator=part, denominator=whole, percent=share)


def amounts_of(line: BudgetView) -> list[AmountOfLine]:
    """The amounts of a line, in the order of the stages; a stage that no document proves has none."""
    of_line = {name: getattr(line, name) for name in (*_COLUMNS[:-1], "organisation")}
    found = [(stage, getattr(line, stage)) for stage in STAGES]
    return [
        AmountOfLine(stage=stage, **of_line, **{name: getattr(amount, name) for name in _AMOUNT})
        for stage, amount in found
        if amount is not None
    ]


def totals_response(told: Mapping[str, Any]) -> BudgetTotals:
    """Sums over lines, each with the number of lines that it is of."""
    stages = {one: StageTotal(amount=_whole(told[one]), lines=told[f"{one}_lines"]) for one in STAGES}
    return BudgetTotals(
        lines=told["lines"],
        **stages,
        not_approved=_pair(told, "requested", "approved"),
        undisbursed=_pair(told, "allocated", "disbursed"),
    )


def _pair(told: Mapping[str, Any], whole: str, part: str) -> PairTotal:
    sums = {whole: _whole(told[f"{whole}_of_both"]), part: _whole(told[f"{part}_of_both"])}
    return PairTotal(
        difference=difference(sums, whole, part), lines=told[f"{part}_both"], share=_share(sums[part], sums[whole])
    )


def _whole(summed: Any) -> int | None:
    return None if summed is None else int(summed)
