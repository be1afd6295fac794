"""Refusals of requests on money."""

from sixclear.common.errors import DomainError
from sixclear.tasks.task.errors import STEP_REFUSALS


class BudgetNotFound(DomainError):
    code, status, title = "budget-not-found", 404, "Budget line not found"
    meaning = "No line of money that the caller may see has this identifier."
    remedy = "Check the identifier, or find the line in the list of budgets."


class AmountNeedsCorrection(DomainError):
    code, status, title = "amount-needs-correction", 409, "The stage has an amount of this day"
    meaning = "Entries are never changed: another amount as of the same day is a correction of the entry that is there."
    remedy = "Send `corrects` with the number of the entry that `detail` names, and the `reason`; or another day."


class CorrectionRefused(DomainError):
    code, status, title = "correction-refused", 422, "The correction fits no entry"
    meaning = "A correction names an entry of the same stage that was not corrected yet, and says why it was wrong."
    remedy = "Correct the values that `errors` names; the entries of the line are answered with it."


class MoneyTransferRefused(DomainError):
    code, status, title = "money-transfer-refused", 422, "The money cannot be transferred"
    meaning = (
        "Money goes from a line that has it in this stage to another line, after the last entry of that stage on both."
    )
    remedy = "Correct what `errors` names; the lines with their entries are in the list of budgets."


class BudgetFull(DomainError):
    code, status, title = "budget-full", 409, "The line holds no more entries"
    meaning = "A line of money holds a bounded number of entries; corrections count."
    remedy = "Open a line for the next year, or for another source."


REFUSALS = tuple(one for one in STEP_REFUSALS if one.code != "task-not-found")
