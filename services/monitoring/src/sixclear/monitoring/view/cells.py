"""Cells as they are now, from counters; `past` has those of a past instant, in the same form."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds.kind import Amount, AnyFlow, AnyKind, Cell
from sixclear.monitoring.statements import Columns, sql
from sixclear.monitoring.view.dimensions import Reference
from sixclear.monitoring.view.reach import alone, programmes
from sixclear.monitoring.view.selection import Selection, body_sql
from sixclear.monitoring.view.states import COUNTRY, whole

Cells = Mapping[Cell, Amount]

_WANTED = Columns(source="text", measures="text", programme="text", assigned_by="text", reading="text", day="text")
# The programme that is named, and how it is read, as they are bound.
_ASKED = "CAST(:programme AS text)", "CAST(:reading AS text)"
# Under other names where the dimensions of one kind are bound, too.
_OF_BODY = Columns(of_source="text", measures="text", in_programme="text", by_level="text", read_as="text", day="text")
# A row for each kind, not for each measure: the programmes that are meant are found once for each.
_MEASURED = "k.measure = ANY(string_to_array(r.measures, ','))"
# Looked up by their key: as a plain join, a server without statistics may read all counters of the scope.
_COUNTERS = """
    CROSS JOIN LATERAL (SELECT k.* FROM counter k
        WHERE k.source = {source} AND k.epoch = v.active_epoch AND k.scope = {scope}
            AND k.programme = u.slug AND k.assigned_by = {assigned_by} AND {measured} OFFSET 0) AS c
