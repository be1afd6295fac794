"""Values in the database: slots, statements, what waits for review, forms and series."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    Uuid,
    and_,
    any_,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.indicator.models import Indicator
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.value.models import NewSlot, Value, ValueStatement

# A count goes so far.
MOST_COUNTED = 10_001


async def find_value(session: AsyncSession, value_id: UUID) -> Value | None:
    """The slot with this identifier."""
    return await session.get(Value, value_id)


async def lock_values(session: AsyncSession, value_ids: Collection[UUID]) -> dict[UUID, Value]:
    """These slots as they are now, their rows locked in one order; unknown ones are left out."""
    if not value_ids:
        return {}
    wanted = Value.value_id == any_(literal(list(value_ids), ARRAY(Uuid)))
    statement = select(Value).where(wanted).order_by(Value.value_id).with_for_update()
    found = await session.scalars(statement.execution_options(populate_existing=True))
    return {row.value_id: row for row in found}


async def statements_of(session: AsyncSession, values: Collection[Value]) -> dict[tuple[UUID, int], ValueStatement]:
    """The newest statement of each slot and the one that holds, by slot and number."""
    wanted = {(one.value_id, one.statement) for one in values}
    wanted |= {(one.value_id, one.approved) for one in values if one.approved is not None}
    if not wanted:
        return {}
    ids, numbers = zip(*wanted, strict=True)
    keys = func.unnest(literal(list(ids), ARRAY(Uuid)), literal(list(numbers), ARRAY(Integer)))
    key = keys.table_valued("value_id", "statement").render_derived()
    same = and_(ValueStatement.value_id == key.c.value_id, ValueStatement.statement == key.c.statement)
    statement = select(ValueStatement).join(key, same).execution_options(populate_existing=True)
    return {(row.value_id, row.statement): row for row in await session.scalars(statement)}


async def holding(session: AsyncSession, value_ids: Collection[UUID]) -> dict[UUID, ValueStatement]:
    """The statements that hold in these slots."""
    if not value_ids:
        return {}
    statement = select(ValueStatement).join(Value, ValueStatement.value_id == Value.value_id)
    wanted = Value.value_id == any_(literal(list(value_ids), ARRAY(Uuid)))
    statement = statement.where(wanted, Value.approved == ValueStatement.statement)
    return {row.value_id: row for row in await session.scalars(statement)}


_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_SLOT = {column.name: column.type for column in Value.__table__.columns}
_STATEMENT = {column.name: column.type for column in ValueStatement.__table__.columns}
_SAID = {**_SLOT, **_STATEMENT, "true_from": _SLOT["occurred_at"]}
# One text with all rows: a parameter for each field of each row takes five times as long here, and longer in the
# server (measured with 1,000 rows: 6 + 41 µs a row against 26 + 53). COPY, 20 + 29 µs, needs the driver's connection.
_ADD_NEW = text(f"""
    WITH said AS MATERIALIZED (
        SELECT * FROM json_to_recordset(CAST(:rows AS json))
            AS said ({", ".join(f"{name} {kind.compile(_DIALECT)}" for name, kind in _SAID.items())})
    ), slots AS (
        INSERT INTO value ({", ".join(_SLOT)}) SELECT {", ".join(_SLOT)} FROM said
    )
    INSERT INTO value_statement ({", ".join(_STATEMENT)})
    SELECT {", ".join("true_from" if name == "occurred_at" else name for name in _STATEMENT)} FROM said
