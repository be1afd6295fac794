"""Refusals of requests on links: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class LinkNotAllowed(DomainError):
    code, status, title = "link-not-allowed", 409, "These two cases cannot be linked"
    meaning = "A case is not linked with itself, a sealed one with no other, and one case with at most 200."
    remedy = "Name another case. Where 200 are linked already, link the new one with another case of the same need."
