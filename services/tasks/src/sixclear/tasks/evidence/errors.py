"""Refusals of requests on evidence."""

from sixclear.common.errors import DomainError
from sixclear.tasks.task.errors import STEP_REFUSALS


class EvidenceNotFound(DomainError):
    code, status, title = "evidence-not-found", 404, "Evidence not found"
    meaning = "No evidence that you may read has this identifier; or its file is asked for, and it is a link."
    remedy = "Find the evidence of the task in its list; a link is opened by its `url`."


class EvidenceRedacted(DomainError):
    code, status, title = "evidence-redacted", 410, "The content was blacked out"
    meaning = "The evidence held personal data. Its content was taken out by decision, for good."
    remedy = "Read why in `detail`; name, hash and date of the evidence are still answered."


REFUSALS = (*STEP_REFUSALS, EvidenceNotFound)
