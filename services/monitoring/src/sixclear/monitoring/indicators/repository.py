"""What is read for the figures of indicators: some rows of sums and states for each, however many bodies report."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import civil_date, civil_day_end, civil_day_start
from sixclear.monitoring.indicators.rules import Body, Slot, Sum
from sixclear.monitoring.kinds.indicator import INDICATOR
from sixclear.monitoring.statements import Columns, sql
from sixclear.monitoring.view.reach import meant
from sixclear.monitoring.view.selection import Selection
from sixclear.monitoring.view.states import COUNTRY

# A row of one of the statements below.
Found: TypeAlias = Row[Any]

_EPOCH = f"(SELECT active_epoch FROM source_view WHERE source = '{INDICATOR.source}')"  # noqa: S608 (constants)


@dataclass(frozen=True, slots=True)
class Asked:
    """At which scope, and as of when (None: now). Sums by day tell what held before a day; the states the rest."""

    scope: UUID
    at: datetime | None
    now: datetime

    @property
    def values(self) -> dict[str, Any]:
        """What the statements of this file bind."""
        at = self.at or self.now
        day = civil_date(at)
        inside = self.at is not None and at != civil_day_end(day)
        whole_days = date.max if self.at is None else day if inside else day + timedelta(days=1)
        return {
            "scope": self.scope,
            "country": COUNTRY,
            "at": at,
            "until": whole_days,
            "day_start": civil_day_start(day),
            "inside": inside,
        }


_PAGE = f"""
    SELECT h.* FROM indicator_state s CROSS JOIN LATERAL (
        SELECT f.* FROM indicator_history f
        WHERE f.indicator_id = s.indicator_id AND f.epoch = s.epoch AND f.valid_from <= :at
        ORDER BY f.version DESC LIMIT 1) AS h
    WHERE s.epoch = {_EPOCH} AND NOT s.withdrawn AND NOT h.withdrawn
        AND (CAST(:programme AS text) IS NULL OR h.programme = :programme)
        AND (CAST(:kind AS text) IS NULL OR h.kind = :kind)
        AND (CAST(:after AS text) IS NULL OR s.code > :after)
        AND {meant(INDICATOR, "CAST(:scope AS uuid)")}
        AND (CAST(:level AS text) IS NULL OR :level = ANY(h.levels) OR EXISTS (
            SELECT FROM organisation_state n WHERE n.epoch = h.epoch AND n.level = :level
                AND n.organisation_id = ANY(CAST(h.bodies AS uuid[]))))
        AND (CAST(:scope AS uuid) = :country OR EXISTS (
            SELECT FROM organisation_count c WHERE c.epoch = h.epoch AND c.scope = :scope AND c.level = ANY(h.levels)
        ) OR EXISTS (
            SELECT FROM organisation_state b WHERE b.epoch = h.epoch AND b.organisation_id = :scope
                AND b.level = ANY(h.levels)
        ) OR EXISTS (
            SELECT FROM organisation_state n WHERE n.epoch = h.epoch
                AND n.organisation_id = ANY(CAST(h.bodies AS uuid[])) AND :scope = ANY(n.ancestors)))
    ORDER BY s.code LIMIT :limit
"""  # noqa: S608 (constants of this package)


async def list_indicators(
    session: AsyncSession,
    asked: Asked,
    selection: Selection,
    *,
    kind: str | None,
    level: str | None,
    after: str | None,
    limit: int,
) -> Sequence[Found]:
    """Indicators that are measured at or below the scope, as they were defined then, in the order of their codes."""
    given = {
        "programme": selection.programme,
        "reading": selection.reading,
        "kind": kind,
        "level": level,
        "after": after,
        "limit": limit,
    }
    return (await session.execute(sql("{page}", page=_PAGE), {**asked.values, **given})).all()


_NAMED = f"""
    SELECT h.* FROM indicator_state s CROSS JOIN LATERAL (
        SELECT f.* FROM indicator_history f
        WHERE f.indicator_id = s.indicator_id AND f.epoch = s.epoch
        ORDER BY f.valid_from <= :at DESC, CASE WHEN f.valid_from <= :at THEN f.version ELSE -f.version END DESC
        LIMIT 1) AS h
    WHERE s.epoch = {_EPOCH} AND s.code = :code AND NOT s.withdrawn AND NOT h.withdrawn
