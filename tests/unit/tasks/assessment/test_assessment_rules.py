"""Assessments: which answers fit a set, when they are taken, and that both sides are kept."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from sixclear.common.change import TransitionNotAllowed
from sixclear.tasks.assessment import rules
from sixclear.tasks.assessment.errors import AnswersRefused, AssessmentClosed
from sixclear.tasks.assessment.rules import AssessmentState

CLOSES = datetime(2026, 11, 23, 17, tzinfo=UTC)
OPEN = AssessmentState("open", CLOSES, consented=False)
_CRITERION = {"counts": "standard", "points": 10.0, "figure": None, "tiers": [], "not_applicable": None}
CRITERIA: list[dict[str, Any]] = [
    _CRITERION | {"code": "1", "tiers": [{"points": 10.0}, {"points": 5.0}], "not_applicable": "Không phát sinh"},
    _CRITERION | {"code": "2"},
    _CRITERION | {"code": "3", "figure": "disbursed_of_allocated", "not_applicable": "Không được giao kinh phí"},
    _CRITERION | {"code": "4", "counts": "penalty", "points": 1.0},
]


def said(criterion: str, points: float | None = None) -> dict[str, Any]:
    return {"criterion": criterion, "points": points, "not_applicable": points is None, "note": None}


@pytest.mark.parametrize(
    ("answer", "verified", "code"),
    [
        (said("1", 10.0), False, None),
        (said("1", 0.0), False, None),
        (said("1"), False, None),
        (said("2", 7.25), False, None),
        (said("3"), False, None),
        (said("4", 1.0), True, None),
        (said("1", 7.0), False, "points-not-there"),
        (said("2", 10.5), True, "points-not-there"),
        (said("2"), False, "always-applies"),
        (said("3", 10.0), True, "computed"),
        (said("4", 1.0), False, "verifier-only"),
        (said("9", 1.0), False, "criterion-unknown"),
    ],
)
def test_an_answer_gives_what_the_criterion_gives(answer: dict[str, Any], verified: bool, code: str | None) -> None:
    if code is None:
        rules.check_answers(CRITERIA, [answer], verified=verified)
        return
    with pytest.raises(AnswersRefused) as refused:
        rules.check_answers(CRITERIA, [answer], verified=verified)
    assert [(one["pointer"], one["code"]) for one in (refused.value.errors or [])] == [("#/answers/0", code)]


def test_a_criterion_is_answered_once_in_a_request() -> None:
    with pytest.raises(AnswersRefused) as refused:
        rules.check_answers(CRITERIA, [said("2", 1.0), said("2", 2.0)], verified=False)
    assert (refused.value.errors or [])[0]["code"] == "criterion-twice"


def test_answers_are_taken_until_the_last_day_has_ended_or_with_consent() -> None:
    rules.check_open(OPEN, CLOSES - timedelta(microseconds=1))
    with pytest.raises(AssessmentClosed):
        rules.check_open(OPEN, CLOSES)
    rules.check_open(AssessmentState("answered", CLOSES, consented=True), CLOSES)
    rules.check_open(AssessmentState("open", None, consented=False), CLOSES + timedelta(days=400))


def test_what_was_verified_is_not_answered_again_and_what_was_not_answered_is_not_verified() -> None:
    with pytest.raises(TransitionNotAllowed):
        rules.check_open(AssessmentState("verified", CLOSES, consented=True), CLOSES)
    with pytest.raises(TransitionNotAllowed):
        rules.check_verifiable(OPEN)


def test_both_sides_are_kept() -> None:
    answers = rules.merged({}, "own", [said("1", 10.0), said("2", 3.0)])
    answers = rules.merged(answers, "verified", [said("1", 5.0)])
    answers = rules.merged(answers, "own", [said("2", 4.0)])
    points = {code: {side: one["points"] for side, one in both.items()} for code, both in answers.items()}
    assert points == {"1": {"own": 10.0, "verified": 5.0}, "2": {"own": 4.0}}


@pytest.mark.parametrize(
    ("every", "period", "first"),
    [
        ("month", "2026-11", date(2026, 11, 1)),
        ("year", "2026", date(2026, 1, 1)),
        ("month", "2026", None),
        ("year", "2026-11", None),
        ("month", "2026-13", None),
        ("month", "0000-01", None),
    ],
)
def test_a_period_is_named_by_its_key(every: str, period: str, first: date | None) -> None:
    assert rules.first_day(every, period) == first
