"""Refusals of requests on assignments: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class AssignmentNotFound(DomainError):
    code, status, title = "assignment-not-found", 404, "Assignment not found"
    meaning = "The entry has no assignment with this identifier that you may see."
    remedy = "List the assignments of the entry, and use an identifier of that list."


class AssignmentOpen(DomainError):
    code, status, title = "assignment-open", 409, "Another position is asked already"
    meaning = "In this role another position was proposed and has not answered yet."
    remedy = "Wait for its answer, or end that assignment and propose again."


class OwnerChangedSince(DomainError):
    code, status, title = "owner-changed-since", 409, "The entry has another owner by now"
    meaning = (
        "The body that owned the entry when this was proposed owns it no more: the proposal is not the new owner's."
    )
    remedy = "Ask the owner of the entry, or the data steward, to propose again."


class ReceiverCannotRead(DomainError):
    """To ask a body would tell it what is hidden from it."""

    code, status, title = "receiver-cannot-read", 409, "The body may not know of this entry"
    meaning = "The entry is restricted, and the body that is asked does not read it: asking would tell it of the entry."
    remedy = "Name a position of the owner, or have the data steward classify the entry as `state` first."
