"""Refusals of requests on comments."""

from sixclear.common.errors import DomainError
from sixclear.tasks.task.errors import STEP_REFUSALS


class CommentNotFound(DomainError):
    code, status, title = "comment-not-found", 404, "Comment not found"
    meaning = "No comment that the caller may see has this identifier."
    remedy = "Check the identifier, or find the comment in the list of its task."


REFUSALS = (*STEP_REFUSALS, CommentNotFound)
