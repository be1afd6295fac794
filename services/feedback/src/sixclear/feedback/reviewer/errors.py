"""Refusals of requests on the register of experts: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class ReviewerNotFound(DomainError):
    code, status, title = "reviewer-not-found", 404, "Reviewer not found"
    meaning = "The register of experts has no entry with this identifier."
    remedy = "List the reviewers, and use an identifier of that list."


class ReviewerRegistered(DomainError):
    code, status, title = "reviewer-registered", 409, "This person is registered already"
    meaning = "The register has an entry for this person or position, and it says something else."
    remedy = "Change that entry by `PUT /reviewers/{reviewer_id}` with the identifier that `detail` names."
