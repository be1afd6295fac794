"""The organisations that requests name, by identifier or by any of their codes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from sixclear.common.bus import mirror
from sixclear.common.bus.mirror_references import References
from sixclear.common.use_case import Context
from sixclear.feedback.organisation import repository
from sixclear.feedback.organisation.models import Organisation
from sixclear.feedback.organisation.schemas import OrganisationBrief

# Organisations as responses name them, by identifier.
Briefs = Mapping[UUID, OrganisationBrief]

# A tree is not as high.
_MOST_LEVELS = 8
_REFERENCES = References(Organisation, "organisation")
referenced = _REFERENCES.referenced
meant = _REFERENCES.meant


async def known(ctx: Context, codes: Collection[str]) -> dict[str, UUID]:
    """The bodies that these codes name; codes that are not known yet are left out."""
    return {code: row.entity_id for code, row in (await mirror.find(ctx.session, Organisation, codes)).items()}


async def briefs(ctx: Context, ids: Iterable[UUID | None]) -> Briefs:
    """The organisations among `ids` as responses name them; those that were not heard of yet are left out."""
    found = await mirror.named(ctx.session, Organisation, list(ids))
    return {
        organisation_id: OrganisationBrief(
            organisation_id=organisation_id, code=row.code, name_vi=row.name_vi, name_en=row.name_en
        )
        for organisation_id, row in found.items()
    }


async def superior_of(ctx: Context, organisation_id: UUID) -> UUID | None:
    """The body above, or the one that took its place; None where there is none, or it was not heard of yet."""
    own = await mirror.named(ctx.session, Organisation, [organisation_id])
    above = own[organisation_id].parent_id if own else None
    for _ in range(_MOST_LEVELS):
        row = (await mirror.named(ctx.session, Organisation, [above])).get(above) if above else None
        if row is None or row.successor_id is None:
            break
        above = row.successor_id
    return above


async def line_of(ctx: Context, organisation_id: UUID) -> Sequence[UUID]:
    """A body and those above it, the nearest first. A body that was not heard of yet stands below none."""
    line: list[UUID] = []
    at: UUID | None = organisation_id
    while at is not None and len(line) <= _MOST_LEVELS:
        line.append(at)
        row = (await mirror.named(ctx.session, Organisation, [at])).get(at)
        at = row.parent_id if row else None
    return line


async def tops(ctx: Context, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The topmost body above each of these (a ministry, a province), with mergers followed; unknown ones are left out.

    Raises Unavailable while the mirror is not complete: what it does not know would look unrelated.
    """
    mirror.require_complete(ctx, "Which body stands above which is not known here yet.")
    return await repository.tops(ctx.session, ids)


def brief(names: Briefs, organisation_id: UUID | None) -> OrganisationBrief | None:
    """One of `names`; None where none is stored, or it was not heard of yet."""
    return names.get(organisation_id) if organisation_id else None
