"""An indicator: counted while it is defined, by its kind. What it says of bodies is counted of its values.

Each version that sets targets carries those of one body; they are read from the history, where they stay.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args
from uuid import UUID

import msgspec
from msgspec import Struct

from sixclear.common.spans import Unit
from sixclear.common.targets import Direction, ValueType
from sixclear.monitoring.kinds.kind import Axis, Counted, Kind, PartialIndex

IndicatorKind = Literal["strategic", "operational"]
INDICATOR_KINDS: tuple[IndicatorKind, ...] = get_args(IndicatorKind)


class IndicatorFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of an indicator's event. No body owns it: `levels` and `bodies` say of whom it is measured.

    `targets` are those that this version sets, of one body, as they are written.
    """

    organisation_id: UUID | None = None
    code: str
    programme: str
    name_vi: str
    name_en: str | None
    kind: IndicatorKind
    definition: int
    unit: str
    direction: Direction
    value_type: ValueType
    cumulative: bool
    period_unit: Unit
    decimals: int
    levels: tuple[str, ...]
    bodies: tuple[str, ...]
    targets_of: UUID | None
    targets: str | None
    demonstration: bool


class _Supply(Struct):
    level: str | None
    organisation_id: UUID | None


class _Targets(Struct):
    organisation_id: UUID


class _IndicatorData(Struct):
    supplies: list[_Supply]
    targets: _Targets | None


def _read(data: Mapping[str, Any]) -> IndicatorFacts:
    read = msgspec.convert(data, _IndicatorData)
    made = {
        "levels": sorted({one.level for one in read.supplies if one.level is not None}),
        "bodies": sorted({str(one.organisation_id) for one in read.supplies if one.organisation_id is not None}),
        "targets_of": read.targets and read.targets.organisation_id,
        "targets": read.targets and msgspec.json.encode(data["targets"]).decode(),
        "organisation_id": None,
    }
    return msgspec.convert(dict(data) | made, IndicatorFacts)


# Time alone changes nothing of a definition.
DEFINED: Axis[IndicatorFacts] = Axis(name="bucket", start="defined")


def _cells(facts: IndicatorFacts, _: str) -> Iterable[Counted]:
    yield Counted("indicator", facts.kind)
    if facts.demonstration:
        yield Counted("indicator_demonstration", "")


_CELLS_SQL = """
(VALUES
    ('indicator', h.kind, 1),
    ('indicator_demonstration', CASE WHEN h.demonstration THEN '' END, 1)
)
"""


INDICATOR: Kind[IndicatorFacts] = Kind(
    name="indicator",
    source="tasks",
    rules=1,
    facts=IndicatorFacts,
    read=_read,
    axes=(DEFINED,),
    by_reach=True,
    measures=("indicator", "indicator_demonstration"),
    cells=_cells,
    cells_sql=_CELLS_SQL,
    dimensions=frozenset({"programme"}),
    only_shown=frozenset(
        {
            *("code", "name_vi", "name_en", "definition", "unit", "direction", "value_type", "cumulative"),
            *("period_unit", "decimals", "levels", "bodies", "targets_of", "targets"),
        }
    ),
    title=None,
    told=False,
    state_indexes=(PartialIndex("code", ("epoch", "code"), "code IS NOT NULL"),),
    history_indexes=(
        PartialIndex("targets", ("epoch", "targets_of", "indicator_id", "version"), "targets_of IS NOT NULL"),
    ),
)
