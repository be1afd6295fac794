"""Refusals of a request that names other entities, whatever it is about."""

from sixclear.common.errors import DomainError


class ReferenceAmbiguous(DomainError):
    code, status, title = "reference-ambiguous", 422, "A reference names several things"
    meaning = (
        "A field of the request could mean several things, or does not fit another field. `detail` says what to "
        "correct."
    )
    remedy = "Name the entity by its identifier alone, without another key."
