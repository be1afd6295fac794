"""One document, as it stands today."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.measured import Document
from sixclear.portal.upstream.parts import Parts


@dataclass(frozen=True, slots=True)
class DocumentView:
    """The page of a document."""

    now: datetime
    document: Document
    away: Mapping[str, datetime | None]


async def load(gateway: Gateway, now: datetime, document_id: UUID) -> DocumentView:
    """The page of a document; an unknown one is PageNotFound, without any answer of `tasks` it is ServiceAway."""
    parts = Parts()
    return DocumentView(now, await parts.needed(gateway.measured.document(document_id)), parts.away)
