"""The public state of a document. Every change is published."""

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.document.events import DocumentData
from sixclear.tasks.document.models import Document


async def document_data(_ctx: Context, document: Document, change: str) -> DocumentData:
    """The public state of a document after `change`, as events carry it."""
    own = {name: getattr(document, name) for name in DocumentData.model_fields if name not in ("change", "programme")}
    return DocumentData(change=change, programme=document.programme.slug, **own)


DOCUMENT = EntityKind[Document]("document", lambda document: document.document_id, document_data)
