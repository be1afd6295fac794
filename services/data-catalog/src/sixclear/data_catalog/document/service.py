"""The dossier of an entry. Who changes it has locked the entry's row, so that no other request changes it meanwhile."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sixclear.common.folding import fold
from sixclear.common.ids import stable_id
from sixclear.common.use_case import Context
from sixclear.data_catalog.document import repository
from sixclear.data_catalog.document.errors import DocumentNotFound, DocumentWithoutContent, DossierFull
from sixclear.data_catalog.document.models import Document, ReplacedDocument
from sixclear.data_catalog.document.schemas import DocumentDescription, RefusedDocument

_MOST_DOCUMENTS = 200


async def dossier(ctx: Context, entry_id: UUID) -> Sequence[Document]:
    """The documents of an entry: what is missing first, then by title."""
    return await repository.list_documents(ctx.session, [entry_id])


async def dossiers(ctx: Context, entry_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Document]]:
    """As `dossier`, of several entries."""
    found: dict[UUID, list[Document]] = defaultdict(list)
    for document in await repository.list_documents(ctx.session, entry_ids):
        found[document.entry_id].append(document)
    return found


def document_id(document: Document) -> UUID:
    """The identifier of a document. It follows from its entry and its title, so that nothing has to be typed again."""
    return stable_id("document", str(document.entry_id), document.title_folded)


def require_content(described: DocumentDescription) -> None:
    """Raises DocumentWithoutContent for a title alone."""
    if not (described.url or described.sha256):
        raise DocumentWithoutContent(
            "A title alone cannot be reviewed.",
            errors=[{"pointer": "#/url", "code": "missing", "detail": "Give the link, or the hash in sha256."}],
        )


async def holds(ctx: Context, entry_id: UUID, described: DocumentDescription) -> bool:
    """Whether the document is in the dossier already, just as it is described."""
    document = await _find(ctx, entry_id, described.title)
    if document is None or document.missing:
        return False
    return (document.title, document.url, document.sha256) == (described.title, described.url, described.sha256)


async def put(
    ctx: Context, entry_id: UUID, described: DocumentDescription, *, added_at: datetime, entry_version: int
) -> None:
    """Put a document into the dossier; what stood under its title is kept as replaced.

    `entry_version` is the version of the entry that this change makes.
    """
    document = await _find(ctx, entry_id, described.title)
    if document is None:
        document = _new_document(ctx, entry_id, described.title)
    elif document.added_at is not None:
        ctx.session.add(_replaced(document, entry_version, added_at))
    document.title, document.url, document.sha256 = described.title, described.url, described.sha256
    document.missing = False
    document.added_at = added_at
    document.refused_at = document.refused_by_organisation_id = document.refusal_reason = document.due = None


async def ask_for(
    ctx: Context, entry_id: UUID, titles: Collection[str], organisation_id: UUID, asked_at: datetime, due: date | None
) -> None:
    """Mark documents as missing, each once however often its title is given, and in which spelling.

    One that is missing already keeps who asked for it first, and since when. A day that is set takes the place of the
    one before.
    """
    known = {document.title_folded: document for document in await dossier(ctx, entry_id)}
    for title in titles:
        document = known.get(fold(title)) or _new_document(ctx, entry_id, title)
        known[document.title_folded] = document
        if not document.missing:
            document.missing = True
            document.asked_by_organisation_id = organisation_id
            document.asked_at = asked_at
        document.due = due or document.due


async def refuse(
    ctx: Context,
    entry_id: UUID,
    refusals: Sequence[RefusedDocument],
    organisation_id: UUID,
    refused_at: datetime,
    due: date | None,
) -> None:
    """Do not take documents that are there: they count as missing, and say who refused them and why.

    Raises DocumentNotFound for one that is not there.
    """
    if not refusals:
        return
    known = {document.title_folded: document for document in await dossier(ctx, entry_id)}
    for index, refusal in enumerate(refusals):
        document = known.get(fold(refusal.title))
        if document is None or document.missing:
            raise DocumentNotFound(
                "Only a document that is there is refused; ask for another one in `missing_documents`.",
                errors=[
                    {
                        "pointer": f"#/refused_documents/{index}/title",
                        "code": "not-there",
                        "detail": "The dossier holds no document with this title.",
                    }
                ],
            )
        document.missing = True
        document.asked_by_organisation_id, document.asked_at = organisation_id, refused_at
        document.refused_by_organisation_id, document.refused_at = organisation_id, refused_at
        document.refusal_reason, document.due = refusal.reason, due


async def take_out(ctx: Context, entry_id: UUID, wanted: UUID, *, removed_at: datetime, entry_version: int) -> None:
    """Take a document out of the dossier, there or missing; what it was is kept. Raises DocumentNotFound.

    `entry_version` is the version of the entry that this change makes.
    """
    for document in await dossier(ctx, entry_id):
        if document_id(document) == wanted:
            ctx.session.add(_replaced(document, entry_version, removed_at, removed=True))
            await ctx.session.delete(document)
            return
    raise DocumentNotFound("Read the entry: its `documents` say which identifiers there are.")


async def count_missing(ctx: Context, entry_id: UUID) -> int:
    """How many documents the dossier lacks. Raises DossierFull when it lists more documents than it may."""
    await ctx.session.flush()
    documents, missing = await repository.count_documents(ctx.session, entry_id)
    if documents > _MOST_DOCUMENTS:
        raise DossierFull(f"A dossier holds at most {_MOST_DOCUMENTS} documents.")
    return missing


async def _find(ctx: Context, entry_id: UUID, title: str) -> Document | None:
    """The document with this title; case and diacritics do not matter."""
    return await repository.find_document(ctx.session, entry_id, fold(title))


def _new_document(ctx: Context, entry_id: UUID, title: str) -> Document:
    document = Document(entry_id=entry_id, title_folded=fold(title), title=title, missing=False)
    ctx.session.add(document)
    return document


def _replaced(
    document: Document, entry_version: int, replaced_at: datetime, *, removed: bool = False
) -> ReplacedDocument:
    return ReplacedDocument(
        entry_id=document.entry_id,
        title_folded=document.title_folded,
        entry_version=entry_version,
        title=document.title,
        url=document.url,
        sha256=document.sha256,
        added_at=document.added_at,
        replaced_at=replaced_at,
        removed=removed,
        asked_by_organisation_id=document.asked_by_organisation_id,
        asked_at=document.asked_at,
        refused_at=document.refused_at,
        refused_by_organisation_id=document.refused_by_organisation_id,
        refusal_reason=document.refusal_reason,
    )
