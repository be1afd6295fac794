"""The life of a comment: it is answered once. Pure: no database, no clock."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.common.change import Change, allow


@dataclass(frozen=True, slots=True)
class CommentState:
    """What the rules read of a comment."""

    text: str
    answer: str | None
    answered_by_organisation_id: UUID | None


def is_repetition(newest: CommentState | None, text: str) -> bool:
    """Whether a body says again what it said last of the task, and nothing was answered to it."""
    return newest is not None and newest.answer is None and newest.text == text


def is_answered_so(comment: CommentState, organisation_id: UUID, text: str) -> bool:
    """Whether the same body answered the same before."""
    return (comment.answered_by_organisation_id, comment.answer) == (organisation_id, text)


def answer(comment: CommentState, organisation_id: UUID, text: str, occurred_at: datetime) -> Change:
    """Answer a comment; raises TransitionNotAllowed for one that was answered."""
    allow("The comment", "open" if comment.answer is None else "answered", "answered", {"answered": {"open"}})
    said = {"answer": text, "answered_by_organisation_id": organisation_id, "answered_at": occurred_at}
    return Change("answered", said)
