"""Refusals of requests on elements: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class ElementNotFound(DomainError):
    code, status, title = "element-not-found", 404, "Element not found"
    meaning = "No element that you may read has this code."
    remedy = "List the elements, and use a code of that list."
