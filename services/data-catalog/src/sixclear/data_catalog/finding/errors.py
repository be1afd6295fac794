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


class ExcuseTooLong(DomainError):
    code, status, title = "excuse-too-long", 422, "The excuse would last too long"
    meaning = "`expires_at` is more than 730 days ahead."
    remedy = "State an earlier time; excuse the finding again when it has ended and the law still allows it."


class FindingsNeedNarrowing(DomainError):
    code, status, title = "findings-need-narrowing", 422, "Findings must be narrowed"
    meaning = "More than 100,000 fields hold an element: findings are listed of an element, an entry or an owner."
    remedy = "Name `element`, `entry` or `owner`. `/findings/figures` counts all of them."
