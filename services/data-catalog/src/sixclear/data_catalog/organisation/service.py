"""The organisations that requests name, by identifier or by any of their codes."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sixclear.common.bus import mirror
from sixclear.common.use_case import Context
from sixclear.data_catalog.organisation.models import Organisation
from sixclear.data_catalog.organisation.schemas import OrganisationBrief

# Organisations as responses name them, by identifier.
Briefs = Mapping[UUID, OrganisationBrief]


async def referenced(ctx: Context, references: Mapping[str, str | None]) -> dict[str, UUID]:
    """The organisations that a request names, by the JSON Pointer of the field; fields that name none are left out.

    Raises ReferenceUnknown for those that do not exist, Unavailable while it is not sure that they do not.
    """
    given = {pointer: reference for pointer, reference in references.items() if reference is not None}
    return await mirror.referenced(ctx, Organisation, given, "organisation")


async def meant(ctx: Context, parameter: str, reference: str | None) -> UUID | None:
    """The organisation that a parameter means. An identifier is taken as it is: nothing is found by an unknown one.

    Raises ReferenceUnknown for a code that no organisation has, Unavailable while that is not sure.
    """
    if reference is None:
        return None
    try:
        return UUID(reference)
    except ValueError:
        return (await referenced(ctx, {parameter: reference}))[parameter]


async def briefs(ctx: Context, ids: Iterable[UUID | None]) -> Briefs:
    """The organisations among `ids` as responses name them; those that were not heard of yet are left out."""
    found = await mirror.named(ctx.session, Organisation, list(ids))
    return {
        organisation_id: OrganisationBrief(
            organisation_id=organisation_id, code=row.code, name_vi=row.name_vi, name_en=row.name_en
        )
        for organisation_id, row in found.items()
    }


def brief(names: Briefs, organisation_id: UUID | None) -> OrganisationBrief | None:
    """One of `names`; None where none is stored, or it was not heard of yet."""
    return names.get(organisation_id) if organisation_id else None
