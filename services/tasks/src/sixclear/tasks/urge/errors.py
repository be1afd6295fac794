"""Refusals of requests on urges."""

from sixclear.common.errors import DomainError
from sixclear.tasks.task.errors import STEP_REFUSALS


class UrgeNotFound(DomainError):
    code, status, title = "urge-not-found", 404, "Urge not found"
    meaning = "No urge that the caller may see has this identifier."
    remedy = "Check the identifier, or find the urge in the list of urges."


REFUSALS = (*STEP_REFUSALS, UrgeNotFound)
