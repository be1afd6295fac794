"""Rows of answers as responses."""

from collections.abc import Sequence
from typing import Any

from sixclear.feedback.answer.models import Answer, words_of
from sixclear.feedback.answer.schemas import AnswerState, AnswerView, PublishedAnswer
from sixclear.feedback.organisation.service import Briefs, brief
from sixclear.feedback.sealing.values import CaseKey


def drafted_response(answer: Answer, submission_version: int) -> AnswerState:
    """That an answer was drafted, with the version of its submission."""
    columns = {name: getattr(answer, name) for name in AnswerState.model_fields if name != "version"}
    return AnswerState(**columns, version=submission_version)


def answer_response(key: CaseKey, answer: Answer, names: Briefs) -> AnswerView:
    """An answer as handlers see it."""
    view = AnswerView.model_validate(answer, from_attributes=True)
    return view.model_copy(update=words_of(key, answer) | _responsible(answer, names))


def _responsible(answer: Answer, names: Briefs) -> dict[str, Any]:
    return {"responsible_organisation": brief(names, answer.responsible_organisation_id)}


def published_response(key: CaseKey, answers: Sequence[Answer], names: Briefs) -> PublishedAnswer | None:
    """The published one of a submission's answers, as its sender reads it; None when none is."""
    published = next((answer for answer in answers if answer.published_at is not None), None)
    if published is None:
        return None
    view = PublishedAnswer.model_validate(published, from_attributes=True)
    return view.model_copy(update=words_of(key, published) | _responsible(published, names))
