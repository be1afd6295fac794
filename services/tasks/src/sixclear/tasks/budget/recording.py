"""The public state of a line of money: published as its task is, unless it was opened while that was restricted."""

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.budget.events import AmountData, BudgetData, BudgetWithdrawn
from sixclear.tasks.budget.models import Budget, entries_of
from sixclear.tasks.budget.rules import valid
from sixclear.tasks.task.lifecycle import is_published

_OWN = set(BudgetData.model_fields) - {"change", "amounts"}
_OF_ENTRY = set(AmountData.model_fields)


async def budget_data(_ctx: Context, budget: Budget, change: str) -> BudgetData | BudgetWithdrawn:
    """The public state of a line after `change`; of a withdrawn one only identifiers are left."""
    if change == "withdrawn":
        return BudgetWithdrawn(change=change, budget_id=budget.budget_id, task_id=budget.task_id)
    held = {one.number for one in valid(entries_of(budget, whole=False))}
    amounts = [
        AmountData(**{name: getattr(one, name) for name in _OF_ENTRY})
        for one in budget.entries
        if one.number in held and not one.hidden
    ]
    return BudgetData(change=change, amounts=amounts, **{name: getattr(budget, name) for name in _OWN})


BUDGET = EntityKind[Budget](
    "budget",
    lambda budget: budget.budget_id,
    budget_data,
    lambda budget, change: not budget.hidden and is_published(budget.classification, change),
)
