"""The public state of a document. Every change is published."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal
from uuid import UUID

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.document.events import DocumentData
from sixclear.tasks.document.models import Document
from sixclear.tasks.organisation.service import level_of

# A body that stands below none, and is no unit, acts for the country.
_LEVELS: Mapping[str, Literal["central", "province", "commune"]] = {
    "central": "central",
    "province": "province",
    "commune": "commune",
}
_DERIVED = ("change", "programme", "assigned_by", "organisation_id", "demonstration")
_OWN = [name for name in DocumentData.model_fields if name not in _DERIVED]


async def document_data(ctx: Context, document: Document, change: str) -> DocumentData:
    """The public state of a document after `change`, as events carry it."""
    return _data(document, change, await level_of(ctx.session, document.issuer_organisation_id))


def _data(document: Document, change: str, level: str | None) -> DocumentData:
    return DocumentData(
        change=change,
        programme=document.programme.slug,
        assigned_by=_LEVELS.get(level or "", "central"),
        organisation_id=document.issuer_organisation_id,
        demonstration=document.programme.demonstration,
        **{name: getattr(document, name) for name in _OWN},
    )


DOCUMENT = EntityKind[Document]("document", lambda document: document.document_id, document_data)


def issued_by(levels: Mapping[UUID, str | None]) -> EntityKind[Document]:
    """`DOCUMENT`, for many documents of issuers whose levels are known."""

    async def data(_ctx: Context, document: Document, change: str) -> DocumentData:
        return _data(document, change, levels[document.issuer_organisation_id])

    return replace(DOCUMENT, data=data)
