"""Refusals of requests that report."""

from sixclear.common.errors import DomainError


class BulkTooLarge(DomainError):
    code, status, title = "bulk-too-large", 413, "Too many items in one request"
    meaning = "The request holds more items than one bulk request may hold."
    remedy = "Divide the items into several requests."
