"""Refusals of requests that report."""

from sixclear.common.errors import DomainError


class EvidenceNotFound(DomainError):
    code, status, title = "evidence-not-found", 404, "Evidence not found"
    meaning = "No file that you may read is behind this identifier: there is no such evidence, or it is a link."
    remedy = "Find the evidence of the task in its list; a link is opened by its `url`."
