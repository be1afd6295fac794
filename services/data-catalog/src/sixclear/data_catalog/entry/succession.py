"""Entries of bodies that are no more, before their successors have got them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sixclear.common.clock import civil_day_start
from sixclear.common.use_case import Context
from sixclear.data_catalog.entry.errors import OwnerMerged
from sixclear.data_catalog.entry.models import Entry
from sixclear.data_catalog.organisation import service as organisations


async def inherited(ctx: Context, coded: Sequence[Entry], owner: UUID) -> tuple[Entry, datetime] | None:
    """Of the entries of one code, the first one of a body whose successor is `owner`, and since when it is the owner's.

    Raises OwnerMerged where `owner` itself has a successor: nothing new is its own.
    """
    over = await organisations.over(ctx, {owner, *(row.owner_organisation_id for row in coded)})
    if owner in over:
        by = over[owner].successor_id
        named = (await organisations.briefs(ctx, [by])).get(by)
        successor = by if named is None else f"{named.name_vi} ({named.code})"
        error = {"pointer": "#/owner_organisation_id", "code": "merged", "detail": f"Its successor is {successor}."}
        raise OwnerMerged(f"The successor of this body is {successor}.", errors=[error])
    for row in coded:
        end = over.get(row.owner_organisation_id)
        if end is not None and end.successor_id == owner:
            return row, max(row.occurred_at, _over_from(end) or row.occurred_at)
    return None


def _over_from(end: organisations.End) -> datetime | None:
    return None if end.last_day is None else civil_day_start(end.last_day + timedelta(days=1))