"""
_OF_SCOPE = _COUNTERS.format(
    source="r.source", scope="CAST(:scope AS uuid)", assigned_by="r.assigned_by", measured=_MEASURED
)
_OF_NAMED = _COUNTERS.format(source="r.of_source", scope="b.scope", assigned_by="r.by_level", measured=_MEASURED)


async def cells_now(session: AsyncSession, kinds: Iterable[AnyKind], selection: Selection, today: date) -> Cells:
    """The counters of some kinds, and their flows of today: some dozens of rows, however many records there are.

    One statement finds the generation of each source and reads its counters. With one for each, a swap in between would
    put counters of a generation that is being deleted beside those of the new one: a sum that was never true. A flow
    has a slot for each civil day, so only today's is read: the rows read do not grow with the years, nor with the
    number of records or kinds (decision 0005; `test_a_status_reads_no_more_rows_for_them`).
    """
    wanted = [row for kind in kinds for row in _wanted(kind, selection, today)]
    rows = await session.execute(
        sql(
            """
            SELECT c.measure, c.slot, sum(u.sign * c.n), sum(u.sign * c.fraction) FROM {wanted}
            JOIN source_view v ON v.source = r.source
            CROSS JOIN LATERAL {programmes} AS u(slug, sign)
            {counters}
            WHERE (r.day IS NULL OR c.slot = r.day) AND (c.n <> 0 OR c.fraction <> 0)
            GROUP BY 1, 2 HAVING sum(u.sign * (c.n + c.fraction)) <> 0
            """,
            wanted=_WANTED.unnested,
            counters=_OF_SCOPE,
            programmes=programmes("r.programme", "r.reading", "CAST(:scope AS uuid)"),
        ),
        {**_WANTED.values(wanted), "scope": selection.scope},
    )
    return {Cell(row[0], row[1]): whole(row[2] + row[3]) for row in rows}


async def cells_of_body(
    session: AsyncSession,
    kinds: Iterable[AnyKind],
    latest: tuple[AnyKind, AnyFlow],
    selection: Selection,
    named: Reference | None,
    today: date,
) -> tuple[UUID | None, Cells, datetime | None]:
    """As `cells_now` and `latest_now`, with the body that a caller names, in one statement; no body where unknown."""
    kind, flow = latest
    rows = await session.execute(
        sql(
            """
            WITH body AS ({body})
            SELECT b.scope, CAST(NULL AS text), CAST(NULL AS text), CAST(NULL AS bigint), CAST(NULL AS numeric),
                (SELECT max(l.at) FROM {alone} AS u(slug)
                 JOIN {table} l ON l.scope = b.scope AND l.programme = u.slug AND l.assigned_by = :assigned_by
                 JOIN source_view v ON v.source = :source AND v.active_epoch = l.epoch)
            FROM body b
            UNION ALL SELECT b.scope, c.measure, c.slot, sum(u.sign * c.n), sum(u.sign * c.fraction),
                CAST(NULL AS timestamptz)
            FROM body b CROSS JOIN {wanted}
            JOIN source_view v ON v.source = r.of_source
            CROSS JOIN LATERAL {programmes} AS u(slug, sign)
            {counters}
            WHERE (r.day IS NULL OR c.slot = r.day) AND (c.n <> 0 OR c.fraction <> 0)
            GROUP BY 1, 2, 3 HAVING sum(u.sign * (c.n + c.fraction)) <> 0
            """,
            body=body_sql(named),
            table=_table(flow),
            wanted=_OF_BODY.unnested,
            counters=_OF_NAMED,
            alone=alone(*_ASKED, "b.scope"),
            programmes=programmes("r.in_programme", "r.read_as", "b.scope"),
        ),
        {
            **_OF_BODY.values(row for one in kinds for row in _wanted(one, selection, today)),
            **({"scope": selection.scope} if named is None else named.values),
            **selection.narrowed(kind),
            "reading": selection.reading,
            "source": kind.source,
        },
    )
    body, at, cells = None, None, {}
    for scope, measure, slot, n, fraction, reported_at in rows:
        body = scope
        if measure is None:
            at = reported_at
        else:
            cells[Cell(measure, slot)] = whole(n + fraction)
    return body, cells, at


def _wanted(kind: AnyKind, selection: Selection, today: date) -> Iterable[list[str | None]]:
    reading = selection.reading if kind.by_reach else None
    under: Iterable[str | None] = (*selection.narrowed(kind).values(), reading)
    yield [kind.source, ",".join(kind.measures), *under, None]
    yield from ([kind.source, flow.measure, *under, today.isoformat()] for flow in kind.flows)


async def programme_cells_now(
    session: AsyncSession, kinds: Iterable[AnyKind], today: date
) -> dict[str, dict[Cell, Amount]]:
    """The counters of some kinds in the whole country, by programme; under the empty one those of all."""
    wanted = [row for kind in kinds for row in _wanted(kind, Selection(), today)]
    rows = await session.execute(
        sql(
            """
            SELECT k.programme, k.measure, k.slot, k.n, k.fraction FROM {wanted}
            JOIN source_view v ON v.source = r.source
            JOIN counter k ON k.source = r.source AND k.epoch = v.active_epoch AND k.scope = :country
                AND k.assigned_by = '' AND {measured}
            WHERE (r.day IS NULL OR k.slot = r.day) AND (k.n <> 0 OR k.fraction <> 0)
            """,
            wanted=_WANTED.unnested,
            measured=_MEASURED,
        ),
        {**_WANTED.values(wanted), "country": COUNTRY},
    )
    return by_first(rows)


async def scope_cells_now(
    session: AsyncSession, kind: AnyKind, measures: Collection[str], scopes: Sequence[UUID], selection: Selection
) -> dict[UUID, Cells]:
    """Counters of a kind for several organisations, each with what is below it."""
    rows = await session.execute(
        sql(
            """
            SELECT s.scope, c.measure, c.slot, sum(u.sign * (c.n + c.fraction)) FROM source_view v
            CROSS JOIN unnest(CAST(:scopes AS uuid[])) AS s(scope)
            CROSS JOIN LATERAL {programmes} AS u(slug, sign)
            JOIN counter c ON c.source = v.source AND c.epoch = v.active_epoch AND c.scope = s.scope
                AND c.programme = u.slug AND c.assigned_by = :assigned_by
                AND c.measure = ANY(CAST(:measures AS text[]))
            WHERE v.source = :source AND (c.n <> 0 OR c.fraction <> 0)
            GROUP BY 1, 2, 3 HAVING sum(u.sign * (c.n + c.fraction)) <> 0
            """,
            programmes=programmes(*_ASKED, "s.scope"),
        ),
        {
            **selection.narrowed(kind),
            "reading": selection.reading,
            "source": kind.source,
            "scopes": list(scopes),
            "measures": list(measures),
        },
    )
    return dict(by_first(rows))


def by_first(rows: Any) -> dict[Any, dict[Cell, Amount]]:
    """Cells by what stands in the first column; the amount is the sum of the columns after the cell."""
    found: dict[Any, dict[Cell, Amount]] = {}
    for row in rows:
        found.setdefault(row[0], {})[Cell(row[1], row[2])] = whole(sum(row[3:]))
    return found


async def latest_now(session: AsyncSession, kind: AnyKind, flow: AnyFlow, selection: Selection) -> datetime | None:
    """When the latest change of a flow was made in a selection."""
    at: datetime | None = await session.scalar(
        sql(
            """
            SELECT max(l.at) FROM {alone} AS u(slug)
            JOIN {table} l ON l.scope = :scope AND l.programme = u.slug AND l.assigned_by = :assigned_by
            JOIN source_view v ON v.source = :source AND v.active_epoch = l.epoch
            """,
            table=_table(flow),
            alone=alone(*_ASKED, "CAST(:scope AS uuid)"),
        ),
        {
            **selection.narrowed(kind),
            "reading": selection.reading,
            "source": kind.source,
            "scope": selection.scope,
        },
    )
    return at


async def programme_latest(session: AsyncSession, kind: AnyKind, flow: AnyFlow) -> dict[str, datetime]:
    """When the latest change of a flow was made in each programme, in the whole country; under the empty one in all."""
    rows = await session.execute(
        sql(
            """
            SELECT l.programme, l.at FROM {table} l
            JOIN source_view v ON v.source = :source AND v.active_epoch = l.epoch
            WHERE l.scope = :country AND l.assigned_by = ''
            """,
            table=_table(flow),
        ),
        {"source": kind.source, "country": COUNTRY},
    )
    return {row[0]: row[1] for row in rows}


def _table(flow: AnyFlow) -> str:
    assert flow.latest is not None, "the flow keeps its latest instant"
    return flow.latest
