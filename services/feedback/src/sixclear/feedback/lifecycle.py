"""The life of a submission: what each step needs and what it changes. Pure: no database, no clock."""

from datetime import datetime
from uuid import UUID

from sixclear.common.change import Change, TransitionNotAllowed, allow
from sixclear.feedback.models import Answer, Submission

_ALLOWED_FROM = {
    "triaged": {"received", "triaged"},
    "assigned": {"triaged", "assigned", "in_review"},
    "message_added": {"received", "triaged", "assigned", "in_review", "answered"},
    "answer_drafted": {"assigned", "in_review"},
    "answered": {"in_review"},
}


def triage(submission: Submission, kind: str, programme: str | None) -> Change:
    """Set kind and programme right. A sealed submission stays the initiative that it is."""
    _allow(submission, "triaged")
    if submission.visibility == "sealed" and kind != "initiative":
        raise TransitionNotAllowed("A sealed initiative stays an initiative.")
    return Change("triaged", {"status": "triaged", "kind": kind, "programme": programme})


def assign(submission: Submission, organisation_id: UUID) -> Change:
    """Give it to the body that must answer, also from another body; the clock goes on.

    What the former body drafted stays with it: whoever has the case now answers anew. The body whose draft waits for
    its publication is not given the case again, which would only throw the draft away.
    """
    _allow(submission, "assigned")
    if submission.status == "in_review" and submission.organisation_id == organisation_id:
        raise TransitionNotAllowed("This body has the case and has drafted an answer; publish it, or draft another.")
    return Change("assigned", {"status": "assigned", "organisation_id": organisation_id})


def add_message(submission: Submission) -> Change:
    """Count one more message; where the submission stands does not change."""
    _allow(submission, "message_added")
    return Change("message_added", {"messages_count": submission.messages_count + 1})


def draft_answer(submission: Submission) -> Change:
    """An answer is there that somebody else must check."""
    _allow(submission, "answer_drafted")
    return Change("answer_drafted", {"status": "in_review"})


def answer(submission: Submission, draft: Answer, answered_at: datetime) -> Change:
    """The answer goes out; who may publish it is a rule on callers, not this function's."""
    if draft.published_at is not None:
        raise TransitionNotAllowed("This answer is published.")
    if draft.withdrawn_at is not None:
        raise TransitionNotAllowed("The case was given to another body after this was drafted; draft an answer anew.")
    _allow(submission, "answered")
    return Change("answered", {"status": "answered", "outcome": draft.outcome, "answered_at": answered_at})


def _allow(submission: Submission, step: str) -> None:
    allow("The submission", submission.status, step, _ALLOWED_FROM)
