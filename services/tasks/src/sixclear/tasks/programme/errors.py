"""Refusals of requests on programmes."""

from sixclear.common.errors import DomainError


class ProgrammeNotFound(DomainError):
    code, status, title = "programme-not-found", 404, "Programme not found"
