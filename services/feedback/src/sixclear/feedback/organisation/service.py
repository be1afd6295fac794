"""The organisations that requests name, by identifier or by any of their codes."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sixclear.common.bus import mirror
from sixclear.common.bus.mirror_references import References
from sixclear.common.use_case import Context
from sixclear.feedback.organisation.models import Organisation
from sixclear.feedback.organisation.schemas import OrganisationBrief

# Organisations as responses name them, by identifier.
Briefs = Mapping[UUID, OrganisationBrief]

_REFERENCES = References(Organisation, "organisation")
referenced = _REFERENCES.referenced
meant = _REFERENCES.meant


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


async def superior_of(_ctx: Context, _organisation_id: UUID) -> UUID | None:
    """The body above; None where it is not known."""
    return None
