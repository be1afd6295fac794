"""The life of a piece of evidence: what each step needs and what it changes. Pure: no database, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sixclear.common.change import Change, TransitionNotAllowed, allow
from sixclear.tasks.task.errors import ProofMissing
from sixclear.tasks.task.lifecycle import OPEN_STATUSES, TaskState

# A system is there when all three are shown: it runs, it holds data, and people use it.
PROOFS = ("runs", "holds_data", "has_real_users")
_PROVED = frozenset({"information_system", "database"})
_ALLOWED_FROM = {"accepted": {"waiting"}, "refused": {"waiting"}}


@dataclass(frozen=True, slots=True)
class EvidenceState:
    """What the rules read of a piece of evidence."""

    state: str
    redacted: bool = False


def check_decidable(task: TaskState) -> None:
    """Raises TransitionNotAllowed for a task on which no work is left: its confirmation has decided on what waited."""
    if task.status not in OPEN_STATUSES:
        raise TransitionNotAllowed(f"The evidence of a task that is {task.status} is not decided on any more.")


def missing_proofs(product_kind: str | None, proved: Iterable[Iterable[str]]) -> list[str]:
    """The confirmations that a product of this kind needs and that no piece of evidence gives, in order."""
    if product_kind not in _PROVED:
        return []
    given = {proof for one in proved for proof in one}
    return [proof for proof in PROOFS if proof not in given]


def check_proved(product_kind: str | None, proved: Iterable[Iterable[str]]) -> None:
    """Raises ProofMissing, which names what evidence does not show of an information system or a database."""
    missing = missing_proofs(product_kind, proved)
    if missing:
        raise ProofMissing(
            f"Missing: {', '.join(missing)}. No evidence that waits or was accepted shows it.",
            errors=[
                {"pointer": "#", "code": proof.replace("_", "-"), "detail": f"No evidence has `{proof}` in `proves`."}
                for proof in missing
            ],
        )


def accept(evidence: EvidenceState, occurred_at: datetime, organisation_id: UUID | None) -> Change:
    """Take it as proof. Which body may is decided in `access`."""
    _allow(evidence, "accepted")
    return Change("accepted", {"state": "accepted"} | _decided(occurred_at, organisation_id))


def refuse(evidence: EvidenceState, occurred_at: datetime, organisation_id: UUID, reason: str) -> Change:
    """Refuse it, with the reason; another piece may be attached in its place."""
    _allow(evidence, "refused")
    return Change("refused", {"state": "refused", "reason": reason} | _decided(occurred_at, organisation_id))


def redact(evidence: EvidenceState, occurred_at: datetime, organisation_id: UUID, reason: str) -> Change:
    """Black out its content, at any time. What waits is refused by it, for no one can look at it any more."""
    if evidence.redacted:
        raise TransitionNotAllowed("The evidence is blacked out already.")
    fields: dict[str, Any] = {"redacted_at": occurred_at, "redaction_reason": reason}
    if evidence.state == "waiting":
        fields |= {"state": "refused", "reason": reason} | _decided(occurred_at, organisation_id)
    return Change("redacted", fields)


def _decided(occurred_at: datetime, organisation_id: UUID | None) -> dict[str, datetime | UUID | None]:
    return {"decided_at": occurred_at, "decided_by_organisation_id": organisation_id}


def _allow(evidence: EvidenceState, step: str) -> None:
    allow("The evidence", evidence.state, step, _ALLOWED_FROM)
