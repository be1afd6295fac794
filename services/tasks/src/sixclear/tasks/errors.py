"""Refusals of a request that names other entities, whatever it is about."""

from sixclear.common.errors import DomainError


class ReferenceUnknown(DomainError):
    code, status, title = "reference-unknown", 422, "A reference is unknown"


class ReferenceAmbiguous(DomainError):
    code, status, title = "reference-ambiguous", 422, "A reference names several things"
