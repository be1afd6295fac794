"""Documents: found, listed, entered, described again and taken out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.change import Change, TransitionNotAllowed
from sixclear.common.clock import CLOCKS_DIFFER, civil_date
from sixclear.common.errors import DomainError
from sixclear.common.folding import fold
from sixclear.common.ids import stable_id
from sixclear.common.recording import record, record_many
from sixclear.common.use_case import (
    AlreadyRegistered,
    Context,
    Expect,
    FactInFuture,
    ReferenceUnknown,
    unknown_reference,
)
from sixclear.common.web.merge_patch import patched
from sixclear.tasks.directive.service import hold_directive
from sixclear.tasks.document import repository as rows
from sixclear.tasks.document import rules
from sixclear.tasks.document.access import require_entering_body, require_keeping_body
from sixclear.tasks.document.errors import LegalDocumentInUse, LegalDocumentNotFound
from sixclear.tasks.document.models import Document, replaceable
from sixclear.tasks.document.recording import DOCUMENT, issued_by
from sixclear.tasks.document.repository import DocumentFilter, NumberKey
from sixclear.tasks.document.schemas import DocumentEntry, DocumentWithdrawal
from sixclear.tasks.fields import PREFIX
from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.organisation.service import known_organisations, level_of, list_subtree, meant, referenced
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.service import known_programmes, referenced_programme

_NOT_THERE = "No document has this identifier; list them at /documents."
# What a description says of a document, beside its programme and its issuer.
_SAID = (
    *("type", "number", "issued_on", "effective_on", "signer_position", "subject", "url", "sha256"),
    *("directive_id", "clause", "details_id", "due_on"),
)


async def get_document(session: AsyncSession, document_id: UUID) -> Document:
    """The document with this identifier; raises LegalDocumentNotFound, also when it was withdrawn."""
    return _there(await rows.find_document(session, document_id))


async def hold_document(session: AsyncSession, document_id: UUID) -> Document | None:
    """The document with this identifier, or None, also when it was withdrawn.

    For evidence that is to name it: until the transaction ends it cannot be withdrawn.
    """
    document = await rows.hold_document(session, document_id)
    return document if document is not None and document.withdrawn_at is None else None


async def locked(ctx: Context, document_id: UUID, expect: Expect) -> Document:
    """The document with its row locked, while no one else writes documents until the transaction ends.

    Raises LegalDocumentNotFound, then what `expect` raises for another version.
    """
    await rows.take_turn(ctx.session)
    document = _there(await rows.find_document(ctx.session, document_id, lock=True))
    expect(document)
    return document


async def list_documents(
    session: AsyncSession, narrow: DocumentFilter, after: tuple[date, UUID] | None, limit: int
) -> Sequence[Document]:
    """Documents, newest first, after the cursor."""
    return await rows.list_documents(session, narrow, after=after, limit=limit)


async def below(session: AsyncSession, organisation: str) -> tuple[UUID, ...]:
    """A body and those below it; raises ReferenceUnknown for one that is not known."""
    return tuple(await list_subtree(session, await meant(session, "organisation", organisation)))


async def count_documents(session: AsyncSession, narrow: DocumentFilter) -> int:
    """How many documents the list has, as `count_up_to` says it."""
    return await rows.count_documents(session, narrow)


async def register_document(ctx: Context, entry: DocumentEntry, expect: Expect) -> tuple[Document, bool]:
    """Enter a document, or describe it again; True when it is new.

    A number is unique together with its day, its type and its issuer. What is owed is found by what it details, its
    type, its issuer and its subject: entered with its number, it is issued. `expect` is called with the known document,
    or None, before anything changes. Raises FactInFuture for a document of a day to come.
    """
    _check_issued(entry, ctx.now)
    await rows.take_turn(ctx.session)
    programme = await referenced_programme(ctx.session, entry.programme)
    issuer = await _issuer(ctx, entry)
    document = await _known(ctx, entry, issuer)
    if document is not None and document.programme_id != programme.programme_id:
        raise AlreadyRegistered("The document is in another programme.", _path(document))
    require_entering_body(ctx, programme, issuer, document)
    expect(document)
    if document is not None and document.number is not None and entry.number is None:
        return document, False
    known = document is not None
    if document is None:
        document = await _new(ctx, programme)
    await _describe(ctx, document, entry, issuer, known=known)
    return document, not known


async def register_new(ctx: Context, entries: Mapping[int, DocumentEntry]) -> dict[int, Document]:
    """Enter together those of many documents that are simply new, by their places; nothing is said of the others.

    Those are for `register_document`, which knows what to do and why not: what is owed, known, there twice or refused,
    and what names a directive or another document.
    """
    await rows.take_turn(ctx.session)
    numbered = {place: entry for place, entry in entries.items() if entry.number is not None}
    issuers = await known_organisations(ctx.session, {entry.issuer for entry in numbered.values()})
    programmes = await known_programmes(ctx.session, {entry.programme for entry in numbered.values()})
    keys = {place: key for place, entry in numbered.items() if (key := _key(entry, issuers)) is not None}
    times, taken = Counter(keys.values()), await rows.find_numbers(ctx.session, set(keys.values()))
    entered = await rows.count_entered(ctx.session, ctx.caller.organisation_id)
    found: dict[int, Document] = {}
    changes = []
    for place, key in keys.items():
        entry, programme = numbered[place], programmes.get(numbered[place].programme)
        if key in taken or times[key] > 1 or programme is None or not _stands_alone(entry):
            continue
        try:
            occurred_at = _may_enter(ctx, entry, programme, issuers[entry.issuer])
        except DomainError:
            continue
        document = _document(ctx, programme, entered + len(found) + 1)
        fields = {name: getattr(entry, name) for name in _SAID} | {"issuer_organisation_id": key[0]} | _derived(entry)
        changes.append((document, Change("registered", fields), occurred_at))
        found[place] = document
    ctx.session.add_all(found.values())
    levels = {one.organisation_id: await _level(ctx, one) for one in issuers.values()}
    await record_many(ctx, changes, issued_by(levels))
    return found


def _key(entry: DocumentEntry, issuers: Mapping[str, Organisation]) -> NumberKey | None:
    issuer = issuers.get(entry.issuer)
    if issuer is None or entry.number is None or entry.issued_on is None:
        return None
    return issuer.organisation_id, entry.type, entry.issued_on, rules.compared(entry.number)


def _stands_alone(entry: DocumentEntry) -> bool:
    return entry.details_id is None and entry.directive_id is None and not entry.replaces


def _may_enter(ctx: Context, entry: DocumentEntry, programme: Programme, issuer: Organisation) -> datetime:
    """Since when it is there; raises what its registration raises."""
    _check_issued(entry, ctx.now)
    require_entering_body(ctx, programme, issuer, None)
    return ctx.fact_time(entry.occurred_at, None)


async def _level(ctx: Context, issuer: Organisation) -> str | None:
    return issuer.level if issuer.level != "department" else await level_of(ctx.session, issuer.organisation_id)


async def patch_document(ctx: Context, document_id: UUID, patch: Mapping[str, Any], expect: Expect) -> Document:
    """Describe a document again with what it has, changed by a merge patch; with its number, what is owed is issued.

    Raises LegalDocumentNotFound, FactInFuture, TransitionNotAllowed when an issued document is to lose its number, and
    AlreadyRegistered when another one has the number.
    """
    document = await locked(ctx, document_id, expect)
    current = {name: getattr(document, name) for name in (*_SAID, "replaces")}
    given = current | {"issuer": str(document.issuer_organisation_id)}
    entry = patched(DocumentEntry, given, patch, programme=document.programme.slug)
    _check_issued(entry, ctx.now)
    if document.number is not None and entry.number is None:
        raise TransitionNotAllowed("The document was issued: it keeps a number. Correct the number, or withdraw it.")
    issuer = await _issuer(ctx, entry)
    require_entering_body(ctx, document.programme, issuer, document)
    other = await _numbered(ctx, entry, issuer)
    if other is not None and other is not document:
        raise AlreadyRegistered("Another document has this number, day, type and issuer.", _path(other))
    await _describe(ctx, document, entry, issuer, known=True)
    return document


async def withdraw(ctx: Context, document: Document, entry: DocumentWithdrawal) -> None:
    """Take out a document, which is locked and which no evidence names; its history stays.

    Raises LegalDocumentInUse when other documents detail it or are replaced by it.
    """
    naming = await rows.count_named_by_documents(ctx.session, document.document_id)
    if naming:
        raise LegalDocumentInUse(
            f"{naming} {'document details' if naming == 1 else 'documents detail'} it or "
            f"{'is' if naming == 1 else 'are'} replaced by it."
        )
    occurred_at = ctx.fact_time(entry.occurred_at, document.occurred_at)
    fields = {"withdrawn_at": ctx.now, "withdrawn_by_organisation_id": ctx.caller.organisation_id}
    await record(ctx, document, Change("withdrawn", fields), occurred_at, DOCUMENT, reason=entry.reason)


def _there(document: Document | None) -> Document:
    if document is None or document.withdrawn_at is not None:
        raise LegalDocumentNotFound(_NOT_THERE)
    return document


def _path(document: Document) -> str:
    return f"{PREFIX}/documents/{document.document_id}"


async def _issuer(ctx: Context, entry: DocumentEntry) -> Organisation:
    return (await referenced(ctx.session, {"#/issuer": entry.issuer}))["#/issuer"]


async def _numbered(ctx: Context, entry: DocumentEntry, issuer: Organisation) -> Document | None:
    if entry.number is None or entry.issued_on is None:
        return None
    number_key = rules.compared(entry.number)
    return await rows.find_numbered(ctx.session, issuer.organisation_id, entry.type, entry.issued_on, number_key)


async def _known(ctx: Context, entry: DocumentEntry, issuer: Organisation) -> Document | None:
    document = await _numbered(ctx, entry, issuer)
    if document is not None or entry.details_id is None:
        return document
    subject_key = rules.compared(entry.subject)
    owed = await rows.find_owed(ctx.session, issuer.organisation_id, entry.type, entry.details_id, subject_key)
    # Two decrees of one name may detail a law: one that has its number already is another document.
    return owed if owed is None or owed.number is None or entry.number is None else None


async def _new(ctx: Context, programme: Programme) -> Document:
    return _document(ctx, programme, await rows.count_entered(ctx.session, ctx.caller.organisation_id) + 1)


def _document(ctx: Context, programme: Programme, place: int) -> Document:
    body = ctx.caller.organisation_id
    return Document(
        document_id=stable_id("document", str(body), str(place)),
        programme=programme,
        programme_id=programme.programme_id,
        entered_by_organisation_id=body,
        replaces=[],
        replaced_by_id=None,
        replaced_on=None,
        version=0,
    )


async def _describe(
    ctx: Context, document: Document, entry: DocumentEntry, issuer: Organisation, *, known: bool
) -> None:
    """Record what the entry says, if it says anything new, then what it makes of the documents that it replaces."""
    wanted = {name: getattr(entry, name) for name in _SAID} | {"issuer_organisation_id": issuer.organisation_id}
    wanted["replaces"] = rules.once(entry.replaces)
    if known and not rules.differs({name: getattr(document, name) for name in wanted}, wanted):
        return
    await _check_named(ctx, document, entry)
    replaced_before = document.replaces
    others = await rows.lock_documents(ctx.session, {*replaced_before, *wanted["replaces"]})
    found = {one: replaceable(other) for one, other in others.items()}
    rules.check_replaces(document.document_id, entry.issued_on, wanted["replaces"], found)
    by = await rows.find_document(ctx.session, document.replaced_by_id) if document.replaced_by_id else None
    rules.check_redated(entry.issued_on, None if by is None else replaceable(by))
    for other in others.values():
        require_keeping_body(ctx, other)
    name = rules.change_of(known=known, issued_before=document.number is not None, issued=entry.number is not None)
    occurred_at = ctx.fact_time(entry.occurred_at, document.occurred_at if known else None)
    ctx.session.add(document)
    await record(ctx, document, Change(name, wanted | _derived(entry)), occurred_at, DOCUMENT)
    await _tell_replaced(ctx, document, replaced_before, others)


def _derived(entry: DocumentEntry) -> dict[str, str | None]:
    return {
        "number_key": None if entry.number is None else rules.compared(entry.number),
        "subject_key": rules.compared(entry.subject),
        "search_text": fold(f"{entry.number or ''} {entry.subject}"),
    }


async def _tell_replaced(
    ctx: Context, document: Document, before: Sequence[UUID], others: Mapping[UUID, Document]
) -> None:
    """Tell of each other document that this one replaces it, from its day of effect on, or does not after all."""
    by, on = document.document_id, document.effective_on or document.issued_on
    for one in (*before, *document.replaces):
        other = others.get(one)
        if other is None:
            continue
        fields: dict[str, Any] = {"replaced_by_id": by, "replaced_on": on}
        name = "replaced"
        if one not in document.replaces:
            name, fields = "restored", dict.fromkeys(fields)
        if rules.differs({key: getattr(other, key) for key in fields}, fields):
            await record(ctx, other, Change(name, fields), ctx.fact_time(None, other.occurred_at), DOCUMENT)


async def _check_named(ctx: Context, document: Document, entry: DocumentEntry) -> None:
    """Raises ReferenceUnknown for a directive or a document that is not there, or that is the document itself."""
    directive_id, details_id = entry.directive_id, entry.details_id
    unknown = []
    if directive_id is not None and directive_id != document.directive_id:
        directive = await hold_directive(ctx.session, directive_id)
        unknown += [] if directive else [unknown_reference("#/directive_id", "directive")]
    if details_id is not None and details_id != document.details_id:
        detailed = await hold_document(ctx.session, details_id)
        unknown += [] if detailed not in (None, document) else [unknown_reference("#/details_id", "document")]
    if unknown:
        raise ReferenceUnknown(errors=unknown)


def _check_issued(entry: DocumentEntry, now: datetime) -> None:
    if entry.issued_on is not None and entry.issued_on > civil_date(now + CLOCKS_DIFFER):
        raise FactInFuture(
            "A document has a number when it has been issued.",
            errors=[{"pointer": "#/issued_on", "code": "in-future", "detail": "Give a day up to today."}],
        )
