"""Rows of answers as responses."""

from collections.abc import Sequence

from sixclear.feedback.answer.models import Answer
from sixclear.feedback.answer.schemas import AnswerState, AnswerView, PublishedAnswer


def drafted_response(answer: Answer, submission_version: int) -> AnswerState:
    """That an answer was drafted, with the version of its submission."""
    columns = {name: getattr(answer, name) for name in AnswerState.model_fields if name != "version"}
    return AnswerState(**columns, version=submission_version)


def answer_response(answer: Answer) -> AnswerView:
    """An answer as handlers see it."""
    return AnswerView.model_validate(answer, from_attributes=True)


def published_response(answers: Sequence[Answer]) -> PublishedAnswer | None:
    """The published one of a submission's answers, as its sender reads it; None when none is."""
    published = next((answer for answer in answers if answer.published_at is not None), None)
    return None if published is None else PublishedAnswer.model_validate(published, from_attributes=True)
