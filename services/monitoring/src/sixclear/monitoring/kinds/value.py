"""A value of an indicator: the slot of an indicator, a body and a period. It counts from when it is true.

Only an approved number is in an event. A correction is true from the instant of what it corrects, so the newest version
says since when its number holds: at a past instant it held if it was true by then.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args
from uuid import UUID

import msgspec
from msgspec import Struct

from sixclear.common.targets import Bound, ValueType
from sixclear.monitoring.kinds.kind import Axis, Counted, Instant, Kind, PartialIndex, Rule, Sums

MeasuredLevel = Literal["central", "province", "commune", "department"]
MEASURED_LEVELS: tuple[MeasuredLevel, ...] = get_args(MeasuredLevel)


class ValueFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of a value's event; the number is that of the approved statement."""

    organisation_id: UUID
    indicator_id: UUID
    programme: str
    level: MeasuredLevel
    period: str
    last_day: date
    status: Literal["submitted", "returned", "approved"]
    value_type: ValueType
    definition: int | None
    number: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    bound: Bound | None
    true_from: Instant | None
    demonstration: bool


def _read(data: Mapping[str, Any]) -> ValueFacts:
    """Refuses what no sum may hold: a number that is none would stay in it for ever, and half a ratio is none."""
    facts = msgspec.convert(data, ValueFacts)
    numbers = (facts.number, facts.numerator, facts.denominator)
    if any(one is not None and not one.is_finite() for one in numbers):
        raise msgspec.ValidationError("A number is not finite.")
    if (facts.numerator is None) != (facts.denominator is None):
        raise msgspec.ValidationError("A ratio has a numerator and a denominator.")
    if facts.true_from is not None and (facts.definition is None or numbers == (None, None, None)):
        raise msgspec.ValidationError("What holds has a number and a definition.")
    return facts


HELD = "held"
HOLDS: Axis[ValueFacts] = Axis(
    name="bucket",
    start="not_held",
    settled=Rule(
        lambda facts: HELD if facts.true_from is not None else None,
        f"CASE WHEN h.true_from IS NOT NULL THEN '{HELD}' END",
    ),
)


def _cells(facts: ValueFacts, bucket: str) -> Iterable[Counted]:
    """What waits for review may be a first value or a correction of one that holds."""
    if bucket == HELD:
        yield Counted("value", facts.level)
        if facts.bound is not None:
            yield Counted("value_bound", "")
    if facts.status == "submitted":
        yield Counted("value_waiting", "")
    if facts.demonstration:
        yield Counted("value_demonstration", "")


_CELLS_SQL = f"""
(VALUES
    ('value', CASE WHEN h.bucket = '{HELD}' THEN h.level END, 1),
    ('value_bound', CASE WHEN h.bucket = '{HELD}' AND h.bound IS NOT NULL THEN '' END, 1),
    ('value_waiting', CASE WHEN h.status = 'submitted' THEN '' END, 1),
    ('value_demonstration', CASE WHEN h.demonstration THEN '' END, 1)
)
"""
# A bound counts as reported and is in no sum.
_PLAIN = "CASE WHEN h.bound IS NULL THEN coalesce(h.{name}, 0) ELSE 0 END"


VALUE: Kind[ValueFacts] = Kind(
    name="value",
    source="tasks",
    rules=1,
    facts=ValueFacts,
    read=_read,
    axes=(HOLDS,),
    by_reach=True,
    measures=("value", "value_bound", "value_waiting", "value_demonstration"),
    cells=_cells,
    cells_sql=_CELLS_SQL,
    dimensions=frozenset({"programme"}),
    only_shown=frozenset(
        {
            *("indicator_id", "period", "last_day", "value_type", "definition"),
            *("number", "numerator", "denominator"),
        }
    ),
    title=None,
    told=False,
    sums=Sums(
        table="value_sum",
        keys=("indicator_id", "last_day", "period", "level", "definition"),
        since="true_from",
        amounts={
            "reported": "1",
            "bounds": "CASE WHEN h.bound IS NULL THEN 0 ELSE 1 END",
            **{name: _PLAIN.format(name=name) for name in ("number", "numerator", "denominator")},
        },
    ),
    state_indexes=(
        PartialIndex("series", ("epoch", "indicator_id", "organisation_id", "last_day"), "true_from IS NOT NULL"),
        PartialIndex("true_from", ("epoch", "indicator_id", "true_from"), "true_from IS NOT NULL"),
    ),
)
