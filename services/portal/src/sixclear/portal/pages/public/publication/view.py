"""One public copy with its support and what is like it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sixclear.portal.errors import Refused, ServiceAway
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


@dataclass(frozen=True, slots=True)
class EndorsingView:
    """Asks for one endorsement, or says that it is `counted`; `problem` (`away`, `slow-down`) is why it is not."""

    now: datetime
    one: WholeCopy
    support: Endorsements | None
    form_key: str
    counted: bool
    problem: str | None
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


async def asking(
    gateway: Gateway, now: datetime, publication_id: UUID, form_key: str, *, counted: bool = False
) -> EndorsingView:
    """The page that asks for an endorsement, or shows one that is counted. Raises PageNotFound as `load` does."""
    parts = Parts()
    one, support = await asyncio.gather(
        parts.needed(gateway.feedback.publication(publication_id)),
        parts.optional(gateway.feedback.endorsements(publication_id)),
    )
    return EndorsingView(now, one, support, form_key, counted, None, parts.away)


async def endorse(gateway: Gateway, now: datetime, publication_id: UUID, form_key: str) -> EndorsingView:
    """Counts an endorsement: the same form counts once. Raises PageNotFound as `load` does."""
    problem = None
    try:
        await gateway.feedback.endorse(publication_id, form_key)
    except ServiceAway:
        problem = "away"
    except Refused as refused:
        problem = "slow-down" if refused.status == 429 else "away"
    shown = await asking(gateway, now, publication_id, form_key, counted=problem is None)
    return replace(shown, problem=problem)
