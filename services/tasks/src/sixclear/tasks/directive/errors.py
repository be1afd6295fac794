"""Refusals of requests on directives."""

from sixclear.common.errors import DomainError


class DirectiveNotFound(DomainError):
    code, status, title = "directive-not-found", 404, "Directive not found"
