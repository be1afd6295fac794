"""Refusals of approvals: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class ApprovalByAuthor(DomainError):
    code, status, title = "approval-by-author", 403, "Another person must approve this version"
    meaning = "Who wrote a part of a draft does not approve it."
    remedy = "Ask another person with the scope `catalog:approve` to read the draft and approve it."


class VersionNotFound(DomainError):
    code, status, title = "version-not-found", 404, "No such version was approved"
    meaning = "No approved version has this number, or it may not be read."
    remedy = "List the versions, and use a number of that list."
