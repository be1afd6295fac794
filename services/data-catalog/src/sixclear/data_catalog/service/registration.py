"""The registration of an entry: its dossier is handed in, returned as incomplete, completed, approved by others."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sixclear.common.folding import fold
from sixclear.common.recording import record
from sixclear.common.use_case import Context
from sixclear.data_catalog import ladders
from sixclear.data_catalog.errors import DecisionByOwner, DocumentWithoutContent, DossierFull
from sixclear.data_catalog.models import Document, Entry, ReplacedDocument
from sixclear.data_catalog.repository import entries as rows
from sixclear.data_catalog.schemas import DocumentDescription, ReturnStep, Step
from sixclear.data_catalog.service.entries import ENTRY

_MOST_DOCUMENTS = 200


async def submit(ctx: Context, entry: Entry, step: Step) -> None:
    """Hand in the dossier; only the owner may."""
    own = ctx.require_organisation({entry.owner_organisation_id}, "submit the registration of another organisation")
    occurred_at = ctx.fact_time(step.occurred_at, entry.occurred_at)
    dossier = await rows.list_documents(ctx.session, entry.entry_id)
    await record(ctx, entry, ladders.submit(entry, dossier, occurred_at, own), occurred_at, ENTRY)


async def send_back(ctx: Context, entry: Entry, step: ReturnStep) -> None:
    """Return the dossier as incomplete, with the documents that it lacks."""
    reviewer = _reviewer(ctx, entry)
    occurred_at = ctx.fact_time(step.occurred_at, entry.occurred_at)
    change = ladders.send_back(entry, occurred_at, reviewer, step.reason)
    dossier = {document.title_folded: document for document in await rows.list_documents(ctx.session, entry.entry_id)}
    for title in dict.fromkeys(named.title for named in step.missing_documents):
        _ask_for(ctx, entry, dossier, title, reviewer, occurred_at)
    await _count_missing(ctx, entry)
    await record(ctx, entry, change, occurred_at, ENTRY, reason=step.reason)


def _ask_for(
    ctx: Context, entry: Entry, dossier: Mapping[str, Document], title: str, reviewer: UUID, occurred_at: datetime
) -> None:
    """Mark a document as missing. One that is missing already keeps who asked first, and since when."""
    document = dossier.get(fold(title)) or _new_document(ctx, entry, title)
    if not document.missing:
        document.missing = True
        document.asked_by_organisation_id = reviewer
        document.asked_at = occurred_at


async def approve(ctx: Context, entry: Entry, step: Step) -> None:
    """Approve the registration: another body than the owner, and only a complete dossier."""
    reviewer = _reviewer(ctx, entry)
    occurred_at = ctx.fact_time(step.occurred_at, entry.occurred_at)
    dossier = await rows.list_documents(ctx.session, entry.entry_id)
    await record(ctx, entry, ladders.approve(entry, dossier, occurred_at, reviewer), occurred_at, ENTRY)


async def add_document(ctx: Context, entry: Entry, described: DocumentDescription) -> bool:
    """Put a document into the dossier, or the one that was missing; False when it is there already, unchanged.

    A document that had another content is kept as replaced. Raises DocumentWithoutContent.
    """
    ctx.require_organisation({entry.owner_organisation_id}, "add documents to a dossier of another organisation")
    _require_content(described)
    document = await rows.find_document(ctx.session, entry.entry_id, fold(described.title))
    content = (described.title, described.url, described.sha256)
    if document and not document.missing and (document.title, document.url, document.sha256) == content:
        return False
    change = ladders.add_document(entry)
    occurred_at = ctx.fact_time(described.occurred_at, entry.occurred_at)
    if document is None:
        document = _new_document(ctx, entry, described.title)
    elif document.added_at is not None:
        ctx.session.add(_replaced(document, entry.version + 1, occurred_at))
    document.title, document.url, document.sha256 = content
    document.missing = False
    document.added_at = occurred_at
    await _count_missing(ctx, entry)
    await record(ctx, entry, change, occurred_at, ENTRY)
    return True


def _require_content(described: DocumentDescription) -> None:
    if not (described.url or described.sha256):
        raise DocumentWithoutContent(
            "A title alone cannot be reviewed.",
            errors=[{"pointer": "#/url", "code": "missing", "detail": "Give the link, or the hash in sha256."}],
        )


def _replaced(document: Document, entry_version: int, replaced_at: datetime) -> ReplacedDocument:
    return ReplacedDocument(
        entry_id=document.entry_id,
        title_folded=document.title_folded,
        entry_version=entry_version,
        title=document.title,
        url=document.url,
        sha256=document.sha256,
        added_at=document.added_at,
        replaced_at=replaced_at,
    )


def _new_document(ctx: Context, entry: Entry, title: str) -> Document:
    document = Document(entry_id=entry.entry_id, title_folded=fold(title), title=title, missing=False)
    ctx.session.add(document)
    return document


async def _count_missing(ctx: Context, entry: Entry) -> None:
    """Count the dossier anew; the entry's row is locked, so nobody changes it meanwhile. Raises DossierFull."""
    await ctx.session.flush()
    documents, missing = await rows.count_documents(ctx.session, entry.entry_id)
    if documents > _MOST_DOCUMENTS:
        raise DossierFull(f"A dossier holds at most {_MOST_DOCUMENTS} documents.")
    entry.missing_documents = missing


def _reviewer(ctx: Context, entry: Entry) -> UUID:
    """The caller's organisation, which neither owns the entry nor handed in its dossier: four eyes."""
    own = ctx.caller.own_organisation()
    if own in {entry.owner_organisation_id, entry.submitted_by_organisation_id}:
        raise DecisionByOwner("Another body than the owner and the submitter decides on a registration.")
    return own
