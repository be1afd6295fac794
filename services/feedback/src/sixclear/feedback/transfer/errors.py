"""Refusals of requests on transfers: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class TransferNotFound(DomainError):
    code, status, title = "transfer-not-found", 404, "Transfer not found"
    meaning = "No transfer that was offered by or to the caller's organisation has this identifier."
    remedy = "List the transfers, and use an identifier of that list."


class TransferDecided(DomainError):
    code, status, title = "transfer-decided", 409, "This transfer is decided"
    meaning = "It was accepted or refused, or the case was given to another body or answered since."
    remedy = "Read the transfer; a new one can be offered by the body that has the case."


class TransferOpen(DomainError):
    code, status, title = "transfer-open", 409, "The case is offered already"
    meaning = "Another body was offered the case and has not decided yet."
    remedy = "Wait for its decision, or take the offer back."


class TransferToItself(DomainError):
    code, status, title = "transfer-to-itself", 422, "This body has the case"
    meaning = "The case was offered to the body that it is assigned to."
    remedy = "Name another body."
