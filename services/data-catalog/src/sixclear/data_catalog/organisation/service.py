"""The organisations that requests name, by identifier or by any of their codes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sixclear.common.bus import mirror
from sixclear.common.bus.mirror_references import References
from sixclear.common.clock import civil_date
from sixclear.common.use_case import Context
from sixclear.common.web.etags import in_letters
from sixclear.data_catalog.organisation import repository
from sixclear.data_catalog.organisation.models import Organisation
from sixclear.data_catalog.organisation.schemas import OrganisationBrief


@dataclass(frozen=True, slots=True)
class End:
    """A body that is no more: which one took its place, and its own last day."""

    successor_id: UUID
    last_day: date | None


# Bodies that are no more, by identifier.
Ends = Mapping[UUID, End]
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
        ).of(row.version)
        for organisation_id, row in found.items()
    }


async def ends(ctx: Context, ids: Iterable[UUID]) -> Ends:
    """Those among `ids` that are no more and have a successor."""
    found = await mirror.named(ctx.session, Organisation, list(ids))
    return {
        key: End(row.successor_id, row.valid_to and row.valid_to - timedelta(days=1))
        for key, row in found.items()
        if row.successor_id
    }


async def over(ctx: Context, ids: Iterable[UUID]) -> Ends:
    """Those among `ids` that are no more today and have a successor."""
    today, found = civil_date(ctx.now), await ends(ctx, ids)
    return {key: end for key, end in found.items() if end.last_day is None or end.last_day < today}


async def within(ctx: Context, ids: Collection[UUID]) -> set[UUID]:
    """These bodies with all that stand below them; one that was not heard of yet is itself alone."""
    return await repository.within(ctx.session, ids)


def brief(names: Briefs, organisation_id: UUID | None) -> OrganisationBrief | None:
    """One of `names`; None where none is stored, or it was not heard of yet."""
    return names.get(organisation_id) if organisation_id else None


def told_of_owner(owner: OrganisationBrief | None) -> str:
    """What the name of an owner in an answer adds to its entity tag: how often it changed, or that it is not known."""
    if owner is None:
        return "unnamed"
    return f"owner{in_letters(owner.changes)}" if owner.changes else ""
