"""What can go wrong with a programme list, each with its code and HTTP status."""

from sixclear.common.errors import DomainError


class ListNotFound(DomainError):
    code, status, title = "list-not-found", 404, "Programme list not found"
