"""Cells as they were at a past instant, by what is known now: in the form in which `cells` has those of now.

The end of a civil day is the sum of the months before and of the days of its month (`days`); its cost does not grow
with the records. An instant inside a day adds to the end of the day before what happened on the day until then: the
deadlines that passed, which the rows of the day tell, and the versions that began, which the histories tell.
Rows by day are those of one set of rules. While a generation was counted by others than those of this process, or by
more than one, the histories are read instead, all of them (decision 0033). Where a fact is named that no row by day
knows, the entities that ever had it are looked up (`named`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import civil_date, civil_day_end, civil_day_start
from sixclear.monitoring.kinds import rules_of
from sixclear.monitoring.kinds.kind import AnyFlow, AnyKind
from sixclear.monitoring.statements import Columns, sql
from sixclear.monitoring.view.cells import Cells, by_first
from sixclear.monitoring.view.days import ABOVE, BODIES, NOT_CROSSED
from sixclear.monitoring.view.former_programmes import CHANGED_LAST
from sixclear.monitoring.view.former_tree import MOVED_LAST
from sixclear.monitoring.view.moves import DAY, MONTH
from sixclear.monitoring.view.named import held, made, with_named
from sixclear.monitoring.view.reach import meant, programmes
from sixclear.monitoring.view.selection import Selection, of_dimensions, tree
from sixclear.monitoring.view.states import COUNTRY

_WANTED = Columns(
    source="text", rules="integer", measure="text", in_programme="text", by_level="text", read_as="text", slot="text"
)
# A row for each part of what is asked about; `sign` is 1 where the tree is that of now.
_ASKED = """
    unnest(CAST(:asked_for AS uuid[]), CAST(:scopes AS uuid[]), CAST(:signs AS integer[])) AS s(asked, scope, sign)
"""
_UNDER = {
    ABOVE: "d.programme = u.slug AND d.assigned_by = r.by_level",
    BODIES: "u.slug IN ('', d.programme) AND r.by_level IN ('', d.assigned_by)",
}


@dataclass(frozen=True, slots=True)
class Instant:
    """A past instant, and what is read for it: the days before `until`, and of that day what was up to `at`."""

    at: datetime

    @property
    def inside(self) -> bool:
        """Whether a part of a civil day must be added to the end of the one before."""
        return self.at != civil_day_end(civil_date(self.at))

    @property
    def until(self) -> date:
        """The first day that is not read whole."""
        return civil_date(self.at) + timedelta(days=0 if self.inside else 1)

    @property
    def values(self) -> dict[str, Any]:
        """What the statements of this file bind."""
        day = civil_date(self.at)
        return {
            "at": self.at,
            "day": day.isoformat(),
            "day_start": civil_day_start(day),
            "month": (self.until - timedelta(days=1)).replace(day=1),
            "until": self.until,
            "country": COUNTRY,
        }


# What is asked about, a scope of the tree of now that is a part of it, and its sign.
Scope: TypeAlias = tuple[UUID, UUID, int]


async def cells_at(session: AsyncSession, kinds: Iterable[AnyKind], selection: Selection, at: datetime) -> Cells:
    """The cells of some kinds at a past instant."""
    kinds = tuple(kinds)
    measures = [measure for kind in kinds for measure in _measures(kind)]
    found = await _cells_at(session, kinds, measures, _of(selection), selection, at)
    return found.get(selection.scope, {})


class Part(NamedTuple):
    """Cells that a question adds to those of a statement: of (scope, measure, slot, amount), and what it binds."""

    statement: str
    values: Mapping[str, Any]


async def cells_with_part_at(
    session: AsyncSession, kinds: Sequence[AnyKind], selection: Selection, part: Part | None, at: datetime
) -> dict[UUID, Cells]:
    """As `cells_at`, by scope, with a part that has a scope of its own."""
    measures = [measure for kind in kinds for measure in _measures(kind)]
    return await _cells_at(session, kinds, measures, _of(selection), selection, at, part)


async def scope_cells_at(
    session: AsyncSession,
    kind: AnyKind,
    measures: Collection[str],
    scopes: Sequence[Scope],
    selection: Selection,
    at: datetime,
) -> dict[UUID, Cells]:
    """The cells of a kind for several organisations at a past instant, each by its parts in the tree of now."""
    return await _cells_at(session, (kind,), measures, scopes, selection, at)


def _of(selection: Selection) -> Sequence[Scope]:
    return [(selection.scope, scope, sign) for scope, sign in selection.parts]


def _measures(kind: AnyKind) -> Iterable[str]:
    return (*kind.measures, *(flow.measure for flow in kind.flows))


async def _cells_at(
    session: AsyncSession,
    kinds: Sequence[AnyKind],
    measures: Collection[str],
    scopes: Sequence[Scope],
    selection: Selection,
    at: datetime,
    part: Part | None = None,
) -> dict[UUID, Cells]:
    instant = Instant(at)
    wanted = [row for kind in kinds for row in _wanted(kind, selection, instant) if row[2] in measures]
    parts = [
        _base(selection, inside=instant.inside),
        *(one for kind in kinds for one in _of_kind(kind, selection, instant)),
    ]
    parts += [] if part is None else [part.statement]
    rows = await session.execute(
        sql(
            """
            WITH RECURSIVE {named} p AS ({parts})
            SELECT p.scope, p.measure, p.slot, sum(p.amount) FROM p
            WHERE p.measure = ANY(CAST(:measures AS text[])) GROUP BY 1, 2, 3 HAVING sum(p.amount) <> 0
            """,
            named=with_named(kinds, selection),
            parts=" UNION ALL ".join(parts),
        ),
        {
            **selection.values,
            **instant.values,
            **_WANTED.values(wanted),
            **({} if part is None else part.values),
            "measures": list(measures),
            "asked_for": [asked for asked, _, _ in scopes],
            "scopes": [scope for _, scope, _ in scopes],
            "signs": [sign for _, _, sign in scopes],
        },
    )
    return dict(by_first(rows))


def _wanted(kind: AnyKind, selection: Selection, instant: Instant) -> Iterable[list[Any]]:
    """What is read of the rows by day; with a slot, of the counters of a whole day's flows."""
    if selection.named_facts(kind):
        return
    head = [kind.source, rules_of(kind.source)]
    under = [*selection.narrowed(kind).values(), selection.reading if kind.by_reach else None]
    yield from ([*head, measure, *under, None] for measure in kind.measures)
    if not instant.inside:
        yield from ([*head, flow.measure, *under, instant.values["day"]] for flow in kind.flows)


