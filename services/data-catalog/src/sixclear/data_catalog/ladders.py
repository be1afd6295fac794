"""The two ladders of an entry, deployment and registration: what each step needs and changes.

Pure: no database, no clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.common.change import Change, TransitionNotAllowed, allow
from sixclear.data_catalog.errors import DocumentsMissing, DossierEmpty, ReasonMissing
from sixclear.data_catalog.models import Document, Entry

# From the bottom to the top; `rebuild` and `retire` stand beside the ladder.
LADDER = ("not_deployed", "deploying_digitised_only", "deploying_foundation", "formed_centralised")
STAGES = (*LADDER, "rebuild", "retire")

_REGISTRATION_ALLOWED_FROM = {
    "registration_submitted": {"not_submitted", "draft", "returned"},
    "registration_returned": {"submitted"},
    "registration_approved": {"submitted"},
    # What is under review stays what was handed in, and what was approved stays what was reviewed.
    "document_added": {"not_submitted", "draft", "returned"},
}


@dataclass(frozen=True, slots=True)
class StageCommand:
    """The stage that an entry is said to have reached; `risk` None keeps the last one."""

    deployment_stage: str
    risk: str | None = None
    reason: str | None = None


def decide_stage(entry: Entry, command: StageCommand) -> Change | None:
    """Move the entry on the deployment ladder; None when it stands there already, at the same risk.

    A forward step may skip rungs. Going back, to rebuild, to retire and to take a retired one up again are decisions:
    ReasonMissing without a reason. TransitionNotAllowed for rebuilding what was never built.
    """
    risk = entry.risk if command.risk is None else command.risk
    if (entry.deployment_stage, entry.risk) == (command.deployment_stage, risk):
        return None
    if command.deployment_stage != entry.deployment_stage:
        _check_stage(entry.deployment_stage, command)
    return Change("deployment_stage_changed", {"deployment_stage": command.deployment_stage, "risk": risk})


def _check_stage(current: str, command: StageCommand) -> None:
    wanted = command.deployment_stage
    if wanted == "rebuild" and current in {"not_deployed", "retire"}:
        raise TransitionNotAllowed(f"The entry is at {current}: there is nothing that could be rebuilt.")
    if not command.reason and not _forward(current, wanted):
        raise ReasonMissing(
            f"From {current} to {wanted} is not a step forward; say who decided it and why.",
            errors=[{"pointer": "#/reason", "code": "missing", "detail": "Give the reason."}],
        )


def _forward(current: str, wanted: str) -> bool:
    """Whether `wanted` lies higher. What is rebuilt may come up again on any rung on which something is built."""
    if wanted not in LADDER or current == "retire":
        return False
    if current == "rebuild":
        return wanted != LADDER[0]
    return LADDER.index(wanted) > LADDER.index(current)


def first_registration_status(*, by_owner: bool) -> str:
    """`draft` when the owner enters its own entry, `not_submitted` when a steward entered it in the owner's place."""
    return "draft" if by_owner else "not_submitted"


def submit(entry: Entry, dossier: Sequence[Document], occurred_at: datetime, organisation_id: UUID) -> Change:
    """Hand in the dossier. It may still lack what was asked for: the reviewer decides, and does not approve.

    DossierEmpty when no document is there, DocumentsMissing when one that is there has neither link nor hash.
    """
    _allow(entry, "registration_submitted")
    _check_present([document for document in dossier if not document.missing])
    return Change(
        "registration_submitted",
        {
            "registration_status": "submitted",
            "submitted_at": occurred_at,
            "submitted_by_organisation_id": organisation_id,
        },
    )


def send_back(entry: Entry, occurred_at: datetime, organisation_id: UUID, reason: str) -> Change:
    """Return the dossier as incomplete: who asked, since when and why stay with the entry."""
    _allow(entry, "registration_returned")
    return Change(
        "registration_returned",
        {
            "registration_status": "returned",
            "returned_at": occurred_at,
            "returned_by_organisation_id": organisation_id,
            "return_reason": reason,
        },
    )


def approve(entry: Entry, dossier: Sequence[Document], occurred_at: datetime, organisation_id: UUID) -> Change:
    """Approve the registration. Raises DocumentsMissing with the titles of the documents that are still missing.

    A dossier that could not be handed in, from before that was checked, is not approved either.
    """
    _allow(entry, "registration_approved")
    missing = [document.title for document in dossier if document.missing]
    if missing:
        raise DocumentsMissing(
            f"{len(missing)} documents are missing. Return the registration; the owner adds them and hands in again.",
            missing_documents=missing,
        )
    _check_present(dossier)
    return Change(
        "registration_approved",
        {
            "registration_status": "approved",
            "approved_at": occurred_at,
            "approved_by_organisation_id": organisation_id,
        },
    )


def _check_present(documents: Sequence[Document]) -> None:
    if not documents:
        raise DossierEmpty("The owner adds a document with its link or its SHA-256 hash, then hands in.")
    bare = [document.title for document in documents if not (document.url or document.sha256)]
    if bare:
        raise DocumentsMissing(
            f"{len(bare)} documents have neither link nor hash. The owner adds them again, then hands in.",
            missing_documents=bare,
        )


def add_document(entry: Entry) -> Change:
    """Put a document into the dossier, or a newer one in its place; the first one begins the dossier.

    TransitionNotAllowed while it is under review and after its approval.
    """
    status = entry.registration_status
    if status not in _REGISTRATION_ALLOWED_FROM["document_added"]:
        until = "until the reviewer returns it" if status == "submitted" else "for good"
        raise TransitionNotAllowed(f"The registration is {status}: its dossier stays as it was handed in, {until}.")
    begun = {"registration_status": "draft"} if entry.registration_status == "not_submitted" else {}
    return Change("document_added", begun)


def _allow(entry: Entry, step: str) -> None:
    allow("The registration", entry.registration_status, step, _REGISTRATION_ALLOWED_FROM)
