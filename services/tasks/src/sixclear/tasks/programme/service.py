"""Programmes: found, listed, opened and described again."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.change import Change
from sixclear.common.clock import civil_date
from sixclear.common.entity_cache import remembered
from sixclear.common.ids import stable_id
from sixclear.common.recording import record
from sixclear.common.use_case import AlreadyRegistered, Context, Expect, OrganisationNotAllowed, ReferenceUnknown
from sixclear.common.web.merge_patch import patched
from sixclear.tasks.fields import PREFIX, Reach
from sixclear.tasks.organisation.service import hold, referenced, refuse_ended
from sixclear.tasks.programme import obligation as obligations
from sixclear.tasks.programme import repository as rows
from sixclear.tasks.programme.errors import ProgrammeNotFound
from sixclear.tasks.programme.ladder import Ladder, check_ladder, ladder_of, stored
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.obligation import Obligation, check_obligations, obligations_of
from sixclear.tasks.programme.recording import PROGRAMME
from sixclear.tasks.programme.rules import ProgrammeFacts, check_described, check_groups, check_kinds, own_fields_of
from sixclear.tasks.programme.schemas import ProgrammeEntry

_LISTS = ("own_fields", "work_groups", "obstacle_kinds")
_NOT_THERE = "No programme has this slug; list them at /programmes."


async def get_programme(session: AsyncSession, slug: str) -> Programme:
    """The programme with this slug; raises ProgrammeNotFound."""
    programme = await rows.find_programme(session, slug)
    if programme is None:
        raise ProgrammeNotFound(_NOT_THERE)
    return programme


async def facts_of(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, ProgrammeFacts]:
    """What tasks say of their programmes, by identifier; another process's change of the owner is told a second later.

    It names bodies in answers. Who may decide is asked of the programme's row.
    """
    return await remembered(session, "programme", ids, rows.programme_facts)


async def ids_of_reach(session: AsyncSession, reach: Reach) -> Sequence[UUID]:
    """The programmes whose work is national, or their owner's own."""
    return await rows.ids_of_reach(session, reach)


async def ids_owned_by(session: AsyncSession, organisation_id: UUID) -> Sequence[UUID]:
    """The programmes that an organisation owns."""
    return await rows.ids_owned_by(session, organisation_id)


async def list_programmes(session: AsyncSession, *, after: str | None, limit: int) -> Sequence[Programme]:
    """Programmes in the order of their slugs, after the cursor."""
    return await rows.list_programmes(session, after=after, limit=limit)


async def referenced_programme(session: AsyncSession, slug: str) -> Programme:
    """The programme that a request names; raises ReferenceUnknown at its field."""
    return require_programme(await rows.find_programme(session, slug))


async def known_programmes(session: AsyncSession, slugs: Collection[str]) -> dict[str, Programme]:
    """The programmes with these slugs, by slug, with one statement; unknown ones are left out."""
    return {programme.slug: programme for programme in await rows.find_programmes(session, slugs)}


def require_programme(programme: Programme | None) -> Programme:
    """The programme that a request names, if it was found; raises ReferenceUnknown at its field."""
    if programme is None:
        raise ReferenceUnknown(
            "A programme is named that is not known.",
            errors=[{"pointer": "#/programme", "code": "programme-unknown", "detail": "No programme has this slug."}],
        )
    return programme


async def register_programme(ctx: Context, entry: ProgrammeEntry, expect: Expect) -> tuple[Programme, bool]:
    """Open a programme, or describe it again; True when it is new. An entry that changes nothing publishes nothing.

    `expect` is called with the known programme, or None, before anything changes.
    """
    bodies = {"#/owner": entry.owner} | (
        {"#/evidence_organisation": entry.evidence_organisation} if entry.evidence_organisation else {}
    )
    known = await referenced(ctx.session, bodies, hold=True)
    await refuse_ended(ctx.session, known, ())
    owner, checking = known["#/owner"], known.get("#/evidence_organisation")
    ctx.require_organisation({owner.organisation_id}, "open a programme of another organisation")
    fields = entry.model_dump(exclude={"owner", "slug", "occurred_at", "evidence_organisation"}) | {
        "owner_organisation_id": owner.organisation_id,
        "evidence_organisation_id": checking and checking.organisation_id,
    }
    programme_id = stable_id("programme", entry.slug)
    programme = await rows.find_or_create(ctx.session, entry.slug, programme_id)
    created = programme is None
    if programme is not None:
        if owner.organisation_id != programme.owner_organisation_id != ctx.caller.organisation_id:
            raise AlreadyRegistered("Another body has a programme of this slug.", f"{PREFIX}/programmes/{entry.slug}")
        ctx.require_organisation({programme.owner_organisation_id}, "change a programme of another organisation")
    expect(programme)
    _check_lists(programme, fields)
    fields["reach"] = _reach(programme, owner.level, entry.reach)
    fields["was_national"] = fields["reach"] == "national" or (programme is not None and programme.is_or_was_national)
    if programme is None:
        programme = Programme(programme_id=programme_id, slug=entry.slug, version=0)
        ctx.session.add(programme)
    if not created and all(getattr(programme, name) == value for name, value in fields.items()):
        return programme, False
    occurred_at = ctx.fact_time(entry.occurred_at, None if created else programme.occurred_at)
    await record(ctx, programme, Change("registered" if created else "updated", fields), occurred_at, PROGRAMME)
    return programme, created


