"""Finding organisations. They are registered when the service starts (`seed.py`); no request changes them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.entity_cache import remembered
from sixclear.common.text import code_form
from sixclear.common.use_case import ReferenceUnknown, unknown_reference
from sixclear.tasks.organisation import repository as rows
from sixclear.tasks.organisation.errors import OrganisationNotFound
from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.organisation.names import wanted
from sixclear.tasks.organisation.repository import Place
from sixclear.tasks.organisation.responses import organisation_brief, organisation_response
from sixclear.tasks.organisation.schemas import OrganisationBrief, OrganisationDetail

# Organisations as answers name them, by identifier.
Briefs = Mapping[UUID, OrganisationBrief]
Name = TypeVar("Name")


def as_reference(text: str) -> UUID | str:
    """An identifier when `text` is one, else a code."""
    code = code_form(text)
    try:
        return UUID(code)
    except ValueError:
        return code


async def get_organisation(session: AsyncSession, reference: str) -> Organisation:
    """The organisation with this identifier or code; raises OrganisationNotFound."""
    organisation = await rows.find_organisation(session, as_reference(reference))
    if organisation is None:
        raise OrganisationNotFound("No organisation has this identifier or code; list them at /organisations.")
    return organisation


async def is_registered(session: AsyncSession, organisation_id: UUID) -> bool:
    """Whether there is an organisation with this identifier."""
    return await rows.find_organisation(session, organisation_id) is not None


async def meant(session: AsyncSession, parameter: str, reference: str) -> UUID:
    """The organisation that a parameter of an address means; raises ReferenceUnknown, which names the parameter."""
    return (await referenced(session, {parameter: reference}))[parameter].organisation_id


async def list_subtree(session: AsyncSession, organisation_id: UUID) -> Sequence[UUID]:
    """An organisation with all that stand below it."""
    return await rows.list_subtree(session, organisation_id)


async def describe_organisation(session: AsyncSession, reference: str) -> OrganisationDetail:
    """The organisation with this identifier or code and its dated names; raises OrganisationNotFound."""
    organisation = await get_organisation(session, reference)
    return organisation_response(organisation, await rows.organisation_periods(session, organisation.organisation_id))


async def list_organisations(
    session: AsyncSession,
    *,
    level: str | None,
    parent_id: UUID | None,
    query: str | None,
    after: Place | None,
    limit: int,
) -> list[tuple[Organisation, str]]:
    """Organisations, each with its place among those that `query` finds: the best first, then by code.

    A query is a code, or a name as people write it, of today or of before; without one all are found.
    """
    asked = query.strip() if query else ""
    name = wanted(asked) if asked else None
    if name is not None and not name.whole:
        return []
    return await rows.list_organisations(
        session, level=level, parent_id=parent_id, code=asked or None, name=name, after=after, limit=limit
    )


async def briefs(session: AsyncSession, ids: Iterable[UUID | None]) -> Briefs:
    """The organisations among `ids` as answers name them; unknown ones are left out.

    Costs no statement for those that the process remembers, else one.
    """
    return await remembered(session, "organisation", {one for one in ids if one}, _read_briefs)


async def _read_briefs(session: AsyncSession, ids: Collection[UUID]) -> Briefs:
    found = await rows.organisations_by_id(session, ids)
    return {organisation_id: organisation_brief(organisation) for organisation_id, organisation in found.items()}


def named(names: Mapping[UUID, Name], organisation_id: UUID | None) -> Name | None:
    """The organisation as answers name it; None where none is stored, or none is known."""
    return names.get(organisation_id) if organisation_id else None


async def referenced(session: AsyncSession, references: Mapping[str, str]) -> dict[str, Organisation]:
    """The organisations that a request names, by the JSON Pointer of the field, or the parameter.

    Raises ReferenceUnknown with every field that names an organisation which is not known.
    """
    return require_known(references, await known_organisations(session, set(references.values())))


def require_known(references: Mapping[str, str], named: Mapping[str, Organisation]) -> dict[str, Organisation]:
    """As `referenced`, of organisations that were found before, by reference."""
    unknown = [where for where, reference in references.items() if reference not in named]
    if unknown:
        raise ReferenceUnknown(
            "An organisation is named that is not known; find it with GET /organisations?q=.",
            errors=[unknown_reference(where, "organisation") for where in unknown],
        )
    return {where: named[reference] for where, reference in references.items()}


async def named_organisations(session: AsyncSession, references: Collection[str]) -> dict[str, UUID]:
    """The identifiers of the organisations that these references name; unknown ones are left out."""
    known = await known_organisations(session, references) if references else {}
    return {reference: organisation.organisation_id for reference, organisation in known.items()}


async def known_organisations(session: AsyncSession, references: Collection[str]) -> dict[str, Organisation]:
    """The organisations that these references name, by the reference, with one statement; unknown ones are left out."""
    wanted = {reference: as_reference(reference) for reference in references}
    found = await rows.find_organisations(
        session,
        {reference for reference in wanted.values() if isinstance(reference, UUID)},
        {reference for reference in wanted.values() if isinstance(reference, str)},
    )
    named: dict[UUID | str, Organisation] = {}
    for row in found:
        named |= dict.fromkeys((row.organisation_id, *row.codes), row)
    return {text: named[reference] for text, reference in wanted.items() if reference in named}


async def level_of(session: AsyncSession, organisation_id: UUID) -> str | None:
    """The level at which an organisation acts: a department at that of its nearest ancestor which is none."""
    return await rows.level_of(session, organisation_id)


async def is_within(session: AsyncSession, organisation_id: UUID, above_id: UUID) -> bool:
    """Whether the organisation stands at or below `above_id`."""
    return await rows.is_within(session, organisation_id, above_id)
