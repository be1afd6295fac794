"""What can go wrong in tasks, each with its code and HTTP status."""

from sixclear.common.errors import DomainError


class OrganisationNotFound(DomainError):
    """No organisation has this identifier or code."""

    code, status, title = "organisation-not-found", 404, "Organisation not found"


class ProgrammeNotFound(DomainError):
    """No programme has this slug."""

    code, status, title = "programme-not-found", 404, "Programme not found"


class DirectiveNotFound(DomainError):
    """No directive has this identifier."""

    code, status, title = "directive-not-found", 404, "Directive not found"


class TaskNotFound(DomainError):
    """No task that the caller may see has this identifier."""

    code, status, title = "task-not-found", 404, "Task not found"


class ReferenceUnknown(DomainError):
    """A field of the request names something that does not exist."""

    code, status, title = "reference-unknown", 422, "A reference is unknown"


class ReferenceAmbiguous(DomainError):
    """A field of the request names several things at once."""

    code, status, title = "reference-ambiguous", 422, "A reference names several things"


class LevelMismatch(DomainError):
    """A task is assigned by the level of its assigning body, and by no other."""

    code, status, title = "level-mismatch", 422, "The assigning body is not of this level"


class SixClearsMissing(DomainError):
    """The task cannot be assigned while one of the six clears (*sáu rõ*) is missing."""

    code, status, title = "six-clears-missing", 422, "The task is not six-clear"


class EvidenceMissing(DomainError):
    """A result needs a product and at least one piece of evidence."""

    code, status, title = "evidence-missing", 409, "Evidence is missing"


class ConfirmationByDoer(DomainError):
    """The body that did the task may not confirm it."""

    code, status, title = "confirmation-by-doer", 403, "The doer cannot confirm its own result"


class ConfirmationImpossible(DomainError):
    """A task whose every confirming body also does it could never be completed."""

    code, status, title = "confirmation-impossible", 422, "Nobody could confirm this task"


class DeadlineNeedsDecision(DomainError):
    """The deadline of an assigned task moves by an extension only."""

    code, status, title = "deadline-needs-decision", 409, "A deadline moves by a decision"


class DeadlineInPast(DomainError):
    """A decision of today gives more time; one of the past is a fact of the past."""

    code, status, title = "deadline-in-past", 422, "The deadline is over already"


class FieldNeedsDecision(DomainError):
    """Lead, assigning body, level, kind and programme of an assigned task do not change by describing it anew."""

    code, status, title = "field-needs-decision", 409, "This was decided when the task was assigned"


class RecurrenceInvalid(DomainError):
    """A recurring task needs a rule of RFC 5545 that repeats."""

    code, status, title = "recurrence-invalid", 422, "The recurrence rule is not valid"


class BulkTooLarge(DomainError):
    """One bulk request holds more items than it may."""

    code, status, title = "bulk-too-large", 413, "Too many items in one request"