def _base(selection: Selection, *, inside: bool) -> str:
    """The sum of months and days before `:until`, with the deadlines that passed on that day; flows of a whole day."""
    sums = " UNION ALL ".join(_sums(table, inside=inside) for table in (ABOVE, BODIES))
    under = programmes("r.in_programme", "r.read_as", "s.asked", then=selection.own_then is not None)
    return f"""
        SELECT s.asked AS scope, r.measure, d.slot, s.sign * u.sign * d.amount AS amount
        FROM {_WANTED.unnested}
        JOIN source_view v ON v.source = r.source AND v.rules = r.rules
        CROSS JOIN {_ASKED}
        CROSS JOIN LATERAL {under} AS u(slug, sign)
        CROSS JOIN LATERAL ({sums}
            UNION ALL SELECT c.slot, c.n + c.fraction FROM counter c
            WHERE c.source = r.source AND c.epoch = v.active_epoch AND c.scope = s.scope
                AND c.programme = u.slug AND c.assigned_by = r.by_level
                AND c.measure = r.measure AND c.slot = r.slot
        ) AS d(slot, amount)
    """  # noqa: S608 (constants of this package)


def _sums(table: str, *, inside: bool) -> str:
    chosen = f"""
        SELECT d.slot, sum(d.amount) FROM {table} d
        WHERE d.source = r.source AND d.epoch = v.active_epoch AND d.scope = s.scope AND {_UNDER[table]}
            AND d.measure = r.measure
    """  # noqa: S608 (constants of this package)
    ranges = [
        f"d.period = '{MONTH}' AND d.day < :month",
        f"d.period = '{DAY}' AND d.day >= :month AND d.day < :until",
    ]
    if inside:
        ranges.append(f"d.period = '{DAY}' AND d.day = :until AND d.crossed_at > {NOT_CROSSED} AND d.crossed_at <= :at")
    return " UNION ALL ".join(f"{chosen} AND {one} GROUP BY 1" for one in ranges)


def _of_kind(kind: AnyKind, selection: Selection, instant: Instant) -> Iterable[str]:
    yield _from_history(kind, selection)
    yield from (_flow_of_day(kind, flow, selection, inside=instant.inside) for flow in kind.flows)
    if instant.inside:
        yield _began_on_day(kind, selection)


def by_day(kind: AnyKind, selection: Selection) -> str:
    """Whether the rows by day of a kind are by the rules of this process: asked once for each statement."""
    if selection.named_facts(kind):
        return "false"
    return f"(SELECT rules = {rules_of(kind.source)} FROM source_view WHERE source = '{kind.source}')"  # noqa: S608