"""  # noqa: S608 (constants of this package)


async def find_indicator(session: AsyncSession, code: str, at: datetime) -> Found | None:
    """The indicator with a code, as it was defined at an instant; before that, as it was defined first."""
    return (await session.execute(sql("{named}", named=_NAMED), {"code": code, "at": at})).one_or_none()


async def units_of(session: AsyncSession, indicator_id: UUID) -> set[str]:
    """By which periods an indicator is measured, or was by an earlier definition."""
    statement = sql(
        "SELECT DISTINCT period_unit FROM indicator_history h WHERE h.epoch = {epoch}"
        " AND h.indicator_id = :indicator_id AND NOT h.withdrawn",
        epoch=_EPOCH,
    )
    return set(await session.scalars(statement, {"indicator_id": indicator_id}))


_OF_INDICATOR = Columns(indicator_id="uuid", body="uuid", before="date")
# Values that hold since the day of the instant, of bodies below the scope: no sum of whole days has them.
_OF_DAY = f"""
    value_state h LEFT JOIN organisation_state o ON o.epoch = h.epoch AND o.organisation_id = h.organisation_id
    WHERE CAST(:inside AS boolean) AND h.epoch = {_EPOCH} AND h.indicator_id = r.indicator_id
        AND h.true_from BETWEEN :day_start AND :at
        AND (CAST(:scope AS uuid) = :country OR :scope = ANY(o.ancestors[2:]))
"""
_LATEST = f"""
    SELECT r.indicator_id, newest.last_day, newest.period
    FROM {{asked}} CROSS JOIN LATERAL (
        SELECT DISTINCT last_day, period FROM (
            (SELECT s.last_day, s.period FROM value_sum s
             WHERE s.epoch = {_EPOCH} AND s.scope = :scope AND s.indicator_id = r.indicator_id
                 AND s.last_day < r.before AND s.day < :until
             GROUP BY s.last_day, s.period HAVING sum(s.reported) > 0
             ORDER BY s.last_day DESC, s.period DESC LIMIT :most)
            UNION ALL
            (SELECT h.last_day, h.period FROM value_state h
             WHERE h.epoch = {_EPOCH} AND h.indicator_id = r.indicator_id AND h.organisation_id = r.body
                 AND h.last_day < r.before AND h.true_from <= :at
             ORDER BY h.last_day DESC, h.period DESC LIMIT :most)
            UNION ALL
            (SELECT DISTINCT h.last_day, h.period FROM {_OF_DAY} AND h.last_day < r.before
             ORDER BY h.last_day DESC, h.period DESC LIMIT :most)
        ) AS found ORDER BY last_day DESC, period DESC LIMIT :most) AS newest
    ORDER BY newest.last_day DESC, newest.period DESC
"""  # noqa: S608 (constants of this package)


async def latest_periods(
    session: AsyncSession, asked: Asked, wanted: Collection[tuple[UUID, UUID | None, date]], most: int
) -> list[Slot]:
    """Of each indicator the last periods before a day of which the body itself, or one below the scope, reported."""
    values = {**asked.values, **_OF_INDICATOR.values(wanted), "most": most}
    rows = await session.execute(sql(_LATEST, asked=_OF_INDICATOR.unnested), values)
    return [Slot(row.indicator_id, row.last_day, row.period) for row in rows]


_FIRST = f"""
    SELECT least(
        (SELECT min(s.last_day) FROM value_sum s WHERE s.epoch = {_EPOCH} AND s.scope = :scope
            AND s.indicator_id = :indicator_id AND s.reported > 0),
        (SELECT min(h.last_day) FROM value_state h WHERE h.epoch = {_EPOCH} AND h.indicator_id = :indicator_id
            AND h.organisation_id = :body AND h.true_from IS NOT NULL))
