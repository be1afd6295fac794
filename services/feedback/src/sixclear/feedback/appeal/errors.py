"""Refusals of requests on appeals: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class AppealNotFound(DomainError):
    code, status, title = "appeal-not-found", 404, "Appeal not found"
    meaning = "No appeal that the caller's organisation decides on has this identifier."
    remedy = "List the appeals, and use an identifier of that list."


class DecisionByAnswerer(DomainError):
    code, status, title = "decision-by-answerer", 403, "Another person must decide on this appeal"
    meaning = "Who drafted or published an answer of the case, or decided on the level below, has no say in the appeal."
    remedy = "Ask a person who had no part in it, or a client of another position."
