"""Refusals of requests on periods."""

from sixclear.common.errors import DomainError


class PeriodNotFound(DomainError):
    code, status, title = "period-not-found", 404, "Period not found"
    meaning = "The task has no period of this name, or it has not begun."
    remedy = "Find the period in the list of the task's periods."
