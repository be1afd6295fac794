"""Refusals of requests on periods."""

from sixclear.common.errors import DomainError


class PeriodClosed(DomainError):
    code, status, title = "period-closed", 409, "The period takes no report any more"
    meaning = "The period that the report or the evidence names is locked, confirmed or over."
    remedy = "Leave out `period`, or name the current one; or ask the confirming body to reopen the period."


class PeriodNotFound(DomainError):
    code, status, title = "period-not-found", 404, "Period not found"
    meaning = "The task has no period of this name, or it has not begun."
    remedy = "Find the period in the list of the task's periods."
