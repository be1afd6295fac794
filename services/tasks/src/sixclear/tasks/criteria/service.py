"""Sets of criteria: found, listed, and published in editions."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sixclear.common.change import Change
from sixclear.common.db import wait_to_create
from sixclear.common.ids import stable_id
from sixclear.common.recording import record
from sixclear.common.use_case import AlreadyRegistered, Context, ReferenceUnknown, unknown_reference
from sixclear.tasks.criteria import repository as rows
from sixclear.tasks.criteria import rules
from sixclear.tasks.criteria.access import require_publishing_body
from sixclear.tasks.criteria.errors import CriteriaNotFound
from sixclear.tasks.criteria.models import CriteriaSet
from sixclear.tasks.criteria.recording import CRITERIA
from sixclear.tasks.criteria.schemas import CriteriaContent, CriteriaEntry
from sixclear.tasks.fields import PREFIX
from sixclear.tasks.organisation import service as organisations
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.service import get_programme, known_programmes, referenced_programme

_CONTENT = set(CriteriaContent.model_fields)
_PLAIN = ("name", "name_en", "source", "every", "levels")


async def get_criteria(ctx: Context, code: str, edition: int | None = None) -> CriteriaSet:
    """The set with this code, in the newest edition or in the one that is named; raises CriteriaNotFound."""
    criteria = await rows.find_criteria(ctx.session, code, edition)
    if criteria is None:
        raise CriteriaNotFound("List them at /criteria.")
    return criteria


async def referenced_criteria(ctx: Context, code: str) -> CriteriaSet:
    """The newest edition of the set that a request names in `criteria`; raises ReferenceUnknown."""
    criteria = await rows.find_criteria(ctx.session, code)
    if criteria is None:
        raise ReferenceUnknown(errors=[unknown_reference("#/criteria", "criteria")])
    return criteria


def criteria_for(criteria: CriteriaSet, level: str) -> Sequence[Mapping[str, Any]]:
    """What bodies of a level are assessed by."""
    return rules.criteria_of(criteria.content, level)


def times_of(criteria: CriteriaSet, first: date) -> rules.Times:
    """The window of the period that begins on a day."""
    return rules.times(criteria.every, criteria.content["window"], first)


async def list_criteria(
    ctx: Context, programme: str | None, after: tuple[str, int] | None, limit: int
) -> Sequence[CriteriaSet]:
    """Sets in the order of their codes, the newest edition first; raises ProgrammeNotFound."""
    programme_id = (await get_programme(ctx.session, programme)).programme_id if programme else None
    return await rows.list_criteria(ctx.session, programme_id, after=after, limit=limit)


async def publish(ctx: Context, entry: CriteriaEntry) -> tuple[CriteriaSet, bool]:
    """Publish a set, or its next edition; True when it is new. What the newest edition says already changes nothing.

    Raises ReferenceUnknown, OrganisationNotAllowed, CriteriaRefused, and AlreadyRegistered for a code of another
    programme.
    """
    programme = await referenced_programme(ctx.session, entry.programme)
    require_publishing_body(ctx, programme)
    content = entry.model_dump(mode="json", include=_CONTENT)
    rules.check(entry.every, content)
    await wait_to_create(ctx.session, stable_id("criteria", entry.code))
    newest = await rows.find_criteria(ctx.session, entry.code)
    if newest is not None and newest.programme_id != programme.programme_id:
        raise AlreadyRegistered("Another programme has criteria of this code.", f"{PREFIX}/criteria/{entry.code}")
    await _check_programmes(ctx, content)
    fields = await _fields(ctx, entry) | {"content": content}
    if newest is not None and all(getattr(newest, name) == value for name, value in fields.items()):
        return newest, False
    criteria = await _next(ctx, programme, entry.code, 1 if newest is None else newest.edition + 1)
    ctx.session.add(criteria)
    await record(ctx, criteria, Change("published", fields), ctx.now, CRITERIA)
    return criteria, True


async def _check_programmes(ctx: Context, content: dict[str, Any]) -> None:
    named = [
        (f"#/groups/{index}/criteria/{number}/programme", one["programme"])
        for index, group in enumerate(content["groups"])
        for number, one in enumerate(group["criteria"])
        if one["programme"] is not None
    ]
    known = await known_programmes(ctx.session, {slug for _, slug in named}) if named else {}
    errors = [unknown_reference(where, "programme") for where, slug in named if slug not in known]
    if errors:
        raise ReferenceUnknown("A criterion names a programme that is not known.", errors=errors)


async def _next(ctx: Context, programme: Programme, code: str, edition: int) -> CriteriaSet:
    level = await organisations.level_of(ctx.session, programme.owner_organisation_id)
    return CriteriaSet(
        criteria_id=_id_of(code, edition),
        version=0,
        code=code,
        edition=edition,
        programme=programme,
        assigned_by=level or "central",
        demonstration=programme.demonstration,
    )


def _id_of(code: str, edition: int) -> UUID:
    return stable_id("criteria", code, str(edition))


async def _fields(ctx: Context, entry: CriteriaEntry) -> dict[str, Any]:
    named = {f"#/verifiers/{index}": one for index, one in enumerate(entry.verifiers)}
    known = await organisations.referenced(ctx.session, {"#/within": entry.within} | named, hold=True)
    within = known.pop("#/within").organisation_id
    verifiers = sorted({one.organisation_id for one in known.values()})
    plain = {name: getattr(entry, name) for name in _PLAIN}
    return plain | {"organisation_id": within, "verifiers": verifiers}
