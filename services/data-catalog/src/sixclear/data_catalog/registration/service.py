"""The registration of an entry: its dossier is handed in, returned as incomplete, completed, approved by others."""

from collections.abc import Sequence
from uuid import UUID

from sixclear.common.calendar import calendar
from sixclear.common.change import Change
from sixclear.common.clock import civil_date
from sixclear.common.use_case import Context, Expect
from sixclear.data_catalog.document import service as documents
from sixclear.data_catalog.document.models import Document
from sixclear.data_catalog.document.schemas import DocumentDescription
from sixclear.data_catalog.entry.access import require_owner
from sixclear.data_catalog.entry.models import Entry
from sixclear.data_catalog.entry.service import locked, record_change
from sixclear.data_catalog.fields import Step
from sixclear.data_catalog.proof import service as proofs
from sixclear.data_catalog.registration import lifecycle
from sixclear.data_catalog.registration.access import require_reviewer
from sixclear.data_catalog.registration.lifecycle import DossierDocument, RegistrationState
from sixclear.data_catalog.registration.schemas import ApprovalStep, DueStep, RemovalStep, ReturnStep


async def submit(ctx: Context, entry_id: UUID, step: Step, expect: Expect) -> Entry:
    """Hand in the dossier; only the owner may."""
    entry = await locked(ctx, entry_id, expect)
    own = require_owner(ctx, entry, "submit the registration of another organisation")
    occurred_at = ctx.fact_time(step.occurred_at, entry.occurred_at)
    change = lifecycle.submit(await _with_dossier(ctx, entry), occurred_at, own)
    await record_change(ctx, entry, change, occurred_at)
    return entry


async def send_back(ctx: Context, entry_id: UUID, step: ReturnStep, expect: Expect) -> Entry:
    """Return the dossier as incomplete, with the documents that it lacks and those that are not taken.

    Raises DocumentNotFound for a document that is refused and is not there.
    """
    entry = await locked(ctx, entry_id, expect)
    reviewer = require_reviewer(ctx, entry)
    occurred_at = ctx.fact_time(step.occurred_at, entry.occurred_at)
    change = lifecycle.send_back(state_of(entry), occurred_at, reviewer, step.reason)
    titles = [named.title for named in step.missing_documents]
    days = step.due_in_working_days
    due = calendar().after(civil_date(occurred_at), days) if days else None
    await documents.refuse(ctx, entry_id, step.refused_documents, reviewer, occurred_at, due)
    await documents.ask_for(ctx, entry_id, titles, reviewer, occurred_at, due)
    entry.missing_documents = await documents.count_missing(ctx, entry_id)
    await record_change(ctx, entry, change, occurred_at, reason=step.reason)
    proofs.keep(ctx, entry_id, entry.version, step.decision)
    return entry


async def approve(ctx: Context, entry_id: UUID, step: ApprovalStep, expect: Expect) -> Entry:
    """Approve the registration: another body than the owner, and only a complete dossier."""
    entry = await locked(ctx, entry_id, expect)
    reviewer = require_reviewer(ctx, entry)
    occurred_at = ctx.fact_time(step.occurred_at, entry.occurred_at)
    change = lifecycle.approve(await _with_dossier(ctx, entry), occurred_at, reviewer)
    await record_change(ctx, entry, change, occurred_at)
    proofs.keep(ctx, entry_id, entry.version, step.decision)
    return entry


async def set_due(ctx: Context, entry_id: UUID, step: DueStep, expect: Expect) -> Entry:
    """Say by when the registration is to be approved; the same day again changes nothing.

    Who owes the registration does not move the day: DecisionByOwner.
    """
    entry = await locked(ctx, entry_id, expect)
    require_reviewer(ctx, entry)
    if entry.registration_due != step.due:
        occurred_at = ctx.fact_time(step.occurred_at, entry.occurred_at)
        await record_change(
            ctx, entry, Change("updated", {"registration_due": step.due}), occurred_at, reason=step.reason
        )
        proofs.keep(ctx, entry_id, entry.version, step.decision)
    return entry


async def add_document(
    ctx: Context, entry_id: UUID, described: DocumentDescription, expect: Expect
) -> tuple[Entry, bool]:
    """Put a document into the dossier, or the one that was missing; False when it is there already, unchanged.

    A document that had another content is kept as replaced. Raises DocumentWithoutContent.
    """
    entry = await locked(ctx, entry_id, expect)
    require_owner(ctx, entry, "add documents to a dossier of another organisation")
    documents.require_content(described)
    if await documents.holds(ctx, entry_id, described):
        return entry, False
    change = lifecycle.add_document(state_of(entry))
    occurred_at = ctx.fact_time(described.occurred_at, entry.occurred_at)
    await documents.put(ctx, entry_id, described, added_at=occurred_at, entry_version=entry.version + 1)
    entry.missing_documents = await documents.count_missing(ctx, entry_id)
    await record_change(ctx, entry, change, occurred_at)
    return entry, True


async def remove_document(ctx: Context, entry_id: UUID, document_id: UUID, step: RemovalStep, expect: Expect) -> Entry:
    """Take a document out of the dossier, there or missing, while it is the owner's turn. Raises DocumentNotFound."""
    entry = await locked(ctx, entry_id, expect)
    require_owner(ctx, entry, "take documents out of a dossier of another organisation")
    change = lifecycle.remove_document(state_of(entry))
    occurred_at = ctx.fact_time(step.occurred_at, entry.occurred_at)
    await documents.take_out(ctx, entry_id, document_id, removed_at=occurred_at, entry_version=entry.version + 1)
    entry.missing_documents = await documents.count_missing(ctx, entry_id)
    await record_change(ctx, entry, change, occurred_at, reason=step.reason)
    return entry


async def _with_dossier(ctx: Context, entry: Entry) -> RegistrationState:
    return state_of(entry, await documents.dossier(ctx, entry.entry_id))


def state_of(entry: Entry, dossier: Sequence[Document] = ()) -> RegistrationState:
    """What the rules of the registration read of an entry, with the documents of its dossier where they matter."""
    return RegistrationState(
        status=entry.registration_status,
        dossier=tuple(
            DossierDocument(document.title, document.missing, has_content=bool(document.url or document.sha256))
            for document in dossier
        ),
    )