""")  # noqa: S608 (names of columns)


async def add_new(session: AsyncSession, new: Sequence[NewSlot]) -> None:
    """Write slots with their first statements, with one statement, however many there are."""
    if new:
        told = [{name: row[name] for name in _SAID if row[name] is not None} for row in new]
        await session.execute(_ADD_NEW, {"rows": orjson.dumps(told, str, orjson.OPT_UTC_Z).decode()})


@dataclass(frozen=True, slots=True)
class HeldFilter:
    """Which approved values are listed; None: narrowed by nothing."""

    programme: str | None = None
    period: str | None = None
    indicator_id: UUID | None = None
    organisation_id: UUID | None = None


async def list_held(
    session: AsyncSession, narrow: HeldFilter, *, after: tuple[UUID, UUID, str] | None, limit: int
) -> Sequence[tuple[Value, ValueStatement]]:
    """Slots with the statements that hold, by indicator, body and period, after the cursor."""
    holds = and_(ValueStatement.value_id == Value.value_id, ValueStatement.statement == Value.approved)
    statement = select(Value, ValueStatement).join(ValueStatement, holds)
    for column, wanted in (
        (Value.indicator_id, narrow.indicator_id),
        (Value.organisation_id, narrow.organisation_id),
        (Value.period, narrow.period),
    ):
        if wanted is not None:
            statement = statement.where(column == wanted)
    if narrow.programme is not None:
        # By its few indicators: those of all programmes stand between its values.
        own = select(Indicator.indicator_id).join(Programme).where(Programme.slug == narrow.programme)
        statement = statement.where(Value.indicator_id.in_(own))
    place = (Value.indicator_id, Value.organisation_id, Value.period)
    if after is not None:
        statement = statement.where(tuple_(*place) > tuple_(*after))
    found = await session.execute(statement.order_by(*place).limit(limit))
    return [(value, row) for value, row in found]


async def list_decided(session: AsyncSession, value_id: UUID, limit: int) -> Sequence[ValueStatement]:
    """The statements of a slot that were approved, and withdrawals, the newest first."""
    statement = select(ValueStatement).where(
        ValueStatement.value_id == value_id, ValueStatement.status.in_(("approved", "withdrawn"))
    )
    return (await session.scalars(statement.order_by(ValueStatement.statement.desc()).limit(limit))).all()


@dataclass(frozen=True, slots=True)
class Waiting:
    """Which slots are decided together; None: narrowed by nothing.

    With `supplied_by` those whose newest statement that body supplied; with `reviewed_by` those of programmes that the
    body owns, and of the bodies `below` it, which `who` had not in hand.
    """

    status: str
    programme: str | None = None
    indicator: str | None = None
    organisation_ids: Collection[UUID] | None = None
    period: str | None = None
    supplied_by: UUID | None = None
    reviewed_by: UUID | None = None
    below: Collection[UUID] = ()
    who: str | None = None


async def count_waiting(session: AsyncSession, wanted: Waiting) -> tuple[int, int]:
    """How many slots wait so, up to `MOST_COUNTED`, and how many of those the caller may decide on."""
    found = select(_decidable(wanted).label("decidable")).where(_waits(wanted)).limit(MOST_COUNTED).subquery()
    counted = select(func.count(), func.count().filter(found.c.decidable)).select_from(found)
    waiting, decidable = (await session.execute(counted)).one()
    return waiting, decidable


async def list_waiting(session: AsyncSession, wanted: Waiting, limit: int) -> Sequence[UUID]:
    """The first slots that wait so and that the caller may decide on."""
    chosen = select(Value.value_id).where(_waits(wanted), _decidable(wanted)).order_by(Value.value_id)
    return (await session.scalars(chosen.limit(limit))).all()


def _decidable(wanted: Waiting) -> ColumnElement[bool]:
    """Who typed or submitted a value does not review it; what is not plausible is not submitted without a note."""
    newest = and_(ValueStatement.value_id == Value.value_id, ValueStatement.statement == Value.statement)
    if wanted.who is None:
        kept_back = and_(func.cardinality(ValueStatement.breaches) > 0, ValueStatement.note.is_(None))
    else:
        kept_back = or_(ValueStatement.entered_by == wanted.who, ValueStatement.submitted_by == wanted.who)
    return ~select(ValueStatement.value_id).where(newest, kept_back).exists()


def _waits(wanted: Waiting) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [Value.status == wanted.status]
    if wanted.programme is not None:
        conditions.append(Value.programme == wanted.programme)
    if wanted.indicator is not None:
        conditions.append(Value.indicator == wanted.indicator)
    if wanted.organisation_ids is not None:
        conditions.append(Value.organisation_id.in_(wanted.organisation_ids))
    if wanted.period is not None:
        conditions.append(Value.period == wanted.period)
    if wanted.supplied_by is not None:
        conditions.append(_supplied_by(wanted.supplied_by))
    if wanted.reviewed_by is not None:
        owned = select(Programme.slug).where(Programme.owner_organisation_id == wanted.reviewed_by)
        conditions.append(or_(Value.programme.in_(owned), Value.organisation_id.in_(wanted.below)))
    return and_(*conditions)


def _supplied_by(organisation_id: UUID) -> ColumnElement[bool]:
    newest: Select[Any] = select(ValueStatement.value_id).where(
        ValueStatement.value_id == Value.value_id,
        ValueStatement.statement == Value.statement,
        ValueStatement.supplied_by_organisation_id == organisation_id,
    )
    return newest.exists()


_FORM = text("""
    SELECT i.code, i.indicator_id, o.organisation_id
    FROM indicator i
    CROSS JOIN LATERAL jsonb_to_recordset(i.supplies)
        AS s(level text, organisation_id uuid, supplier_organisation_id uuid)
    JOIN organisation o ON o.organisation_id = s.organisation_id OR (
        o.level = s.level AND o.organisation_id <> ALL (i.bodies)
        AND (s.supplier_organisation_id IS NOT NULL OR o.organisation_id = :own))
    WHERE i.period_unit = :unit AND coalesce(s.supplier_organisation_id, o.organisation_id) = :own
        AND o.ended IS NULL
        AND (CAST(:programme AS text) IS NULL
            OR i.programme_id = (SELECT programme_id FROM programme WHERE slug = :programme))
        AND (CAST(:code AS text) IS NULL OR (i.code, o.organisation_id) > (:code, CAST(:organisation_id AS uuid)))
    ORDER BY i.code, o.organisation_id
    LIMIT :limit
