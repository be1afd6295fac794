"""Organisations, programmes and directives: what tasks refer to."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.change import Change
from sixclear.common.ids import stable_id
from sixclear.common.recording import EntityKind, record
from sixclear.common.use_case import Context, Expect
from sixclear.tasks.events import DirectiveData, OrganisationData, ProgrammeData
from sixclear.tasks.organisation import repository as rows
from sixclear.tasks.task.errors import DirectiveNotFound, OrganisationNotFound, ProgrammeNotFound, ReferenceUnknown
from sixclear.tasks.task.models import Directive, Organisation, OrganisationPeriod, Programme
from sixclear.tasks.task.schemas import DirectiveEntry, ProgrammeEntry


def as_reference(text: str) -> UUID | str:
    """An identifier when `text` is one, else a code."""
    try:
        return UUID(text)
    except ValueError:
        return text


async def get_organisation(session: AsyncSession, reference: str) -> Organisation:
    """The organisation with this identifier or code; raises OrganisationNotFound."""
    organisation = await rows.find_organisation(session, as_reference(reference))
    if organisation is None:
        raise OrganisationNotFound("No organisation has this identifier or code; list them at /organisations.")
    return organisation


async def get_programme(session: AsyncSession, slug: str) -> Programme:
    """The programme with this slug; raises ProgrammeNotFound."""
    programme = await rows.find_programme(session, slug)
    if programme is None:
        raise ProgrammeNotFound("No programme has this slug; list them at /programmes.")
    return programme


async def get_directive(session: AsyncSession, directive_id: UUID) -> Directive:
    """The directive with this identifier; raises DirectiveNotFound."""
    directive = await rows.find_directive(session, directive_id)
    if directive is None:
        raise DirectiveNotFound("No directive has this identifier; list them at /directives.")
    return directive


async def referenced(session: AsyncSession, references: Mapping[str, str]) -> dict[str, Organisation]:
    """The organisations that a request names, by the JSON Pointer of the field that names them.

    Raises ReferenceUnknown with every field that names an organisation which is not known.
    """
    named = await _known(session, set(references.values()))
    unknown = [pointer for pointer, reference in references.items() if reference not in named]
    if unknown:
        raise ReferenceUnknown(
            "An organisation is named that is not known.",
            errors=[
                {"pointer": pointer, "code": "organisation-unknown", "detail": "No organisation has this code."}
                for pointer in unknown
            ],
        )
    return {pointer: named[reference] for pointer, reference in references.items()}


async def named_organisations(session: AsyncSession, references: Collection[str]) -> dict[str, UUID]:
    """The identifiers of the organisations that these references name; unknown ones are left out."""
    known = await _known(session, references) if references else {}
    return {reference: organisation.organisation_id for reference, organisation in known.items()}


async def _known(session: AsyncSession, references: Collection[str]) -> dict[str, Organisation]:
    """The organisations that these references name, by the reference, with one statement."""
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


async def referenced_programme(session: AsyncSession, slug: str) -> Programme:
    """The programme that a request names; raises ReferenceUnknown at its field."""
    programme = await rows.find_programme(session, slug)
    if programme is None:
        raise ReferenceUnknown(
            "A programme is named that is not known.",
            errors=[{"pointer": "#/programme", "code": "programme-unknown", "detail": "No programme has this slug."}],
        )
    return programme


async def register_programme(ctx: Context, entry: ProgrammeEntry, expect: Expect) -> tuple[Programme, bool]:
    """Open a programme, or describe it anew; True when it is new. An entry that changes nothing publishes nothing.

    `expect` is called with the known programme, or None, before anything changes.
    """
    owner = (await referenced(ctx.session, {"#/owner": entry.owner}))["#/owner"]
    ctx.require_organisation({owner.organisation_id}, "open a programme of another organisation")
    fields = entry.model_dump(exclude={"owner", "slug", "occurred_at"}) | {
        "owner_organisation_id": owner.organisation_id
    }
    programme = await rows.find_programme(ctx.session, entry.slug, lock=True)
    created = programme is None
    if programme is not None:
        ctx.require_organisation({programme.owner_organisation_id}, "change a programme of another organisation")
    expect(programme)
    if programme is None:
        programme = Programme(programme_id=stable_id("programme", entry.slug), slug=entry.slug, version=0)
        ctx.session.add(programme)
    if not created and all(getattr(programme, name) == value for name, value in fields.items()):
        return programme, False
    occurred_at = ctx.fact_time(entry.occurred_at, None if created else programme.occurred_at)
    await record(ctx, programme, Change("registered" if created else "updated", fields), occurred_at, PROGRAMME)
    return programme, created


async def register_directive(ctx: Context, entry: DirectiveEntry, expect: Expect) -> tuple[Directive, bool]:
    """Enter a directive, or describe it anew; True when it is new. Its number is unique in its programme.

    `expect` is called with the known directive, or None, before anything changes.
    """
    programme = await referenced_programme(ctx.session, entry.programme)
    issuer = (await referenced(ctx.session, {"#/issuer": entry.issuer}))["#/issuer"]
    ctx.require_organisation(
        {programme.owner_organisation_id, issuer.organisation_id}, "enter a directive of this programme"
    )
    directive_id = stable_id("directive", entry.programme, entry.number)
    directive = await rows.find_directive(ctx.session, directive_id, lock=True)
    created = directive is None
    if directive is not None:
        stored: set[UUID | None] = {programme.owner_organisation_id, directive.issuer_organisation_id}
        ctx.require_organisation(stored, "change a directive of another organisation")
    expect(directive)
    if directive is None:
        directive = Directive(directive_id=directive_id, version=0)
        ctx.session.add(directive)
    fields = {
        "programme_id": programme.programme_id,
        "number": entry.number,
        "issued_on": entry.issued_on,
        "issuer_organisation_id": issuer.organisation_id,
        "title": entry.title,
    }
    if not created and all(getattr(directive, name) == value for name, value in fields.items()):
        return directive, False
    occurred_at = ctx.fact_time(entry.occurred_at, None if created else directive.occurred_at)
    await record(ctx, directive, Change("registered" if created else "updated", fields), occurred_at, DIRECTIVE)
    return directive, created


def organisation_data(organisation: Organisation, change: str) -> OrganisationData:
    """The public state of an organisation."""
    return OrganisationData(
        change=change,
        organisation_id=organisation.organisation_id,
        code=organisation.code,
        codes=organisation.codes,
        level=organisation.level,
        type=organisation.type,
        name_vi=organisation.name_vi,
        name_en=organisation.name_en,
        parent_id=organisation.parent_id,
        valid_from=organisation.valid_from,
        valid_to=organisation.valid_to,
    )


async def programme_data(_ctx: Context, programme: Programme, change: str) -> ProgrammeData:
    """The public state of a programme."""
    return ProgrammeData(
        change=change,
        programme_id=programme.programme_id,
        slug=programme.slug,
        name_vi=programme.name_vi,
        name_en=programme.name_en,
        resolution=programme.resolution,
        source_vi=programme.source_vi,
        source_en=programme.source_en,
        owner_organisation_id=programme.owner_organisation_id,
        demonstration=programme.demonstration,
    )


PROGRAMME = EntityKind[Programme]("programme", lambda programme: programme.programme_id, programme_data)


async def directive_data(_ctx: Context, directive: Directive, change: str) -> DirectiveData:
    """The public state of a directive."""
    own = {name: getattr(directive, name) for name in DirectiveData.model_fields if name != "change"}
    return DirectiveData(change=change, **own)


DIRECTIVE = EntityKind[Directive]("directive", lambda directive: directive.directive_id, directive_data)


async def list_organisations(
    session: AsyncSession,
    *,
    level: str | None,
    parent_id: UUID | None,
    query: str | None,
    after: tuple[str, UUID] | None,
    limit: int,
) -> Sequence[Organisation]:
    """Organisations in the order of their codes, after the cursor."""
    return await rows.list_organisations(
        session, level=level, parent_id=parent_id, query=query, after=after, limit=limit
    )


async def periods_of(session: AsyncSession, organisation: Organisation) -> Sequence[OrganisationPeriod]:
    """An organisation's dated names, oldest first."""
    return await rows.organisation_periods(session, organisation.organisation_id)


async def list_programmes(session: AsyncSession, *, after: str | None, limit: int) -> Sequence[Programme]:
    """Programmes in the order of their slugs, after the cursor."""
    return await rows.list_programmes(session, after=after, limit=limit)


async def list_directives(
    session: AsyncSession, slug: str | None, *, after: tuple[date, UUID] | None, limit: int
) -> Sequence[Directive]:
    """Directives, newest first, of one programme or of all, after the cursor; raises ProgrammeNotFound."""
    programme = await get_programme(session, slug) if slug else None
    programme_id = programme.programme_id if programme else None
    return await rows.list_directives(session, programme_id, after=after, limit=limit)
