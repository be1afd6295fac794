"""Who writes, reads and approves what is kept in versions."""

from collections.abc import Collection
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.data_catalog.entry.access import OfBodies, reader_of, require_owner_or_steward


def require_keeper(ctx: Context, owner_organisation_id: UUID, step: str) -> None:
    """Raises OrganisationNotAllowed for a caller that neither keeps what it names nor is a steward."""
    require_owner_or_steward(ctx, owner_organisation_id, step)


async def reads_whole(ctx: Context, owner_organisation_id: UUID) -> bool:
    """Whether the caller reads drafts, and what is restricted, of this owner: as of its entries."""
    owners = await readable_owners(ctx)
    return owners is None or owner_organisation_id in owners


async def readable_owners(ctx: Context) -> Collection[UUID] | None:
    """Of which owners the caller reads drafts, and what is restricted; None for those of all."""
    reader = await reader_of(ctx)
    return None if reader.everything else reader.organisation_ids


KEEPER = OrganisationRule(
    "keeper", "the body that keeps the record, or is a steward (scope `catalog:approve`)", require_keeper
)
READER = OrganisationRule(
    "keeper_or_mandate",
    "the body that keeps the record; a steward (scope `catalog:approve`) reads all, by mandate those that its token "
    "names",
    reads_whole,
)
READ = OfBodies(("catalog:write", "catalog:approve", "catalog:inspect"), READER)
KEEP = Access.scope("catalog:write", "catalog:approve", organisation=KEEPER)
APPROVE = Access.scope("catalog:approve")
EVERYONE = Access.public("What the data of the state means, and by which law, is published to everyone.")