""")


async def list_form(
    session: AsyncSession, own: UUID, unit: str, programme: str | None, *, after: tuple[str, UUID] | None, limit: int
) -> Sequence[Row[Any]]:
    """The indicators of a unit, of one programme or of all, and the bodies of which a body supplies values, by code and
    body, after the cursor."""
    code, organisation_id = after or (None, None)
    given = {"own": own, "unit": unit, "programme": programme, "limit": limit}
    given |= {"code": code, "organisation_id": organisation_id}
    return (await session.execute(_FORM, given)).all()


async def values_of_form(
    session: AsyncSession, keys: Collection[tuple[UUID, UUID]], period: str
) -> dict[tuple[UUID, UUID], Value]:
    """The slots of a period, by indicator and body."""
    if not keys:
        return {}
    key = tuple_(Value.indicator_id, Value.organisation_id)
    found = await session.scalars(select(Value).where(key.in_(keys), Value.period == period))
    return {(row.indicator_id, row.organisation_id): row for row in found}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which series is read, and as of when it was true and known."""

    indicator_id: UUID
    organisation_id: UUID | None
    levels: Sequence[str]
    bodies: Sequence[UUID]
    as_of: datetime
    known_at: datetime
    first_day: date
    last_day: date

    def given(self) -> dict[str, Any]:
        """The parameters of the statements below."""
        return {name: getattr(self, name) for name in self.__slots__}


