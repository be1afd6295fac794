"""Refusals of requests on milestones."""

from sixclear.common.errors import DomainError
from sixclear.tasks.task.errors import STEP_REFUSALS


class MilestoneNotFound(DomainError):
    code, status, title = "milestone-not-found", 404, "Milestone not found"
    meaning = "No milestone that the caller may see has this identifier."
    remedy = "Check the identifier, or find the milestone in the list of its task."


class TooManyMilestones(DomainError):
    code, status, title = "too-many-milestones", 409, "The task has as many milestones as it may have"
    meaning = "A task has at most 50 milestones."
    remedy = "Give parts of their own tasks, or plan fewer milestones."


REFUSALS = (*STEP_REFUSALS, MilestoneNotFound)
