"""Refusals of requests on directives."""

from sixclear.common.errors import DomainError


class DirectiveNotFound(DomainError):
    code, status, title = "directive-not-found", 404, "Directive not found"
    meaning = "No directive has this identifier."
    remedy = "Check the identifier, or enter the directive first."
