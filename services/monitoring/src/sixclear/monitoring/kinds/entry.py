"""A catalogue entry: counted in each programme list in which it stands, by its stage and its risk."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args
from uuid import UUID

import msgspec
from msgspec import Struct

from sixclear.monitoring.kinds.kind import ALL_STATES, Axis, Counted, Kind, Place

Stage = Literal[
    "formed_centralised", "deploying_foundation", "deploying_digitised_only", "not_deployed", "rebuild", "retire"
]
STAGES: tuple[Stage, ...] = get_args(Stage)


class EntryFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of a catalogue event."""

    organisation_id: UUID | None
    code: str | None
    title: str
    kind: str
    lists: tuple[str, ...]
    stage: str
    risk: str
    registration: str
    demonstration: bool


class _ListData(Struct):
    list: str


class _RegistrationData(Struct):
    status: str


class _EntryData(Struct, kw_only=True):
    owner_organisation_id: UUID | None
    code: str | None
    name_vi: str
    kind: str
    lists: list[_ListData]
    deployment_stage: Stage
    risk: str | None
    registration: _RegistrationData
    demonstration: bool


def _read(data: Mapping[str, Any]) -> EntryFacts:
    """An entry that stands in several editions of a list counts once in it."""
    read = msgspec.convert(data, _EntryData)
    return EntryFacts(
        organisation_id=read.owner_organisation_id,
        code=read.code,
        title=read.name_vi,
        kind=read.kind,
        lists=tuple(sorted({item.list for item in read.lists})),
        stage=read.deployment_stage,
        risk=read.risk or "none",
        registration=read.registration.status,
        demonstration=read.demonstration,
    )


# Every entry is counted, whatever its kind and stage: what stands in a list is in its figures.
LISTED: Axis[EntryFacts] = Axis(name="bucket", start="listed")


def _cells(facts: EntryFacts, _: str) -> Iterable[Counted]:
    """Once in each programme list; a database with its owner while its approval is awaited.

    The stage is one of a closed set, so the stages of a list add up to its total. What is retired is at no risk.
    """
    in_use = facts.stage != "retire"
    for name in facts.lists:
        yield Counted("database", name)
        yield Counted("database_stage", f"{name}/{facts.stage}")
        if facts.risk == "high" and in_use:
            yield Counted("database_at_risk", name)
    if facts.registration in {"submitted", "returned"} and facts.kind == "database" and in_use:
        yield Counted("database_not_approved", str(facts.organisation_id or ""))
    if facts.demonstration:
        yield Counted("database_demonstration", "")


_CELLS_SQL = """
(
    SELECT measure, slot, 1 FROM unnest(h.lists) AS name CROSS JOIN LATERAL (VALUES
        ('database', name), ('database_stage', name || '/' || h.stage),
        ('database_at_risk', CASE WHEN h.risk = 'high' AND h.stage <> 'retire' THEN name END)) AS c(measure, slot)
    UNION ALL SELECT 'database_not_approved', coalesce(CAST(h.organisation_id AS text), ''), 1
        WHERE h.registration IN ('submitted', 'returned') AND h.kind = 'database' AND h.stage <> 'retire'
    UNION ALL SELECT 'database_demonstration', '', 1 WHERE h.demonstration
)
"""


def _stated(_programme: str, measure: str, slot: str) -> Place | None:
    """The catalogue states each list, by stage."""
    if measure == "database":
        return Place(slot, ALL_STATES)
    return Place(*slot.split("/", 1)) if measure == "database_stage" else None


ENTRY = Kind(
    name="entry",
    source="data-catalog",
    rules=2,
    whole_in_first_release=True,
    facts=EntryFacts,
    read=_read,
    axes=(LISTED,),
    measures=(
        "database",
        "database_stage",
        "database_at_risk",
        "database_not_approved",
        "database_demonstration",
    ),
    cells=_cells,
    cells_sql=_CELLS_SQL,
    stated=_stated,
    dimensions=frozenset(),
)