# The greatest statement among those that were true and known by then; a withdrawn one leaves none.
_OWN = text("""
    SELECT * FROM (
        SELECT DISTINCT ON (s.organisation_id, s.last_day, s.period) s.*
        FROM value_statement s
        WHERE s.indicator_id = :indicator_id AND s.status IN ('approved', 'withdrawn')
            AND s.occurred_at <= :as_of AND s.decided_at <= :known_at
            AND s.last_day BETWEEN :first_day AND :last_day AND s.organisation_id = :organisation_id
        ORDER BY s.organisation_id, s.last_day, s.period, s.statement DESC
    ) held WHERE status = 'approved' ORDER BY last_day, period
""")
# Bodies that are measured and have none below them that is: each is in the sum once, whatever those above it report.
# Ended ones are in the periods of which they reported.
_ROLLED = text("""
    WITH RECURSIVE tree AS (
        SELECT organisation_id, parent_id, level, ended FROM organisation
        WHERE parent_id = :organisation_id OR CAST(:organisation_id AS uuid) IS NULL
        UNION
        SELECT o.organisation_id, o.parent_id, o.level, o.ended FROM organisation o
        JOIN tree t ON o.parent_id = t.organisation_id
    ), measured AS (
        SELECT * FROM tree WHERE level = ANY (:levels) OR organisation_id = ANY (:bodies)
    ), covering AS (
        SELECT parent_id AS organisation_id FROM measured WHERE ended IS NULL AND parent_id IS NOT NULL
        UNION
        SELECT o.parent_id FROM organisation o JOIN covering c ON o.organisation_id = c.organisation_id
        WHERE o.parent_id IS NOT NULL
    ), lowest AS (
        SELECT organisation_id, ended FROM measured
        WHERE organisation_id NOT IN (SELECT organisation_id FROM covering)
    ), held AS (
        SELECT DISTINCT ON (s.organisation_id, s.last_day, s.period) s.*
        FROM value_statement s
        WHERE s.indicator_id = :indicator_id AND s.status IN ('approved', 'withdrawn')
            AND s.occurred_at <= :as_of AND s.decided_at <= :known_at
            AND s.last_day BETWEEN :first_day AND :last_day
            AND s.organisation_id IN (SELECT organisation_id FROM lowest)
        ORDER BY s.organisation_id, s.last_day, s.period, s.statement DESC
    ), told AS (
        SELECT h.*, l.ended, max(h.definition) OVER (PARTITION BY h.period) AS newest
        FROM held h JOIN lowest l USING (organisation_id) WHERE h.status = 'approved'
    )
    SELECT period, last_day, max(newest) AS definition,
        count(*) FILTER (WHERE definition = newest) AS reported,
        count(*) FILTER (WHERE definition < newest) AS other_definition,
        count(*) FILTER (WHERE definition = newest AND bound IS NOT NULL) AS bounds,
        (SELECT count(*) FROM lowest WHERE ended IS NULL) + count(*) FILTER (WHERE ended IS NOT NULL) AS expected,
        coalesce(sum(number) FILTER (WHERE definition = newest AND bound IS NULL), 0) AS number,
        coalesce(sum(numerator) FILTER (WHERE definition = newest AND bound IS NULL), 0) AS numerator,
        coalesce(sum(denominator) FILTER (WHERE definition = newest AND bound IS NULL), 0) AS denominator
    FROM told GROUP BY period, last_day
    UNION ALL
    SELECT NULL, NULL, NULL, 0, 0, 0, count(*), 0, 0, 0 FROM lowest WHERE ended IS NULL
""")
_FIRST = text("""
    SELECT min(last_day) FROM value_statement
    WHERE indicator_id = :indicator_id AND status = 'approved'
""")


async def own_series(session: AsyncSession, asked: Asked) -> Sequence[Row[Any]]:
    """The statements of the body itself that held, one for each period."""
    return (await session.execute(_OWN, asked.given())).all() if asked.organisation_id else ()


async def rolled_series(session: AsyncSession, asked: Asked) -> Sequence[Row[Any]]:
    """What is added up of the bodies below, a row for each period; one without a period says how many are expected."""
    return (await session.execute(_ROLLED, asked.given())).all()


async def first_measured(session: AsyncSession, indicator_id: UUID) -> date | None:
    """The end of the first period that has an approved value of the indicator."""
    found: date | None = await session.scalar(_FIRST, {"indicator_id": indicator_id})
    return found
