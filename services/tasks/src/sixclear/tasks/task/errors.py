"""Refusals of requests on tasks, each with its code and HTTP status."""

from sixclear.common.errors import DomainError


class TaskNotFound(DomainError):
    """No task that the caller may see has this identifier."""

    code, status, title = "task-not-found", 404, "Task not found"


class LevelMismatch(DomainError):
    """`assigned_by` is the level at which the assigning body acts; a department acts at that of the body above it."""

    code, status, title = "level-mismatch", 422, "The assigning body is not of this level"


class SixClearsMissing(DomainError):
    """The task cannot be assigned while one of the six clears (*sáu rõ*) is missing."""

    code, status, title = "six-clears-missing", 422, "The task is not six-clear"


class EvidenceMissing(DomainError):
    """A result needs a product and at least one piece of evidence."""

    code, status, title = "evidence-missing", 409, "Evidence is missing"


class ConfirmationByDoer(DomainError):
    code, status, title = "confirmation-by-doer", 403, "The doer cannot confirm its own result"


class ConfirmationImpossible(DomainError):
    """A task whose every confirming body also does it could never be completed."""

    code, status, title = "confirmation-impossible", 422, "No body could confirm this task"


class DeadlineNeedsDecision(DomainError):
    """The deadline of an assigned task moves by an extension only."""

    code, status, title = "deadline-needs-decision", 409, "A deadline moves by a decision"


class DeadlineInPast(DomainError):
    """A decision of today gives more time; one of the past is a fact of the past."""

    code, status, title = "deadline-in-past", 422, "The deadline is over already"


class FieldNeedsDecision(DomainError):
    """Lead, assigning body, level, kind and programme of an assigned task do not change by describing it again."""

    code, status, title = "field-needs-decision", 409, "This was decided when the task was assigned"


class RecurrenceInvalid(DomainError):
    """A recurring task needs a rule of RFC 5545 that repeats."""

    code, status, title = "recurrence-invalid", 422, "The recurrence rule is not valid"
