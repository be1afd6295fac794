"""What an answer must say before it can close a case. Pure: no database, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sixclear.common.errors import InvalidRequest
from sixclear.common.folding import compact
from sixclear.feedback.answer.errors import AnswerSaysNothing

# What is promised needs a day on which the sender can look again.
PROMISING = frozenset({"accepted", "accepted_in_part"})
_LAST_YEAR = 2100


@dataclass(frozen=True, slots=True)
class Said:
    """What the gate reads of a draft: `empty` and `gaps` say what a template left of it."""

    outcome: str
    responsible: UUID
    body: UUID | None
    next_date: date | None
    points: Sequence[tuple[str, str]]
    promises: Sequence[date]
    empty: Mapping[str, bool]
    gaps: Mapping[str, Sequence[str]]
    # The points that the sender put, where a body sent the case for itself.
    asked: Sequence[str] = ()


def check(said: Said) -> None:
    """Raises AnswerSaysNothing, naming every place at which the answer leaves something open."""
    faults = [*_transfer(said), *_promise(said), *_asked(said), *_points(said), *_templates(said)]
    if faults:
        raise AnswerSaysNothing("The answer leaves open what `errors` names.", errors=faults)


def check_days(next_date: date | None, promises: Sequence[date], drafted_on: date) -> None:
    """Raises InvalidRequest for a promised day that was over when the answer was drafted.

    So does one after the year 2100: it is mistyped.
    """
    named = [("#/next_date", next_date), *((f"#/steps/{at}/due_date", day) for at, day in enumerate(promises))]
    errors = [
        {"pointer": pointer, "code": "date-out-of-range", "detail": "Give a day from today to 2100."}
        for pointer, day in named
        if day is not None and not (drafted_on <= day and day.year <= _LAST_YEAR)
    ]
    if errors:
        raise InvalidRequest(
            "A date of an answer says when something will be done: a day from the draft on, up to the year 2100.",
            errors=errors,
        )


def _transfer(said: Said) -> Sequence[dict[str, str]]:
    if said.outcome != "not_competent" or said.responsible == said.body:
        return ()
    detail = "Another body is responsible: give it the case in place of an answer. The sender's clock goes on."
    return ({"pointer": "#/outcome", "code": "transfer-is-no-answer", "detail": detail},)


def _promise(said: Said) -> Sequence[dict[str, str]]:
    if said.outcome not in PROMISING or said.next_date is not None or said.promises:
        return ()
    detail = "What is accepted is done on a day: name it, or steps with their days."
    return ({"pointer": "#/next_date", "code": "next-date-needed", "detail": detail},)


def _asked(said: Said) -> Sequence[dict[str, str]]:
    answered = {compact(point) for point, _ in said.points}
    return [
        {
            "pointer": "#/points",
            "code": "point-left-out",
            "detail": f"Point {number} of the submission has no answer; write it in `point` as it was sent.",
        }
        for number, asked in enumerate(said.asked, 1)
        if compact(asked) not in answered
    ]


def _points(said: Said) -> Sequence[dict[str, str]]:
    detail = "This only repeats the point; answer it."
    return [
        {"pointer": f"#/points/{at}/answer", "code": "point-not-answered", "detail": detail}
        for at, (point, answer) in enumerate(said.points)
        if compact(point) == compact(answer)
    ]


def _templates(said: Said) -> Sequence[dict[str, str]]:
    bare = "Nothing was added to a template: say what it means for this case."
    return [
        *({"pointer": at, "code": "template-unchanged", "detail": bare} for at, empty in said.empty.items() if empty),
        *(
            {"pointer": at, "code": "gap-unfilled", "detail": "Fill the gaps that stand in braces."}
            for at, gaps in said.gaps.items()
            if gaps
        ),
    ]