_SCOPES = f"""
    JOIN {_ASKED}
        ON s.scope = CAST(:country AS uuid) OR s.scope = ANY(coalesce(o.ancestors, ARRAY[h.organisation_id]))
"""


def _selected(kind: AnyKind, selection: Selection) -> str:
    return f"{of_dimensions(kind, selection)} AND {meant(kind, 's.asked', then=selection.own_then is not None)}"


def _from_history(kind: AnyKind, selection: Selection) -> str:
    """The states at the instant, by the histories alone: where the rows by day are those of other rules."""
    return f"""
        SELECT h.asked, c.measure, c.slot, h.tree_sign * c.amount FROM (
            SELECT s.asked, s.sign AS tree_sign, h.*, {kind.values_sql}
            FROM {held(kind, selection)} {tree(kind)} {_SCOPES}
            WHERE NOT {by_day(kind, selection)} AND h.valid_from <= :at AND (h.valid_to IS NULL OR h.valid_to > :at)
                AND {_selected(kind, selection)}
        ) AS h CROSS JOIN LATERAL {kind.cells_sql} AS c(measure, slot, amount)
        WHERE h.{kind.axes[0].name} IS NOT NULL AND c.slot IS NOT NULL
    """  # noqa: S608 (constants of this package)


def _began_on_day(kind: AnyKind, selection: Selection) -> str:
    """What versions that began on the day until the instant brought, less what those that they ended had had."""
    axes = ", ".join(f"{kind.value_sql(axis, 'move.moved_at')} AS {axis.name}" for axis in kind.axes)
    return f"""
        SELECT h.asked, c.measure, c.slot, h.tree_sign * h.move_sign * c.amount FROM (
            SELECT s.asked, s.sign AS tree_sign, h.*, move.*, {axes}
            FROM (
                SELECT DISTINCT b.epoch, b.{kind.name}_id FROM {kind.name}_history b
                JOIN source_view w ON w.source = '{kind.source}' AND w.active_epoch = b.epoch
                WHERE {by_day(kind, selection)} AND b.valid_from BETWEEN :day_start AND :at
            ) AS b
            JOIN {kind.name}_history h ON h.epoch = b.epoch AND h.{kind.name}_id = b.{kind.name}_id {tree(kind)}
            CROSS JOIN LATERAL (VALUES (h.valid_from, 1), (h.valid_to, -1)) AS move(moved_at, move_sign)
            {_SCOPES}
            WHERE move.moved_at BETWEEN :day_start AND :at AND h.valid_to IS DISTINCT FROM h.valid_from
                AND {_selected(kind, selection)}
        ) AS h CROSS JOIN LATERAL {kind.cells_sql} AS c(measure, slot, amount)
        WHERE h.{kind.axes[0].name} IS NOT NULL AND c.slot IS NOT NULL
    """  # noqa: S608 (constants of this package)


def _flow_of_day(kind: AnyKind, flow: AnyFlow, selection: Selection, *, inside: bool) -> str:
    """What a flow counted on the day up to the instant; counters tell it of whole days."""
    gate = "true" if inside else f"NOT {by_day(kind, selection)}"
    return f"""
        SELECT s.asked, '{flow.measure}', CAST(:day AS text), s.sign * ({flow.amount.sql})
        FROM {made(kind, flow, selection)} {tree(kind)} {_SCOPES}
        WHERE {gate} AND h.change = '{flow.change}' AND h.occurred_at BETWEEN :day_start AND :at
            AND {_selected(kind, selection)}
    """  # noqa: S608 (constants of this package)


# What is asked after it in this transaction is planned once for each connection: cells of a past instant take the
# planner ten times as long as reading them does. It comes with another question, for a statement of its own costs more.
PLANNED_ONCE = "set_config('plan_cache_mode', 'force_generic_plan', true)"


async def known_since(session: AsyncSession, kind: AnyKind) -> tuple[datetime | None, bool, datetime | None]:
    """When the oldest fact of a kind became true; whether its rows by day are by the rules of this process, so that a
    past instant is read from them; and when an organisation moved last, or a programme was described again."""
    rows = await session.execute(
        sql(
            """
            SELECT (SELECT min(h.valid_from) FROM {kind}_history h
                    WHERE h.epoch = (SELECT active_epoch FROM source_view WHERE source = '{source}')),
                {by_day}, greatest({moved_last}, {changed_last}), {planned_once}
            """,
            kind=kind.name,
            source=kind.source,
            by_day=by_day(kind, Selection()),
            moved_last=MOVED_LAST,
            changed_last=CHANGED_LAST,
            planned_once=PLANNED_ONCE,
        )
    )
    row = rows.one()
    return row[0], bool(row[1]), row[2]
