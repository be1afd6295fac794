"""The life of a piece of evidence: what each step needs and what it changes. Pure: no database, no clock."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.common.change import Change, TransitionNotAllowed, allow
from sixclear.tasks.task.lifecycle import OPEN_STATUSES, TaskState

_ALLOWED_FROM = {"accepted": {"waiting"}, "refused": {"waiting"}}


@dataclass(frozen=True, slots=True)
class EvidenceState:
    """What the rules read of a piece of evidence."""

    state: str


def check_decidable(task: TaskState) -> None:
    """Raises TransitionNotAllowed for a task that nobody works on: its confirmation has decided on what waited."""
    if task.status not in OPEN_STATUSES:
        raise TransitionNotAllowed(f"The evidence of a task that is {task.status} is not decided on any more.")


def accept(evidence: EvidenceState, occurred_at: datetime, organisation_id: UUID | None) -> Change:
    """Take it as proof. Which body may is decided in `access`."""
    _allow(evidence, "accepted")
    return Change("accepted", {"state": "accepted"} | _decided(occurred_at, organisation_id))


def refuse(evidence: EvidenceState, occurred_at: datetime, organisation_id: UUID, reason: str) -> Change:
    """Refuse it, with the reason; another piece may be attached in its place."""
    _allow(evidence, "refused")
    return Change("refused", {"state": "refused", "reason": reason} | _decided(occurred_at, organisation_id))


def _decided(occurred_at: datetime, organisation_id: UUID | None) -> dict[str, datetime | UUID | None]:
    return {"decided_at": occurred_at, "decided_by_organisation_id": organisation_id}


def _allow(evidence: EvidenceState, step: str) -> None:
    allow("The evidence", evidence.state, step, _ALLOWED_FROM)
