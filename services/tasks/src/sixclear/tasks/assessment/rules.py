"""Which answers fit a set of criteria, and when they are taken. Pure: no database, no clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sixclear.common.change import allow
from sixclear.tasks.assessment.errors import AnswersRefused, AssessmentClosed

# From which state a step may begin: what was verified is not answered again.
_FROM = {"answered": {"open", "answered"}, "verified": {"answered", "verified"}}
Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AssessmentState:
    """What rules read of an assessment."""

    state: str
    closes_at: datetime | None
    consented: bool


def first_day(every: str, period: str) -> date | None:
    """The first day of a period by its key; None for one that is no period of the set."""
    year, _, month = period.partition("-")
    if (every == "month") != bool(month):
        return None
    try:
        return date(int(year), int(month or 1), 1)
    except ValueError:
        return None


def check_open(assessment: AssessmentState, now: datetime) -> None:
    """Whether answers are taken, by the time at which they are recorded.

    Raises TransitionNotAllowed for what was verified, and AssessmentClosed after the window without consent.
    """
    allow("The assessment", assessment.state, "answered", _FROM)
    closes_at = assessment.closes_at
    if closes_at is not None and now >= closes_at and not assessment.consented:
        raise AssessmentClosed("The last day of the window has ended.")


def check_verifiable(assessment: AssessmentState) -> None:
    """Raises TransitionNotAllowed for what the body has not answered."""
    allow("The assessment", assessment.state, "verified", _FROM)


def check_answers(criteria: Iterable[Mapping[str, Any]], said: Iterable[Answer], *, verified: bool) -> None:
    """Raises AnswersRefused with every answer that does not fit `criteria`, those that the body is assessed by."""
    known = {one["code"]: one for one in criteria}
    errors, seen = [], set()
    for index, answer in enumerate(said):
        code = answer["criterion"]
        fault = ("criterion-twice", "The criterion is answered twice.") if code in seen else None
        fault = fault or _fault_of(known.get(code), answer, verified=verified)
        seen.add(code)
        if fault is not None:
            errors.append({"pointer": f"#/answers/{index}", "code": fault[0], "detail": fault[1]})
    if errors:
        raise AnswersRefused("Nothing was recorded.", errors=errors)


def _fault_of(criterion: Mapping[str, Any] | None, answer: Answer, *, verified: bool) -> tuple[str, str] | None:
    if criterion is None:
        return "criterion-unknown", "The set has no such criterion for this body."
    if answer["not_applicable"]:
        if criterion["not_applicable"] is None:
            return "always-applies", "The set does not say that this criterion may not apply."
        return None
    if criterion["figure"] is not None:
        return "computed", "This criterion is computed; only that it does not apply may be said."
    if criterion["counts"] == "penalty" and not verified:
        return "verifier-only", "A penalty is given by the body that verifies."
    given = {tier["points"] for tier in criterion["tiers"]}
    if answer["points"] > criterion["points"] or (given and answer["points"] not in given | {0}):
        return "points-not-there", "The criterion does not give these points."
    return None


def merged(answers: Mapping[str, Any], side: str, said: Iterable[Answer]) -> dict[str, Any]:
    """The answers with one side of those that are named in place of what it was; the other side stays."""
    found = dict(answers)
    for answer in said:
        told = {name: value for name, value in answer.items() if name != "criterion"}
        found[answer["criterion"]] = found.get(answer["criterion"], {}) | {side: told}
    return found
