"""The registration ladder of an entry: what each step needs and changes. Pure: no database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.common.change import Change, TransitionNotAllowed, allow
from sixclear.data_catalog.registration.errors import DocumentsMissing, DossierEmpty

_ALLOWED_FROM = {
    "registration_submitted": {"not_submitted", "draft", "returned"},
    "registration_returned": {"submitted"},
    "registration_approved": {"submitted"},
    # What is under review stays what was handed in, and what was approved stays what was reviewed.
    "document_added": {"not_submitted", "draft", "returned"},
    "document_removed": {"not_submitted", "draft", "returned"},
}


@dataclass(frozen=True, slots=True)
class DossierDocument:
    """What the rules read of a document; it has content when it can be opened (link) or recognised (hash)."""

    title: str
    missing: bool
    has_content: bool


@dataclass(frozen=True, slots=True)
class RegistrationState:
    """How far the registration of an entry is, and what its dossier lists."""

    status: str
    dossier: tuple[DossierDocument, ...] = ()


def submit(state: RegistrationState, occurred_at: datetime, organisation_id: UUID) -> Change:
    """Hand in the dossier. It may still lack what was asked for: the reviewer decides, and does not approve.

    DossierEmpty when no document is there, DocumentsMissing when one that is there has neither link nor hash.
    """
    _allow(state, "registration_submitted")
    _check_present([document for document in state.dossier if not document.missing])
    return Change(
        "registration_submitted",
        {
            "registration_status": "submitted",
            "submitted_at": occurred_at,
            "submitted_by_organisation_id": organisation_id,
        },
    )


def send_back(state: RegistrationState, occurred_at: datetime, organisation_id: UUID, reason: str) -> Change:
    """Return the dossier as incomplete: who asked, since when and why stay with the entry."""
    _allow(state, "registration_returned")
    return Change(
        "registration_returned",
        {
            "registration_status": "returned",
            "returned_at": occurred_at,
            "returned_by_organisation_id": organisation_id,
            "return_reason": reason,
        },
    )


def approve(state: RegistrationState, occurred_at: datetime, organisation_id: UUID) -> Change:
    """Approve the registration. Raises DocumentsMissing with the titles of the documents that are still missing.

    A dossier that could not be handed in, from before that was checked, is not approved either.
    """
    _allow(state, "registration_approved")
    missing = [document.title for document in state.dossier if document.missing]
    if missing:
        raise DocumentsMissing(
            f"{len(missing)} documents are missing. Return the registration; the owner adds them and hands in again.",
            missing_documents=missing,
        )
    _check_present(state.dossier)
    return Change(
        "registration_approved",
        {
            "registration_status": "approved",
            "approved_at": occurred_at,
            "approved_by_organisation_id": organisation_id,
        },
    )


def _check_present(documents: Sequence[DossierDocument]) -> None:
    if not documents:
        raise DossierEmpty("The owner adds a document with its link or its SHA-256 hash, then hands in.")
    bare = [document.title for document in documents if not document.has_content]
    if bare:
        raise DocumentsMissing(
            f"{len(bare)} documents have neither link nor hash. The owner adds them again, then hands in.",
            missing_documents=bare,
        )


def add_document(state: RegistrationState) -> Change:
    """Put a document into the dossier, or a newer one in its place; the first one begins the dossier.

    TransitionNotAllowed while it is under review and after its approval.
    """
    _check_turn(state, "document_added")
    begun = {"registration_status": "draft"} if state.status == "not_submitted" else {}
    return Change("document_added", begun)


def remove_document(state: RegistrationState) -> Change:
    """Take a document out of the dossier, also one that was asked for: the reviewer sees what is handed in without it.

    TransitionNotAllowed while it is under review and after its approval.
    """
    _check_turn(state, "document_removed")
    return Change("document_removed", {})


def _check_turn(state: RegistrationState, step: str) -> None:
    status = state.status
    if status not in _ALLOWED_FROM[step]:
        until = "until the reviewer returns it" if status == "submitted" else "for good"
        raise TransitionNotAllowed(f"The registration is {status}: its dossier stays as it was handed in, {until}.")


def _allow(state: RegistrationState, step: str) -> None:
    allow("The registration", state.status, step, _ALLOWED_FROM)