"""  # noqa: S608 (constants of this package)


async def first_day(session: AsyncSession, asked: Asked, indicator_id: UUID, body: UUID | None) -> date | None:
    """The end of the first period of which the body itself, or one below the scope, has a value."""
    found: date | None = await session.scalar(
        sql("{first}", first=_FIRST), {**asked.values, "indicator_id": indicator_id, "body": body}
    )
    return found


_OF_SLOT = Columns(indicator_id="uuid", last_day="date", period="text")
_SUMS = f"""
    SELECT r.indicator_id, r.last_day, r.period, s.level, s.definition,
        sum(s.reported) AS reported, sum(s.bounds) AS bounds, sum(s.number) AS number,
        sum(s.numerator) AS numerator, sum(s.denominator) AS denominator
    FROM {{asked}} JOIN value_sum s ON s.epoch = {_EPOCH} AND s.scope = :scope AND s.indicator_id = r.indicator_id
        AND s.last_day = r.last_day AND s.period = r.period AND s.day < :until
    GROUP BY 1, 2, 3, 4, 5
    UNION ALL SELECT r.indicator_id, r.last_day, r.period, h.level, h.definition, 1,
        {{bounds}}, {{number}}, {{numerator}}, {{denominator}}
    FROM {{asked}} CROSS JOIN LATERAL (SELECT h.* FROM {_OF_DAY}
        AND h.last_day = r.last_day AND h.period = r.period) AS h
"""  # noqa: S608 (constants of this package)
_AMOUNTS = {
    "bounds": "CASE WHEN h.bound IS NULL THEN 0 ELSE 1 END",
    **{
        name: f"CASE WHEN h.bound IS NULL THEN coalesce(h.{name}, 0) ELSE 0 END"
        for name in ("number", "numerator", "denominator")
    },
}


async def sums_of(
    session: AsyncSession, asked: Asked, slots: Collection[Slot]
) -> dict[Slot, list[tuple[str, int, Sum]]]:
    """What the bodies below the scope said together for periods, by their level and the definition."""
    statement = sql(_SUMS, asked=_OF_SLOT.unnested, **_AMOUNTS)
    found: dict[Slot, list[tuple[str, int, Sum]]] = {one: [] for one in slots}
    for row in await session.execute(statement, {**asked.values, **_OF_SLOT.values(slots)}):
        one = Sum(int(row.reported), int(row.bounds), row.number, row.numerator, row.denominator)
        found[Slot(row.indicator_id, row.last_day, row.period)].append((row.level, row.definition, one))
    return found


_OF_BODIES = Columns(indicator_id="uuid", last_day="date", period="text", body="uuid")
_OWN = f"""
    SELECT h.* FROM {{asked}} JOIN value_state h ON h.epoch = {_EPOCH} AND h.indicator_id = r.indicator_id
        AND h.organisation_id = r.body AND h.last_day = r.last_day AND h.period = r.period AND h.true_from <= :at
"""  # noqa: S608 (constants of this package)


async def own_values(
    session: AsyncSession, asked: Asked, wanted: Collection[tuple[UUID, date, str, UUID]]
) -> Sequence[Found]:
    """What bodies said themselves for a period."""
    if not wanted:
        return ()
    values = {**asked.values, **_OF_BODIES.values(wanted)}
    return (await session.execute(sql(_OWN, asked=_OF_BODIES.unnested), values)).all()


async def counts_below(session: AsyncSession, asked: Asked) -> dict[str, int]:
    """How many bodies that have not ended stand below the scope, by level."""
    statement = sql(f"SELECT level, bodies FROM organisation_count WHERE epoch = {_EPOCH} AND scope = :scope")  # noqa: S608
    return {row.level: row.bodies for row in await session.execute(statement, asked.values)}


_BODIES = f"""
    WITH below AS (
        SELECT c.scope, array_agg(c.level) AS levels FROM organisation_count c
        WHERE c.epoch = {_EPOCH} AND c.level = ANY(CAST(:levels AS text[])) GROUP BY 1
    ), named AS (
        SELECT n.organisation_id, n.ancestors FROM organisation_state n
        WHERE n.epoch = {_EPOCH} AND n.organisation_id = ANY(CAST(:named AS uuid[]))
    ), asked AS (
        SELECT scope AS organisation_id FROM below UNION SELECT unnest(ancestors) FROM named
        UNION SELECT organisation_id FROM organisation_state e WHERE e.epoch = {_EPOCH} AND e.valid_to >= :since
    )
    SELECT o.organisation_id, o.level, o.valid_to IS NOT NULL AS ended, o.ancestors[2:] AS above, b.levels AS below
    FROM asked CROSS JOIN LATERAL (
        SELECT f.* FROM organisation_state f
        WHERE f.epoch = {_EPOCH} AND f.organisation_id = asked.organisation_id OFFSET 0) AS o
    LEFT JOIN below b ON b.scope = o.organisation_id
    WHERE CAST(:scope AS uuid) = :country OR :scope = ANY(o.ancestors[2:])
