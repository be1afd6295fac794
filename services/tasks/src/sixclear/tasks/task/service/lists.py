"""Lists of tasks."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from sixclear.common.use_case import Context, ReferenceUnknown, unknown_reference
from sixclear.common.web.pagination import InvalidCursor
from sixclear.tasks.directive.service import find_described
from sixclear.tasks.fields import OwnValue, Reach
from sixclear.tasks.organisation import service as organisations
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.rules import own_fields_of, read_asked
from sixclear.tasks.programme.service import get_programme, ids_of_reach, ids_owned_by, known_programmes
from sixclear.tasks.task import listing
from sixclear.tasks.task.access import within
from sixclear.tasks.task.filters import Mandated, TaskFilter
from sixclear.tasks.task.listing import Found, Order, Place, Sort
from sixclear.tasks.task.mandate import mandate_of
from sixclear.tasks.task.service.upper import named_uppers


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """What a caller narrows a list of tasks to, as it was asked for, and its order."""

    programme: str | None
    organisation: str | None
    status: str | None
    bucket: str | None
    assigned_by: str | None
    query: str | None
    source: str | None
    external_id: str | None
    updated_since: datetime | None
    sort: Sort
    reach: Reach | None = None
    own_field: str | None = None
    slip_days: int | None = None
    below: UUID | None = None
    assignment: str | None = None
    directive: UUID | None = None
    group: str | None = None


_END = 2**63  # past every number of an event
_NO_PUBLIC = "No public task has this identifier."
_ANY_TIME = datetime(2025, 1, 1, tzinfo=UTC)
# The caller's own part in the tasks that it lists; with `mandate` those that its token names.
# `confirming`: that it may confirm.
Role = Literal["lead", "assigning", "coordinating", "confirming", "mandate"]


@dataclass(frozen=True, slots=True)
class Begun:
    """A list that is read on: what its first page found out, and where the page before ended."""

    counted: int
    as_of: datetime
    place: Place


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A page of tasks; `following` is where the next one begins, `counted` what `count_tasks` said.

    Of that `total` is told: where counting stopped it is one less.
    """

    found: Found
    counted: int
    as_of: datetime
    following: Place | None
    total: int


CURSOR = (int, datetime, int, datetime | None, str, int, UUID)


def cursor_of(page: TaskPage, place: Place) -> list[Any]:
    """The values of a cursor for the page after this one, of the types in `CURSOR`."""
    return [page.counted, page.as_of, place.part, place.instant, place.text, place.number, place.task_id]


def begun(sort: Sort, values: tuple[Any, ...]) -> Begun:
    """What the values of a cursor say; raises InvalidCursor for those that no page of this order gave out."""
    counted, as_of, part, instant, text, number, task_id = values
    if counted < 0 or not 0 <= part < listing.part_count(sort, as_of) or not 0 <= number < _END:
        raise InvalidCursor
    if sort == "last_report" and part == 0 and instant is None:
        raise InvalidCursor
    return Begun(counted, as_of, Place(part, instant, text, number, task_id))


async def list_tasks(ctx: Context, asked: TaskQuery, role: Role | None, begun: Begun | None, limit: int) -> TaskPage:
    """Up to `limit` tasks. Raises ProgrammeNotFound and ReferenceUnknown for what is not known.

    With a role, those in which the caller's organisation has this part, or those that the caller's mandate names, none
    without one; restricted ones included. What the
    organisations below it lead is led by it too, as in every list; restricted tasks of theirs stay theirs.
    """
    narrow = await _narrowed(ctx, asked, role)
    counted = begun.counted if begun else await listing.count_tasks(ctx.session, narrow, ctx.now)
    as_of = begun.as_of if begun else _judged_at(asked.sort, ctx.now)
    most = listing.most_counted(narrow)
    if not counted:
        return TaskPage([], 0, as_of, None, 0)
    order = Order(asked.sort, as_of, few=counted <= most)
    if begun and order.few and await listing.has_grown(ctx.session, narrow, ctx.now):
        raise InvalidCursor("The list is much longer than it was. Begin with the first page.")
    place = begun.place if begun else None
    found, stopped = await listing.list_tasks(ctx.session, narrow, order, now=ctx.now, after=place, limit=limit + 1)
    following = found[limit - 1][1] if len(found) > limit else stopped
    return TaskPage(found[:limit], counted, as_of, following, min(counted, most))


async def copied(
    ctx: Context, asked: TaskQuery, role: Role | None, after: Place | None, limit: int
) -> tuple[Found, Place | None]:
    """Up to `limit` tasks of a copy, in the order that no change moves, and where the following ones begin.

    What it raises, and what a role means, is as in `list_tasks`.
    """
    narrow, order = await _narrowed(ctx, asked, role), Order("id", _ANY_TIME, few=False)
    found, stopped = await listing.list_tasks(ctx.session, narrow, order, now=ctx.now, after=after, limit=limit + 1)
    return found[:limit], found[limit - 1][1] if len(found) > limit else stopped


