"""The latest change of a flow up to a past instant, with the body that a caller names.

Counters tell it of the whole days before, the history of a day in between; of a fact that is named, each of its records
is looked up (`named`).
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds.kind import AnyFlow, AnyKind
from sixclear.monitoring.statements import sql
from sixclear.monitoring.view.dimensions import Reference
from sixclear.monitoring.view.former_programmes import CHANGED_SINCE
from sixclear.monitoring.view.former_tree import MOVED_SINCE, Then
from sixclear.monitoring.view.named import latest_made, with_named
from sixclear.monitoring.view.past import PLANNED_ONCE, Instant, by_day
from sixclear.monitoring.view.reach import alone, meant
from sixclear.monitoring.view.selection import Selection, body_sql, of_dimensions, tree
from sixclear.monitoring.view.states import COUNTRY

_WITHIN_BODY = "(b.scope = CAST(:country AS uuid) OR b.scope = ANY(coalesce(o.ancestors, ARRAY[h.organisation_id])))"


async def latest_at(
    session: AsyncSession, kind: AnyKind, flow: AnyFlow, selection: Selection, at: datetime
) -> datetime | None:
    """When the latest change of a flow up to an instant was made."""
    if selection.then is not None and not selection.then.is_of_now:
        return await _latest_then(session, kind, flow, selection, selection.then, at)
    return (await reports_of_body_at(session, kind, flow, selection, None, at)).latest


class Reports(NamedTuple):
    """The scope that was asked about (None where unknown), the latest change there, and what may be otherwise since.

    `moved_since` says whether a body has moved, `changed_since` whether a programme was described again.
    """

    body: UUID | None
    latest: datetime | None
    moved_since: bool
    changed_since: bool

    @property
    def otherwise_since(self) -> bool:
        """Whether the tree or the programmes of the instant may have been others."""
        return self.moved_since or self.changed_since


async def reports_of_body_at(
    session: AsyncSession,
    kind: AnyKind,
    flow: AnyFlow,
    selection: Selection,
    named: Reference | None,
    at: datetime,
) -> Reports:
    """The scope of a selection, or the body that a caller names, and the latest change of a flow there.

    Counters tell it of the whole days before; of a day in between the history does.
    """
    instant = Instant(at)
    rows = await session.execute(
        sql(
            """
            WITH RECURSIVE {facts} body AS ({body})
            SELECT b.scope, {latest}, {moved_since}, {changed_since}, {planned_once} FROM body b
            """,
            facts=with_named((kind,), selection),
            latest=_latest_of_body(kind, flow, selection, inside=instant.inside),
            moved_since=MOVED_SINCE,
            changed_since=CHANGED_SINCE,
            planned_once=PLANNED_ONCE,
            body=body_sql(named),
        ),
        {
            **selection.values,
            **instant.values,
            **({} if named is None else named.values),
            "source": kind.source,
            "measure": flow.measure,
            "in_programme": selection.narrowed(kind)["programme"],
            "by": selection.narrowed(kind)["assigned_by"],
            "until_day": instant.until.isoformat(),
        },
    )
    row = rows.one_or_none()
    return Reports(None, None, False, False) if row is None else Reports(*row[:4])


def _latest_of_body(kind: AnyKind, flow: AnyFlow, selection: Selection, *, inside: bool) -> str:
    everything = f"({latest_made(kind, flow, selection, 'b.scope', _WITHIN_BODY)})"
    if selection.named_facts(kind):
        return everything
    days = by_day(kind, selection)
    then = selection.own_then is not None
    selected = f"{_WITHIN_BODY} AND {of_dimensions(kind, selection)} AND {meant(kind, 'b.scope', then=then)}"
    under = alone("CAST(:in_programme AS text)", "CAST(:reading AS text)", "b.scope", then=then)
    return f"""coalesce(
        (SELECT max(h.occurred_at) FROM {kind.name}_history h {tree(kind)}
         WHERE h.change = '{flow.change}' AND h.occurred_at BETWEEN :day_start AND :at AND {selected}
            AND ({"true" if inside else "false"} OR NOT {days})),
        (SELECT max(d.latest)
         FROM {under} AS u(slug)
         CROSS JOIN LATERAL (
            SELECT c.latest FROM counter c
            JOIN source_view v ON v.source = c.source AND v.active_epoch = c.epoch
            WHERE {days} AND c.source = :source AND c.scope = b.scope AND c.programme = u.slug
                AND c.assigned_by = :by AND c.measure = :measure AND c.slot < :until_day AND c.latest IS NOT NULL
            ORDER BY c.slot DESC LIMIT 1) d),
        CASE WHEN NOT {days} THEN {everything} END)"""  # noqa: S608 (constants of this package)


async def _latest_then(
    session: AsyncSession, kind: AnyKind, flow: AnyFlow, selection: Selection, then: Then, at: datetime
) -> datetime | None:
    """As `reports_of_body_at`, of a body as it was: by the histories, for the latest of a sum cannot be taken away.

    It costs the reports back to the latest one of the body.
    """
    rows = await session.execute(
        sql(
            """
            WITH RECURSIVE {facts} body AS (SELECT 1)
            SELECT ({latest}), {planned_once} FROM body
            """,
            facts=with_named((kind,), selection),
            latest=latest_made(
                kind,
                flow,
                selection,
                "CAST(:scope AS uuid)",
                "h.organisation_id = ANY(CAST(:bodies AS uuid[]))",
            ),
            planned_once=PLANNED_ONCE,
        ),
        {**selection.values, "at": at, "country": COUNTRY},
    )
    found: datetime | None = rows.one()[0]
    return found
