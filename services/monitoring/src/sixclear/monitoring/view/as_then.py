"""What is meant as of an instant: bodies by the tree of then, work by the reach, owners and groups of then."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds.kind import AnyKind
from sixclear.monitoring.statements import sql
from sixclear.monitoring.view.dimensions import SOURCE, Reach, Reference
from sixclear.monitoring.view.former_programmes import groups_in, programmes_at
from sixclear.monitoring.view.former_tree import Then, body_then
from sixclear.monitoring.view.named import with_reach
from sixclear.monitoring.view.reach import OwnThen
from sixclear.monitoring.view.selection import AssignedBy, Selection, reference_of, select, with_named_facts


async def selected_at(
    session: AsyncSession,
    at: datetime | None,
    *,
    organisation: str | None,
    programme: str | None,
    assigned_by: AssignedBy | None,
    reach: Reach | None,
    directive: UUID | None = None,
    group: str | None = None,
) -> Selection:
    """What a caller means, as of an instant, or by the tree and the programmes of now (None). Raises as `select`."""
    named = None if organisation is None else reference_of(organisation)
    then = await body_then(session, named, at) if at is not None and named is not None else None
    selection = await select(
        session,
        organisation=organisation if then is None else str(then.organisation_id),
        programme=programme,
        assigned_by=assigned_by,
        reach=reach,
        directive=directive,
        group=group,
    )
    return selection if at is None else await as_then(session, selection, then, at)


async def as_then(
    session: AsyncSession,
    selection: Selection,
    then: Then | None,
    at: datetime,
    *,
    beside: Collection[UUID] = (),
    thens: Collection[Then] = (),
) -> Selection:
    """A selection as of an instant; `then` is its body as it was, None where no organisation has moved since.

    So are the bodies `beside` it that are asked about; `thens` are those as they were. A statement, two where a
    programme has become own, or came to another owner, since.
    """
    known = await programmes_at(session, at)
    chosen = selection if then is None else replace(selection, organisation_id=then.organisation_id, then=then)
    if selection.work_group is not None:
        parts = groups_in(known, selection.work_group, selection.programme).parts
        chosen = replace(chosen, parts_of_group=parts)
    own = tuple((one.slug, one.owner) for one in known if one.is_own)
    if selection.reach_of_programme:
        reach: Reach = "own" if selection.programme in dict(own) else "national"
        chosen = replace(chosen, reach=reach)
    moved = [one for one in (then, *thens) if one is not None]
    if not moved and own == tuple((one.slug, one.owner_now) for one in known if one.is_own_now):
        return chosen
    above = [(one.organisation_id, scope) for one in moved for scope in one.above]
    if not moved:
        above = await _above(session, {chosen.scope, *beside})
    return replace(chosen, own_then=OwnThen(own, tuple(above)))


async def as_named(
    session: AsyncSession, kind: AnyKind, selection: Selection, named: Reference | None, at: datetime | None
) -> Selection:
    """A selection of a directive or a group, of a body that is `named` or of none, as of an instant, or of now (None).

    Without a body own work may be meant, by what programmes were. Raises what `with_named_facts` does.
    """
    known = await with_named_facts(session, selection)
    if named is not None:
        return known
    return await with_reach(session, kind, known if at is None else await as_then(session, known, None, at))


async def _above(session: AsyncSession, bodies: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    rows = await session.execute(
        sql(
            """
            SELECT o.organisation_id, a.organisation_id FROM organisation_state o
            JOIN source_view v ON v.source = '{source}' AND v.active_epoch = o.epoch
            CROSS JOIN LATERAL unnest(o.ancestors) AS a(organisation_id)
            WHERE o.organisation_id = ANY(CAST(:bodies AS uuid[])) ORDER BY 1, 2
            """,
            source=SOURCE,
        ),
        {"bodies": list(bodies)},
    )
    return [(row[0], row[1]) for row in rows]
