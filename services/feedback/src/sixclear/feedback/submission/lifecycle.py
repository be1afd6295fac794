"""The life of a submission: what each step needs and what it changes. Pure: no database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.common.change import Change, TransitionNotAllowed, allow

# The due times of a case as they were counted again: `due_at`, `due_soon_at`, `body_due_at`.
Due = Mapping[str, datetime | None]
_OPEN = {"received", "triaged", "assigned", "in_review"}
_ALLOWED_FROM = {
    "triaged": {"received", "triaged"},
    "assigned": {"triaged", "assigned", "in_review"},
    "message_added": {"received", "triaged", "assigned", "in_review", "answered"},
    "answer_drafted": {"assigned", "in_review"},
    "answered": {"in_review"},
    "correction_drafted": {"answered"},
    "corrected": {"answered"},
    "rated": {"answered"},
    "reopened": {"answered"},
    "appealed": {"received", "triaged", "assigned", "in_review", "answered"},
    "appeal_decided": {"received", "triaged", "assigned", "in_review", "answered", "withdrawn"},
    "step_done": {"answered", "assigned", "in_review"},
    "taken_back": _OPEN,
    "shredded": {"answered", "withdrawn"},
    "due_moved": _OPEN,
    "identity_raised": _OPEN | {"answered"},
    "clock_paused": _OPEN,
    "clock_resumed": _OPEN,
    "due_changed": _OPEN,
    "transferred": {"assigned", "in_review"},
    "escalated": _OPEN,
    "linked": _OPEN | {"answered"},
}
# What an open case waits for where no pause and no appeal says so. Names are added, never changed: events have them.
_WAITS_FOR = {"received": "triage", "triaged": "assignment", "assigned": "draft", "in_review": "release"}
# How well a sender can be known, from least to most.
IDENTITY_LEVELS = ("anonymous", "pseudonymous", "named", "verified")


@dataclass(frozen=True, slots=True)
class CaseState:
    """What the rules read of a case. (`SubmissionState` is a response of the API.)"""

    status: str
    visibility: str
    organisation_id: UUID | None
    messages_count: int
    identity_level: str = "pseudonymous"
    paused: bool = False
    in_expert_review: bool = False


def waits_for(status: str, step: str | None) -> str | None:
    """What the case waits for, by name: its own `step` (a pause, an appeal), else what follows from its status.

    None once no one owes it anything. That experts review it is not among the names: no one outside may notice it.
    """
    return step or _WAITS_FOR.get(status)


def triage(
    case: CaseState, kind: str, programme: str | None, field: str | None = None, place_id: UUID | None = None
) -> Change:
    """Set kind, programme, field and place right. A sealed submission stays the initiative that it is."""
    _allow(case, "triaged")
    if case.visibility == "sealed" and kind != "initiative":
        raise TransitionNotAllowed("A sealed initiative stays an initiative.")
    about = {"kind": kind, "programme": programme, "field": field, "place_id": place_id}
    return Change("triaged", {"status": "triaged"} | about)


def assign(case: CaseState, organisation_id: UUID) -> Change:
    """Give it to the body that must answer, also from another body; the clock goes on.

    What the former body drafted stays with it; the new body drafts its own answer. A body whose draft waits to be
    published is not given the case again, which would only withdraw the draft.
    """
    _allow(case, "assigned")
    if case.status == "in_review" and case.organisation_id == organisation_id:
        raise TransitionNotAllowed("This body has the case and has drafted an answer; publish it, or draft another.")
    return Change("assigned", {"status": "assigned", "organisation_id": organisation_id})


def add_message(case: CaseState, author: str, message_due_at: datetime | None) -> Change:
    """Count one more message of `sender` or `handler`; where the submission stands does not change, answered or not.

    `message_due_at` is when a sender's message is to have a word; a handler's message is that word.
    """
    _allow(case, "message_added")
    fields = {"last_message_by": author, "message_due_at": message_due_at}
    return Change("message_added", {"messages_count": case.messages_count + 1, **fields})


def raise_identity(case: CaseState, level: str) -> Change | None:
    """The sender can be known better than before; None where the level is no higher: it is never lowered."""
    _allow(case, "identity_raised")
    if IDENTITY_LEVELS.index(level) <= IDENTITY_LEVELS.index(case.identity_level):
        return None
    return Change("identity_raised", {"identity_level": level})


def shred(case: CaseState, step: str | None) -> Change:
    """All that was written is erased; states and times stay. Never while an answer or a decision is owed."""
    _allow(case, "shredded")
    if step == "appeal":
        raise TransitionNotAllowed("An appeal is open; erase the case when it is decided.")
    return Change("shredded", {"words_hash": None})


def link(case: CaseState) -> Change:
    """It is of one need with another case; where it stands does not change."""
    _allow(case, "linked")
    return Change("linked", {})


def draft_answer(case: CaseState) -> Change:
    """An answer is there, which another person must publish."""
    _allow(case, "answer_drafted")
    return Change("answer_drafted", {"status": "in_review"})


def answer(case: CaseState, outcome: str, answered_at: datetime) -> Change:
    """The answer goes out. Which draft may be published, and by whom, are rules of the folder `answer`."""
    _allow(case, "answered")
    if case.in_expert_review:
        raise TransitionNotAllowed("Experts review this case; decide on what they said, then publish the answer.")
    fields = {"status": "answered", "outcome": outcome, "answered_at": answered_at, "last_message_by": "handler"}
    fields |= {"message_due_at": None}
    return Change("answered", fields)


def draft_correction(case: CaseState) -> Change:
    """A correction of the answer is there, which another person must publish; until then the answer holds."""
    _allow(case, "correction_drafted")
    return Change("answer_drafted", {})


def correct(case: CaseState, outcome: str) -> Change:
    """The answer is replaced in the open: the case was answered when it was, and says another outcome perhaps."""
    _allow(case, "corrected")
    return Change("answered", {"outcome": outcome, "last_message_by": "handler", "message_due_at": None})


def may_publish(case: CaseState, *, correction: bool) -> bool:
    """Whether an answer, or a correction of it, can be published now; an answer not while experts review the case."""
    waits = case.in_expert_review and not correction
    return case.status in _ALLOWED_FROM["corrected" if correction else "answered"] and not waits


def rate(case: CaseState, score: str) -> Change:
    """The sender says how far the answer helped. That it is said once, and how long, are rules of `rating`."""
    _allow(case, "rated")
    return Change("rated", {"rating": score})


def reopen(case: CaseState, *, due_at: datetime, due_soon_at: datetime, edition: str, at: datetime) -> Change:
    """The case is open again for the body that answered it, with a term of its own; the first due time stays told.

    Whether its sender may, is a rule of `appeal`; a decision of the body above opens it too.
    """
    _allow(case, "reopened")
    fields = {
        "status": "assigned",
        "outcome": None,
        "answered_at": None,
        "rating": None,
        "step": None,
        "reopened_at": at,
        "due_at": due_at,
        "due_soon_at": due_soon_at,
        "calendar_edition": edition,
        "body_due_at": None,
        "escalation_rung": None,
    }
    return Change("reopened", fields)


def appeal(case: CaseState, level: int, body: UUID, appealed_at: datetime) -> Change:
    """The sender appeals to the body above; what is answered stays answered until that body decides."""
    _allow(case, "appealed")
    fields = {"appeal_level": level, "appealed_at": appealed_at, "appeal_organisation_id": body, "step": "appeal"}
    return Change("appealed", fields)


def decide_appeal(case: CaseState) -> Change:
    """The body above decided; what it decided is told to the sender, and is not published."""
    _allow(case, "appeal_decided")
    return Change("appeal_decided", {"step": None})


def finish_step(case: CaseState) -> Change:
    """A step that an answer promised is done; the case stays as it is, also when it was opened again."""
    _allow(case, "step_done")
    return Change("step_done", {})


def withdraw(case: CaseState) -> Change:
    """The sender takes it back before it is answered; no answer is owed any more."""
    _allow(case, "taken_back")
    return Change("taken_back", {"status": "withdrawn"})


def move_due(case: CaseState, due: Due, *, first_due_at: datetime, edition: str) -> Change:
    """A newer edition of the calendar gives an open case another due time; the one that was told first is kept."""
    _allow(case, "due_moved")
    return Change("due_moved", {**due, "first_due_at": first_due_at, "calendar_edition": edition})


def pause(case: CaseState, due: Due, paused_at: datetime) -> Change:
    """The sender is asked for what lacks; both clocks stand still, and are due as if that took all of its time.

    Raises TransitionNotAllowed where they stand still already. How often and how long, `clocks` says.
    """
    _allow(case, "clock_paused")
    if case.paused:
        raise TransitionNotAllowed("The clock stands still already; the sender was asked and has time to reply.")
    return Change("clock_paused", {**due, "paused_since": paused_at, "step": "completion"})


def resume(case: CaseState, due: Due) -> Change:
    """Both clocks go on; they are due by the time that they stood still."""
    require_paused(case)
    return Change("clock_resumed", {**due, "paused_since": None, "step": None})


def require_paused(case: CaseState) -> None:
    """Raises TransitionNotAllowed where the clocks run."""
    _allow(case, "clock_resumed")
    if not case.paused:
        raise TransitionNotAllowed("The clock runs; there is nothing to resume.")


def change_due(case: CaseState, due: Due) -> Change:
    """A decision gave more working days."""
    _allow(case, "due_changed")
    return Change("due_changed", due)


def transfer(
    case: CaseState, organisation_id: UUID, *, body_started_at: datetime | None, body_due_at: datetime | None
) -> Change:
    """Another body accepted the case and must answer. The sender's clock goes on, whatever that of the body does."""
    _allow(case, "transferred")
    fields = {"status": "assigned", "organisation_id": organisation_id, "offered_organisation_id": None}
    return Change("transferred", fields | {"body_started_at": body_started_at, "body_due_at": body_due_at})


def escalate(case: CaseState, rung: str) -> Change:
    """An overdue case was told one rung higher; where it stands does not change."""
    _allow(case, "escalated")
    return Change("escalated", {"escalation_rung": rung})


def _allow(case: CaseState, step: str) -> None:
    allow("The submission", case.status, step, _ALLOWED_FROM)
