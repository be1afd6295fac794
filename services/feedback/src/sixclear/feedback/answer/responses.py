"""Rows of answers as responses."""

import json
from typing import Any

from sixclear.feedback.answer.models import Answer, Answers, Promise, done_words, promise_words, words_of
from sixclear.feedback.answer.schemas import AnswerState, AnswerView, Point, PromiseView, PublishedAnswer, UnchangedView
from sixclear.feedback.answer_template import service as templates
from sixclear.feedback.answer_template.service import Templates
from sixclear.feedback.organisation.schemas import OrganisationBrief
from sixclear.feedback.organisation.service import Briefs, brief
from sixclear.feedback.sealing.values import CaseKey

_DERIVED = {
    *("reason", "legal_basis", "text", "points", "correction_reason"),
    *("steps", "unchanged", "responsible_organisation"),
}


def drafted_response(answer: Answer, submission_version: int) -> AnswerState:
    """That an answer was drafted, with the version of its submission."""
    columns = {name: getattr(answer, name) for name in AnswerState.model_fields if name != "version"}
    return AnswerState(**columns, version=submission_version)


def answer_responses(key: CaseKey, answers: Answers, names: Briefs, known: Templates) -> list[AnswerView]:
    """Answers as handlers see them, oldest first; what `known` templates left in an unpublished one is named."""
    return [
        AnswerView(
            **_columns(AnswerView, answer),
            **_parts(key, answers, answer, names),
            unchanged=[] if answer.published_at else _unchanged(words_of(key, answer)["text"], known),
        )
        for answer in answers.rows
    ]


def published_responses(key: CaseKey, answers: Answers, names: Briefs) -> list[PublishedAnswer]:
    """The published answers of a submission as its sender reads them, the one that holds first."""
    return [
        PublishedAnswer(**_columns(PublishedAnswer, answer), **_parts(key, answers, answer, names))
        for answer in answers.published()
    ]


def _columns(view: type[AnswerView] | type[PublishedAnswer], answer: Answer) -> dict[str, Any]:
    return {name: getattr(answer, name) for name in view.model_fields if name not in _DERIVED}


def _parts(key: CaseKey, answers: Answers, answer: Answer, names: Briefs) -> dict[str, Any]:
    words = words_of(key, answer)
    return words | {
        "points": [Point.model_validate(point) for point in json.loads(words["points"] or "[]")],
        "steps": [_promise(key, promise) for promise in answers.promises[answer.answer_id]],
        **_responsible(answer, names),
    }


def _promise(key: CaseKey, promise: Promise) -> PromiseView:
    return PromiseView(
        promise_id=promise.promise_id,
        words=promise_words(key, promise),
        due_date=promise.due_date,
        done_at=promise.done_at,
        done_words=done_words(key, promise),
    )


def _unchanged(text: str, known: Templates) -> list[UnchangedView]:
    return [
        UnchangedView(start=one.start, end=one.end, text=text[one.start : one.end], template_id=one.template_id)
        for one in templates.read(text, known)
        if one.template_id is not None and not one.says
    ]


def _responsible(answer: Answer, names: Briefs) -> dict[str, OrganisationBrief | None]:
    return {"responsible_organisation": brief(names, answer.responsible_organisation_id)}
