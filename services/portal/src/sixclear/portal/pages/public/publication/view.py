"""One public copy with its support and what is like it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.public_feedback import CaseFields, Endorsements, PublicCopy, WholeCopy

_MOST_ALIKE = 5


@dataclass(frozen=True, slots=True)
class PublicationView:
    """The page of a public copy; `support` and `alike` are None where they could not be had."""

    now: datetime
    one: WholeCopy
    fields: CaseFields
    support: Endorsements | None
    alike: Sequence[PublicCopy] | None
    away: Mapping[str, datetime | None]


async def load(gateway: Gateway, now: datetime, publication_id: UUID) -> PublicationView:
    """The page of a public copy; one that is unknown or was taken down is PageNotFound."""
    parts = Parts()
    one, support, fields = await asyncio.gather(
        parts.needed(gateway.feedback.publication(publication_id)),
        parts.optional(gateway.feedback.endorsements(publication_id)),
        parts.optional(gateway.feedback.fields()),
    )
    found = await parts.optional(gateway.feedback.alike(one.title))
    others = None if found is None else [other for other in found.items if other.publication_id != publication_id]
    alike = None if others is None else others[:_MOST_ALIKE]
    return PublicationView(now, one, fields or CaseFields(), support, alike, parts.away)
