"""Refusals of requests on code lists: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class CodeListNotFound(DomainError):
    code, status, title = "code-list-not-found", 404, "Code list not found"
    meaning = "No approved code list has this code."
    remedy = "List the code lists, and use a code of that list."


class CodeListNotInForce(DomainError):
    code, status, title = "code-list-not-in-force", 409, "The code list is not in force"
    meaning = "The code list that the draft names has no approved version, or its last day has passed."
    remedy = "Approve a version of the code list that is in force, or name another code list in the draft."
