"""Directives: found, listed, entered and described again."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.change import Change
from sixclear.common.clock import civil_date
from sixclear.common.ids import stable_id
from sixclear.common.recording import record
from sixclear.common.use_case import CLOCKS_DIFFER, Context, Expect, FactInFuture
from sixclear.tasks.directive import repository as rows
from sixclear.tasks.directive.errors import DirectiveNotFound
from sixclear.tasks.directive.models import Directive
from sixclear.tasks.directive.recording import DIRECTIVE
from sixclear.tasks.directive.responses import directive_responses
from sixclear.tasks.directive.schemas import DirectiveEntry, DirectiveView
from sixclear.tasks.organisation.service import referenced
from sixclear.tasks.programme.service import get_programme, referenced_programme


async def find_directive(session: AsyncSession, directive_id: UUID) -> Directive | None:
    """The directive with this identifier, or None."""
    return await rows.find_directive(session, directive_id)


async def describe_directive(session: AsyncSession, directive_id: UUID) -> DirectiveView:
    """The directive with this identifier, with the names that it refers to; raises DirectiveNotFound."""
    directive = await rows.find_directive(session, directive_id)
    if directive is None:
        raise DirectiveNotFound("No directive has this identifier; list them at /directives.")
    return (await directive_responses(session, [directive]))[0]


async def list_directives(
    session: AsyncSession, slug: str | None, *, after: tuple[date, UUID] | None, limit: int
) -> Sequence[Directive]:
    """Directives, newest first, of one programme or of all, after the cursor; raises ProgrammeNotFound."""
    programme = await get_programme(session, slug) if slug else None
    programme_id = programme.programme_id if programme else None
    return await rows.list_directives(session, programme_id, after=after, limit=limit)


async def register_directive(ctx: Context, entry: DirectiveEntry, expect: Expect) -> tuple[Directive, bool]:
    """Enter a directive, or describe it again; True when it is new. Its number is unique in its programme.

    `expect` is called with the known directive, or None, before anything changes. Raises FactInFuture for a document of
    a day to come.
    """
    _check_issued(entry, ctx.now)
    programme = await referenced_programme(ctx.session, entry.programme)
    issuer = (await referenced(ctx.session, {"#/issuer": entry.issuer}))["#/issuer"]
    ctx.require_organisation(
        {programme.owner_organisation_id, issuer.organisation_id}, "enter a directive of this programme"
    )
    directive_id = stable_id("directive", entry.programme, entry.number)
    directive = await rows.find_or_create(ctx.session, directive_id)
    created = directive is None
    if directive is not None:
        stored: set[UUID | None] = {programme.owner_organisation_id, directive.issuer_organisation_id}
        ctx.require_organisation(stored, "change a directive of another organisation")
    expect(directive)
    if directive is None:
        directive = Directive(directive_id=directive_id, programme=programme, version=0)
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


def _check_issued(entry: DirectiveEntry, now: datetime) -> None:
    if entry.issued_on > civil_date(now + CLOCKS_DIFFER):
        raise FactInFuture(
            "A document is entered when it has been issued.",
            errors=[{"pointer": "#/issued_on", "code": "in-future", "detail": "Give a day up to today."}],
        )
