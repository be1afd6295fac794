"""Directives: found, listed, entered, described again and taken out."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.change import Change
from sixclear.common.clock import CLOCKS_DIFFER, civil_date
from sixclear.common.db import wait_to_create
from sixclear.common.entity_cache import remembered
from sixclear.common.ids import stable_id
from sixclear.common.keys import folded_key, named_by
from sixclear.common.recording import record
from sixclear.common.use_case import AlreadyRegistered, Context, Expect, FactInFuture
from sixclear.common.web.merge_patch import patched
from sixclear.tasks.directive import repository as rows
from sixclear.tasks.directive.access import require_entering_body
from sixclear.tasks.directive.errors import DirectiveNotFound, TooManyOpenDirectives
from sixclear.tasks.directive.models import Directive
from sixclear.tasks.directive.recording import DIRECTIVE
from sixclear.tasks.directive.responses import directive_responses
from sixclear.tasks.directive.schemas import DirectiveEntry, DirectiveView, DirectiveWithdrawal
from sixclear.tasks.fields import PREFIX
from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.organisation.service import briefs, referenced
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.service import get_programme, referenced_programme

_NOT_WITHDRAWN = {"withdrawn_at": None, "withdrawn_by_organisation_id": None}
_NOT_THERE = "No directive has this identifier; list them at /directives."


async def hold_directive(session: AsyncSession, directive_id: UUID) -> Directive | None:
    """The directive with this identifier, or None, also when it was withdrawn.

    For a task that is to name it: until the transaction ends it cannot be withdrawn.
    """
    directive = await rows.hold_directive(session, directive_id)
    return directive if directive is not None and directive.withdrawn_at is None else None


async def take_up(session: AsyncSession, directive_id: UUID) -> None:
    """An assigned task names it: from now on it is none of those that wait for a task."""
    directive = await rows.find_directive(session, directive_id)
    if directive is not None and not directive.taken_up:
        directive.taken_up = True


async def locked(ctx: Context, directive_id: UUID, expect: Expect) -> Directive:
    """The directive with its row locked until the transaction ends.

    Raises DirectiveNotFound, also for a withdrawn one, then what `expect` raises for another version.
    """
    directive = await rows.find_directive(ctx.session, directive_id, lock=True)
    if directive is None or directive.withdrawn_at is not None:
        raise DirectiveNotFound(_NOT_THERE)
    expect(directive)
    return directive


async def find_described(session: AsyncSession, directive_id: UUID) -> DirectiveView | None:
    """The directive as a task shows it, mostly from memory; None when it was withdrawn."""
    known = (await remembered(session, "directive", [directive_id], _read_described)).get(directive_id)
    if known is None:
        return None
    issuer = known.issuer.organisation_id
    return known.model_copy(update={"issuer": (await briefs(session, [issuer]))[issuer]})


async def _read_described(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, DirectiveView]:
    found = [await _find(session, directive_id) for directive_id in ids]
    known = [directive for directive in found if directive is not None]
    views = await directive_responses(session, known)
    return {directive.directive_id: view for directive, view in zip(known, views, strict=True)}


async def get_directive(session: AsyncSession, directive_id: UUID) -> Directive:
    """The directive with this identifier; raises DirectiveNotFound, also when it was withdrawn."""
    directive = await _find(session, directive_id)
    if directive is None:
        raise DirectiveNotFound(_NOT_THERE)
    return directive


async def _find(session: AsyncSession, directive_id: UUID) -> Directive | None:
    directive = await rows.find_directive(session, directive_id)
    return None if directive is None or directive.withdrawn_at is not None else directive


async def list_directives(
    session: AsyncSession, slug: str | None, *, after: tuple[date, UUID] | None, limit: int
) -> Sequence[Directive]:
    """Directives, newest first, of one programme or of all, after the cursor; raises ProgrammeNotFound."""
    programme = await get_programme(session, slug) if slug else None
    programme_id = programme.programme_id if programme else None
    return await rows.list_directives(session, programme_id, after=after, limit=limit)


async def register_directive(
    ctx: Context, entry: DirectiveEntry, expect: Expect, *, most_open: int
) -> tuple[Directive, bool]:
    """Enter a directive, or describe it again; True when it is new. A number is unique among those of its issuer.

    One that was withdrawn is entered again, as new. `expect` is called with the known directive, or None, before
    anything changes. Raises FactInFuture for a document of a day to come, TooManyOpenDirectives when more than
    `most_open` of a body wait for a task in a programme of another body.
    """
    _check_issued(entry, ctx.now)
    programme = await referenced_programme(ctx.session, entry.programme)
    issuer = (await referenced(ctx.session, {"#/issuer": entry.issuer}))["#/issuer"]
    numbered = await rows.find_numbered(ctx.session, programme.programme_id, entry.number)
    directive = _of_issuer(numbered, entry.number, issuer.organisation_id)
    require_entering_body(ctx, programme, issuer, directive)
    created = directive is None or directive.withdrawn_at is not None
    expect(None if created else directive)
    if directive is None:
        directive = _new(programme, entry.number, issuer.organisation_id, taken={row.directive_id for row in numbered})
        ctx.session.add(directive)
    if not await _describe(ctx, directive, entry, issuer, created=created):
        return directive, False
    if created:
        await _check_waiting(ctx, directive, most_open)
    return directive, created


async def patch_directive(ctx: Context, directive_id: UUID, patch: Mapping[str, Any], expect: Expect) -> Directive:
    """Describe a directive again with what it has, changed by a merge patch.

    Raises DirectiveNotFound, FactInFuture, and AlreadyRegistered when its new issuer has the number already.
    """
    # In this order, as `register_directive` locks: what the number names, then the directive. A number never changes.
    found = await rows.find_directive(ctx.session, directive_id)
    numbered = await rows.find_numbered(ctx.session, found.programme_id, found.number) if found else ()
    directive = await locked(ctx, directive_id, expect)
    current: dict[str, Any] = {"issued_on": directive.issued_on, "issuer": str(directive.issuer_organisation_id)}
    current["clauses"] = directive.clauses
    key = {"programme": directive.programme.slug, "number": directive.number}
    entry = patched(DirectiveEntry, current | {"title": directive.title}, patch, **key)
    if "clauses" in patch and entry.clauses is None:
        entry = entry.model_copy(update={"clauses": []})
    _check_issued(entry, ctx.now)
    issuer = (await referenced(ctx.session, {"#/issuer": entry.issuer}))["#/issuer"]
    require_entering_body(ctx, directive.programme, issuer, directive)
    known = _of_issuer(numbered, directive.number, issuer.organisation_id)
    if known is not None and known.directive_id != directive_id:
        raise AlreadyRegistered("The issuer has this number already.", f"{PREFIX}/directives/{known.directive_id}")
    await _describe(ctx, directive, entry, issuer, created=False)
    return directive


def _of_issuer(numbered: Sequence[Directive], number: str, issuer_id: UUID) -> Directive | None:
    """The directive that this issuer gave the number: no body meets a number that another one has used."""
    own = [row for row in numbered if row.issuer_organisation_id == issuer_id]
    return next(iter(named_by(own, (number,), _number)), None)


def _number(directive: Directive) -> tuple[str]:
    return (directive.number,)


def _new(programme: Programme, number: str, issuer_id: UUID, *, taken: Collection[UUID]) -> Directive:
    directive_id = stable_id("directive", programme.slug, number)
    if directive_id in taken:
        directive_id = stable_id("directive", programme.slug, str(issuer_id), number)
    return Directive(
        directive_id=directive_id, programme=programme, number=number, folded_key=folded_key(number), version=0
    )


async def _describe(
    ctx: Context, directive: Directive, entry: DirectiveEntry, issuer: Organisation, *, created: bool
) -> bool:
    """Record what the entry says; False when a known directive says it already. The number stays as first given."""
    fields: dict[str, Any] = {
        "programme_id": directive.programme.programme_id,
        "issued_on": entry.issued_on,
        "issuer_organisation_id": issuer.organisation_id,
        "title": entry.title,
        "clauses": _clauses(directive, entry),
    }
    if not created and all(getattr(directive, name) == value for name, value in fields.items()):
        return False
    occurred_at = ctx.fact_time(entry.occurred_at, directive.occurred_at if directive.version else None)
    if created:
        fields |= {"entered_by_organisation_id": ctx.caller.organisation_id} | _NOT_WITHDRAWN
    await record(ctx, directive, Change("registered" if created else "updated", fields), occurred_at, DIRECTIVE)
    return True


def _clauses(directive: Directive, entry: DirectiveEntry) -> list[str] | None:
    """What the entry says of clauses; none where there are none says nothing new."""
    told = entry.clauses
    return directive.clauses if told is None or not (told or directive.clauses) else _each_once(told)


def _each_once(clauses: Sequence[str]) -> list[str]:
    """Clauses in their order; spellings that differ as those of keys may are one."""
    found: dict[str, str] = {}
    for clause in clauses:
        found.setdefault(folded_key(clause), clause)
    return list(found.values())


async def withdraw(ctx: Context, directive: Directive, entry: DirectiveWithdrawal) -> None:
    """Take a directive, which is locked and which no task names, out of its programme."""
    occurred_at = ctx.fact_time(entry.occurred_at, directive.occurred_at)
    fields = {"withdrawn_at": ctx.now, "withdrawn_by_organisation_id": ctx.caller.organisation_id}
    await record(ctx, directive, Change("withdrawn", fields), occurred_at, DIRECTIVE, reason=entry.reason)


async def _check_waiting(ctx: Context, directive: Directive, most: int) -> None:
    made_by, programme = directive.entered_by_organisation_id, directive.programme
    if made_by is None or made_by == programme.owner_organisation_id:
        return
    # Two requests at the same time would each count without the other's.
    await wait_to_create(ctx.session, stable_id("open directives", str(programme.programme_id), str(made_by)))
    if await rows.count_waiting(ctx.session, programme.programme_id, made_by) > most:
        raise TooManyOpenDirectives(
            f"At most {most} directives of one body may wait for a task in a programme of another body."
        )


def _check_issued(entry: DirectiveEntry, now: datetime) -> None:
    if entry.issued_on > civil_date(now + CLOCKS_DIFFER):
        raise FactInFuture(
            "A document is entered when it has been issued.",
            errors=[{"pointer": "#/issued_on", "code": "in-future", "detail": "Give a day up to today."}],
        )
