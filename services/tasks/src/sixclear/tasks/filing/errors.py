"""Refusals of requests on filings."""

from sixclear.common.errors import DomainError


class FilingNotFound(DomainError):
    code, status, title = "filing-not-found", 404, "Filing not found"
    meaning = "No filing has this identifier."
    remedy = "Check the identifier, or find the filing in the list of filings."


class FilingNotOwed(DomainError):
    code, status, title = "filing-not-owed", 409, "No filing is owed for this period"
    meaning = "No programme asks the caller's organisation to report on this period, or the period has not begun."
    remedy = "See GET /own/filings for what your organisation owes, and the obligations of the programme."


class FilingClosed(DomainError):
    code, status, title = "filing-closed", 409, "The filing is closed"
    meaning = "What the organisation owes for the period is locked, or it was exempted from it."
    remedy = "Ask the owner of the programme to reopen the filing, with the reason."