async def _narrowed(ctx: Context, asked: TaskQuery, role: Role | None) -> TaskFilter:
    narrow = await _resolved(ctx, asked)
    return narrow if role is None else await _own(ctx, narrow, role)


def _judged_at(sort: Sort, now: datetime) -> datetime:
    """By which instant all pages say what is late.

    Where it is of no weight it is always the same: else no cursor, and so no answer or page with one, would be the same
    a moment later, and a reader who has it would get all of it again.
    """
    return now if sort == "days_late" else _ANY_TIME


async def _own(ctx: Context, narrow: TaskFilter, role: Role) -> TaskFilter:
    if role == "mandate":
        return replace(narrow, mandated=await mandated(ctx))
    own = ctx.caller.own_organisation()
    narrow = replace(narrow, restricted_for=own)
    if role == "assigning":
        return replace(narrow, assigning_organisation_id=own)
    if role == "confirming":
        owned = tuple(await ids_owned_by(ctx.session, own))
        return replace(narrow, confirming_organisation_id=own, owned_programme_ids=owned)
    if role == "coordinating":
        return replace(narrow, coordinating_organisation_id=own)
    return replace(narrow, lead_organisation_ids=tuple(await organisations.list_subtree(ctx.session, own)))


async def mandated(ctx: Context) -> Mandated:
    """What the caller's mandate names, by identifiers; nothing without one."""
    mandate = mandate_of(ctx.caller)
    if mandate is None:
        return Mandated()
    known = await known_programmes(ctx.session, mandate.programmes | {slug for slug, _ in mandate.groups})
    ids = {slug: programme.programme_id for slug, programme in known.items()}
    groups = ((ids[slug], group) for slug, group in sorted(mandate.groups) if slug in ids)
    programmes = (ids[slug] for slug in sorted(mandate.programmes) if slug in ids)
    return Mandated(tuple(programmes), tuple(groups), tuple(sorted(await within(ctx.session, mandate))))


async def _resolved(ctx: Context, asked: TaskQuery) -> TaskFilter:
    programme = await get_programme(ctx.session, asked.programme) if asked.programme else None
    lead = None
    if asked.organisation:
        named = await organisations.meant(ctx.session, "organisation", asked.organisation)
        lead = tuple(await organisations.list_subtree(ctx.session, named))
    return TaskFilter(
        programme_id=programme.programme_id if programme else None,
        own_fields=await _own_fields(ctx, programme, asked.own_field) if asked.own_field else None,
        programme_ids=tuple(await ids_of_reach(ctx.session, asked.reach)) if asked.reach else None,
        lead_organisation_ids=lead,
        status=asked.status,
        bucket=asked.bucket,
        assigned_by=asked.assigned_by,
        query=asked.query,
        source=asked.source,
        external_id=asked.external_id,
        updated_since=asked.updated_since,
        slip_days=asked.slip_days,
        upper_task_id=await _upper(ctx, asked.below) if asked.below else None,
        assignment=asked.assignment,
        directive_id=await _directive(ctx, asked.directive) if asked.directive else None,
        work_group=asked.group,
    )


async def _directive(ctx: Context, directive_id: UUID) -> UUID:
    if await find_described(ctx.session, directive_id) is None:
        raise ReferenceUnknown(
            "No directive has the identifier in `directive`.", errors=[unknown_reference("directive", "directive")]
        )
    return directive_id


async def _upper(ctx: Context, below: UUID) -> UUID:
    """The task below which others are asked for; a restricted one is refused as one that is not there."""
    if below not in await named_uppers(ctx.session, [below]):
        raise ReferenceUnknown(
            "No public task has the identifier in `below`.",
            errors=[{"parameter": "below", "in": "query", "code": "task-unknown", "detail": _NO_PUBLIC}],
        )
    return below


async def _own_fields(ctx: Context, programme: Programme | None, written: str) -> list[dict[str, OwnValue]]:
    """The values of a public field of the programme's own that are asked for as `name:value`.

    A body is meant with those whose work it has since they ended. Raises OwnFieldsInvalid, and ReferenceUnknown.
    """
    known = None if programme is None else own_fields_of(programme.own_fields)
    public = None if known is None else {name: field for name, field in known.items() if field.public}
    asked = read_asked(public, "own_field", written)
    if not asked.names_body:
        return [{asked.name: asked.value}]
    body = await organisations.meant(ctx.session, "own_field", str(asked.value))
    return [{asked.name: str(one)} for one in await organisations.list_former(ctx.session, body)]
