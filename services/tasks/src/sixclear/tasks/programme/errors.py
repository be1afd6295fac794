"""Refusals of requests on programmes."""

from sixclear.common.errors import DomainError


class ProgrammeNotFound(DomainError):
    code, status, title = "programme-not-found", 404, "Programme not found"
    meaning = "No programme has this name in its address."
    remedy = "Check the name, or find the programme in the list of programmes."
