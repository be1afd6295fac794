"""What the routes of this service share: rules of access, an entry to change, its answer."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from sixclear.common.auth.access import Access
from sixclear.common.use_case import (
    Context,
    FactBehindLastChange,
    FactInFuture,
    FactsPastNotAllowed,
    OrganisationNotAllowed,
)
from sixclear.common.web.use_cases import ContextDep, must_match, tag
from sixclear.data_catalog.errors import EntryNotFound
from sixclear.data_catalog.freshness import freshness
from sixclear.data_catalog.models import Entry
from sixclear.data_catalog.schemas import EntryView
from sixclear.data_catalog.service import answers, entries

PUBLIC = Depends(Access.public("Which data the state holds, who owns it and how far it is, is published to everyone."))
STEP = (EntryNotFound, OrganisationNotAllowed, FactsPastNotAllowed, FactBehindLastChange, FactInFuture)


async def locked(ctx: ContextDep, entry_id: UUID, request: Request) -> Entry:
    """The entry that the request changes, locked; refused when the request was decided on another version."""
    entry = await entries.get_entry(ctx, entry_id, lock=True)
    must_match(request, ctx.log, entry)
    return entry


LockedDep = Annotated[Entry, Depends(locked)]


def tag_entry(ctx: Context, entry: Entry, response: Response) -> str:
    """The entry's ETag, put into the answer. A promised heartbeat that does not come changes it."""
    late = freshness(entry.last_heartbeat_at, entry.promised_period_seconds, ctx.now) == "late"
    return tag(response, ctx.log, entry, "late" if late else None)


async def answer(ctx: Context, entry: Entry, response: Response) -> EntryView:
    """The entry as it is now, with its version as ETag."""
    tag_entry(ctx, entry, response)
    return await answers.entry_view(ctx.session, entry, ctx.now)