"""  # noqa: S608 (constants of this package)


async def bodies_apart(
    session: AsyncSession, asked: Asked, levels: Collection[str], named: Collection[UUID], since: date
) -> list[Body]:
    """Bodies below the scope that have others of some levels below them, that are named or above one that is, or that
    ended on a day or later."""
    given = {"levels": list(levels), "named": list(named), "since": since}
    rows = await session.execute(sql("{bodies}", bodies=_BODIES), {**asked.values, **given})
    return [
        Body(row.organisation_id, row.level, row.ended, frozenset(row.above), frozenset(row.below or ()))
        for row in rows
    ]


_OF_TARGETS = Columns(indicator_id="uuid", body="uuid")
_TARGETS = f"""
    SELECT r.indicator_id, t.targets FROM {{asked}} CROSS JOIN LATERAL (
        SELECT h.targets FROM indicator_history h
        WHERE h.epoch = {_EPOCH} AND h.targets_of = r.body AND h.indicator_id = r.indicator_id
            AND h.valid_from <= :at
        ORDER BY h.version DESC LIMIT 1) AS t
"""  # noqa: S608 (constants of this package)


async def targets_of(session: AsyncSession, asked: Asked, wanted: Collection[tuple[UUID, UUID]]) -> dict[UUID, str]:
    """The targets of bodies as they were set last, as they are written."""
    if not wanted:
        return {}
    values = {**asked.values, **_OF_TARGETS.values(wanted)}
    rows = await session.execute(sql(_TARGETS, asked=_OF_TARGETS.unnested), values)
    return {row.indicator_id: row.targets for row in rows}


_OF_DEFINITIONS = Columns(indicator_id="uuid", number="integer")
_DEFINITIONS = f"""
    SELECT r.indicator_id, r.number, d.direction, d.value_type, d.unit FROM {{asked}} CROSS JOIN LATERAL (
        SELECT h.direction, h.value_type, h.unit FROM indicator_history h
        WHERE h.epoch = {_EPOCH} AND h.indicator_id = r.indicator_id AND h.definition = r.number
        ORDER BY h.version DESC LIMIT 1) AS d
"""  # noqa: S608 (constants of this package)


async def definitions(session: AsyncSession, wanted: Collection[tuple[UUID, int]]) -> dict[tuple[UUID, int], Found]:
    """How something was measured by each of some definitions."""
    if not wanted:
        return {}
    rows = await session.execute(
        sql(_DEFINITIONS, asked=_OF_DEFINITIONS.unnested), _OF_DEFINITIONS.values(sorted(wanted))
    )
    return {(row.indicator_id, row.number): row for row in rows}


_PARTS = f"""
    SELECT h.*, o.code AS organisation_code, o.name_vi AS organisation_name, o.name_en AS organisation_name_en
    FROM organisation_state o CROSS JOIN LATERAL (
        SELECT f.* FROM value_state f
        WHERE f.epoch = o.epoch AND f.indicator_id = :indicator_id AND f.organisation_id = o.organisation_id
            AND f.last_day = :last_day AND f.period = :period AND f.true_from <= :at OFFSET 0) AS h
    WHERE o.epoch = {_EPOCH} AND (CAST(:scope AS uuid) = :country OR :scope = ANY(o.ancestors))
        AND (CAST(:after AS uuid) IS NULL OR o.organisation_id > :after)
    ORDER BY o.organisation_id LIMIT :limit
"""  # noqa: S608 (constants of this package)


async def list_parts(
    session: AsyncSession, asked: Asked, slot: Slot, *, after: UUID | None, limit: int
) -> Sequence[Found]:
    """The values of a period that hold, of the body itself and of all below the scope, by the bodies' identifiers."""
    values = {**asked.values, **slot._asdict(), "after": after, "limit": limit}
    return (await session.execute(sql("{parts}", parts=_PARTS), values)).all()
