"""Refusals of requests on cases whose keys are gone."""

from sixclear.common.errors import DomainError


class CaseErased(DomainError):
    code, status, title = "case-erased", 409, "The text of this case was erased"
    meaning = "The keys of the case are gone, so nothing can be written to it. Its states and times are kept."
    remedy = "Do no more with this case. What is new is a new submission."
