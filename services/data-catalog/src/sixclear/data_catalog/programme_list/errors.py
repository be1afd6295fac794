"""Refusals of requests on programme lists: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class ListNotFound(DomainError):
    code, status, title = "list-not-found", 404, "Programme list not found"
    meaning = "No programme list has this slug."
    remedy = "Read the programme lists, and use a slug of one of them."
