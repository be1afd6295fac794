"""Feedback in every state of its clock: just received, assigned, due soon, past its clock, answered."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sixclear.common.calendar import calendar
from sixclear.common.clock import CIVIL_ZONE
from sixclear.feedback.submission.clocks import answer_clock
from sixclear.launcher.demo.organisations import agencies
from sixclear.launcher.demo.steps import Step
from sixclear.launcher.demo.vocabulary import FEEDBACK
from sixclear.tasks.organisation.seed import organisation_id

_SUBMISSIONS = "/api/feedback/v1/submissions"
_HUB, _PUBLISHER = "feedback-hub", "feedback-publisher"
_LONGEST_AGE_DAYS = 60
# The state of the clock and how far each piece has come; dealt out in turn.
_STATES = (("in_time", "received"), ("in_time", "assigned"), ("due_soon", "assigned"), ("overdue", "assigned"))
_PIECES = 20


def feedback_steps(now: datetime) -> Iterator[Step]:
    """Every request for feedback. Ages follow from the calendar of working days, so each state is there on any day."""
    for number in range(_PIECES):
        state, stage = (*_STATES, ("overdue", "answered"))[number % (len(_STATES) + 1)]
        yield from _piece(number, _received(now, state, number), stage)


def _received(now: datetime, state: str, number: int) -> datetime:
    """The newest morning of receipt whose clock is in `state` by now and stays so for the rest of the day."""
    for days in range(1, _LONGEST_AGE_DAYS):
        day = (now - timedelta(days=days)).astimezone(CIVIL_ZONE)
        received = day.replace(hour=9, minute=number, second=0, microsecond=0)
        if answer_clock(received, calendar()).state(None, now) == state:
            return received
    raise LookupError(state)


def _piece(number: int, received: datetime, stage: str) -> Iterator[Step]:
    name = f"feedback {number:02d}"
    kind, title, text = FEEDBACK[number % len(FEEDBACK)]
    body = {
        "kind": kind,
        "title": title,
        "text": text,
        "visibility": "public",
        "consent": True,
        "sender": {"kind": "citizen"},
        "demonstration": True,
        "occurred_at": received,
    }
    yield Step(name, name, _HUB, f"{_SUBMISSIONS}/on-behalf", body)
    if stage == "received":
        return
    triaged, assigned = received + timedelta(hours=2), received + timedelta(hours=4)
    organisation = {"organisation_id": organisation_id(agencies()[number % len(agencies())])}
    yield Step(f"{name} triage", name, _HUB, _path("triage"), {"occurred_at": triaged})
    yield Step(f"{name} assign", name, _HUB, _path("assign"), organisation | {"occurred_at": assigned})
    if stage == "answered":
        yield Step(f"{name} answer", name, _HUB, _path("answers"), _answer(number, received))
        yield Step(f"{name} publish", name, _PUBLISHER, _path("answers/{answer_id}/publish"), {})


def _path(step: str) -> str:
    """A path below the submission that the first answer of the lane names."""
    return f"{_SUBMISSIONS}/{{submission_id}}/{step}"


def _answer(number: int, received: datetime) -> dict[str, Any]:
    return {
        "outcome": "accepted_in_part",
        "reason": "Kiến nghị phù hợp với kế hoạch; phần kinh phí chờ phê duyệt (minh họa).",
        "legal_basis": "Nghị quyết 57-NQ/TW",
        "responsible_organisation_id": organisation_id(agencies()[number % len(agencies())]),
        "next_date": (received + timedelta(days=_LONGEST_AGE_DAYS + 90)).date(),
        "text": "Đơn vị đã tiếp nhận và giao bộ phận chuyên môn thực hiện trong quý tới (nội dung minh họa).",
    }
