"""Refusals of requests on findings: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class FindingNotFound(DomainError):
    code, status, title = "finding-not-found", 404, "Finding not found"
    meaning = "Nothing that you may read gives rise to a finding with this identifier now."
    remedy = "List the findings, and use an identifier of that list. One whose cause has ended is no longer there."


class ExcuseByOwner(DomainError):
    code, status, title = "excuse-by-owner", 403, "Another body must excuse this finding"
    meaning = "The body that a finding is about does not excuse it."
    remedy = "Ask another body with the scope `catalog:approve`, such as the data steward."


class ExcuseEndsInPast(DomainError):
    code, status, title = "excuse-ends-in-past", 422, "The excuse would have ended already"
    meaning = "`expires_at` is not later than now."
    remedy = "State a time in the future: an excuse always ends."