def _reach(programme: Programme | None, level: str, asked: Reach | None) -> Reach:
    """Left out, it stays; new work is national where its owner is central. Raises OrganisationNotAllowed.

    What the country's figures contain is not for a province or a commune to say.
    """
    before = None if programme is None else cast(Reach, programme.reach)
    reach: Reach = asked or before or ("national" if level == "central" else "own")
    if reach == "national" != before and level != "central":
        raise OrganisationNotAllowed(
            "Only a programme of a central body is national work: its tasks are in the country's figures.",
            errors=[{"pointer": "#/reach", "code": "owner-not-central", "detail": "Leave it out, or say `own`."}],
        )
    return reach


def _check_lists(programme: Programme | None, fields: dict[str, Any]) -> None:
    """Fields and groups that are left out stay as they are; raises what `check_…` of `rules` raise."""
    before = {name: None if programme is None else getattr(programme, name) for name in _LISTS}
    if fields["own_fields"] is not None:
        check_described(own_fields_of(before["own_fields"]), fields["own_fields"])
    if fields["work_groups"] is not None:
        check_groups(before["work_groups"], fields["work_groups"])
    if fields["obstacle_kinds"] is not None:
        check_kinds(before["obstacle_kinds"], fields["obstacle_kinds"])
    fields |= {name: known for name, known in before.items() if fields[name] is None}


async def locked(ctx: Context, slug: str, expect: Expect) -> Programme:
    """The programme, its row locked until the transaction ends. Raises ProgrammeNotFound, and what `expect` raises."""
    programme = await rows.find_programme(ctx.session, slug, lock=True)
    if programme is None:
        raise ProgrammeNotFound(_NOT_THERE)
    expect(programme)
    return programme


async def patch_programme(ctx: Context, slug: str, patch: Mapping[str, Any], expect: Expect) -> Programme:
    """Describe a programme again with what it has, changed by a merge patch: the rules of `register_programme`."""
    found = await get_programme(ctx.session, slug)
    # First: in the order in which the end of a body locks both.
    await hold(ctx.session, found.owner_organisation_id, found.evidence_organisation_id)
    programme = await locked(ctx, slug, expect)
    own = {name: getattr(programme, name) for name in ProgrammeEntry.model_fields if hasattr(programme, name)}
    del own["occurred_at"]
    checking = programme.evidence_organisation_id
    current = own | {
        "owner": str(programme.owner_organisation_id),
        "evidence_organisation": checking and str(checking),
    }
    return (await register_programme(ctx, patched(ProgrammeEntry, current, patch, slug=slug), expect))[0]


async def ladders_of(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Ladder]:
    """The ladders of these programmes as they are stored now, by identifier."""
    return {programme_id: ladder_of(column) for programme_id, column in (await rows.ladders(session, ids)).items()}


async def put_ladder(ctx: Context, slug: str, ladder: Ladder, expect: Expect) -> tuple[Programme, bool]:
    """Give a programme another ladder; its owner may. The ladder that it has changes nothing (False).

    Raises ProgrammeNotFound, OrganisationNotAllowed and LadderRefused, and what `expect` raises.
    """
    programme = await locked(ctx, slug, expect)
    ctx.require_organisation({programme.owner_organisation_id}, "change a programme of another organisation")
    check_ladder(ladder)
    if ladder_of(programme.ladder) == ladder:
        return programme, False
    occurred_at = ctx.fact_time(None, programme.occurred_at)
    await record(ctx, programme, Change("updated", {"ladder": stored(ladder)}), occurred_at, PROGRAMME)
    return programme, True


async def put_obligations(
    ctx: Context, slug: str, wanted: Sequence[Obligation], expect: Expect
) -> tuple[Programme, tuple[Obligation, ...]]:
    """Say who reports on a programme how often; its owner may. What it says already changes nothing.

    Returns the programme and what it said before. Raises ProgrammeNotFound, OrganisationNotAllowed and
    ObligationsRefused, and what `expect` raises.
    """
    programme = await locked(ctx, slug, expect)
    ctx.require_organisation({programme.owner_organisation_id}, "change a programme of another organisation")
    before = obligations_of(programme.obligations)
    check_obligations(before, wanted, civil_date(ctx.now))
    if before == tuple(wanted):
        return programme, before
    occurred_at = ctx.fact_time(None, programme.occurred_at)
    change = Change("updated", {"obligations": obligations.stored(wanted)})
    await record(ctx, programme, change, occurred_at, PROGRAMME)
    return programme, before


async def owns_programmes(ctx: Context, organisation_id: UUID) -> bool:
    """Whether a body has a programme, or accepts evidence in one."""
    return bool(await rows.lock_programmes_of(ctx.session, organisation_id))


async def hand_over(ctx: Context, former: UUID, successor: UUID, occurred_at: datetime, reason: str) -> None:
    """The programmes of a body that has ended are those of its successor from now on."""
    for programme in await rows.lock_programmes_of(ctx.session, former):
        owned = ("owner_organisation_id", "evidence_organisation_id")
        fields = {name: successor for name in owned if getattr(programme, name) == former}
        at = max(occurred_at, programme.occurred_at)
        await record(ctx, programme, Change("updated", fields), at, PROGRAMME, reason=reason)
