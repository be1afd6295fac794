"""Refusals of files, and of the jobs that large ones become."""

from sixclear.common.errors import DomainError


class BulkTooLarge(DomainError):
    code, status, title = "bulk-too-large", 413, "Too many items in one request"
    meaning = "The request holds more items than one bulk request may hold."
    remedy = "Divide the items into several requests."


class BulkRefused(DomainError):
    code, status, title = "bulk-refused", 422, "An item is refused, so none was taken"
    meaning = "The request asked for all or nothing, and at least one of its items breaks a rule. Nothing was written."
    remedy = "Correct the items that `errors` names and send the file again, or leave out `atomic`."


class TooManyJobs(DomainError):
    code, status, title = "too-many-jobs", 429, "Too many files wait to be worked through"
    meaning = "As many large files as may wait are waiting already, of this client or of all together."
    remedy = "Send the file again after the seconds that `Retry-After` names, or in parts that need no job."

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"Retry-After": "60"})


class JobNotFound(DomainError):
    code, status, title = "job-not-found", 404, "No such job"
    meaning = "No job of this client has the identifier. What a job did is told for a day after its end."
    remedy = "Check the identifier. Where the day is over, send the file again: what was taken is unchanged."
