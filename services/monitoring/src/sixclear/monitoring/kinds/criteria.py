"""Sets of criteria, each in one edition: counted, and kept whole for the question of scores."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from sixclear.monitoring.kinds.kind import Axis, Counted, Kind, Rule


class CriteriaFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of a set's event; `content` is its window, groups, limits and bands as JSON."""

    organisation_id: UUID | None
    programme: str
    assigned_by: Literal["central", "province", "commune"]
    code: str
    edition: int
    name: str
    every: Literal["month", "year"]
    content: str
    demonstration: bool


class Tier(Struct, frozen=True):
    """What a criterion gives, of a figure from a percentage on."""

    points: float
    at_least: float | None
    of: float | None


class Criterion(Struct, frozen=True):
    """One criterion. `figure` None: it is answered."""

    code: str
    name: str
    name_en: str | None
    counts: Literal["standard", "bonus", "penalty"]
    points: float
    figure: str | None
    programme: str | None
    denominator: str | None
    tiers: list[Tier]
    levels: list[str]
    not_applicable: str | None


class Group(Struct, frozen=True):
    """Criteria that belong together."""

    criteria: list[Criterion]


class Window(Struct, frozen=True):
    """What being late costs."""

    late_points: float
    late_days: int
    further_points: float


class Band(Struct, frozen=True):
    """A band, from so many points on."""

    code: str
    at_least: float


class Content(Struct, frozen=True):
    """What a set asks."""

    window: Window | None
    most_standard: float | None
    most_bonus: float | None
    bands: list[Band]
    groups: list[Group]


class _CriteriaData(Struct, kw_only=True):
    organisation_id: UUID | None
    programme: str
    assigned_by: Literal["central", "province", "commune"]
    code: str
    edition: int
    name: str
    every: Literal["month", "year"]
    demonstration: bool


def _read(data: Mapping[str, Any]) -> CriteriaFacts:
    read, content = msgspec.convert(data, _CriteriaData), msgspec.convert(data, Content)
    return CriteriaFacts(
        organisation_id=read.organisation_id,
        programme=read.programme,
        assigned_by=read.assigned_by,
        code=read.code,
        edition=read.edition,
        name=read.name,
        every=read.every,
        content=msgspec.json.encode(content).decode(),
        demonstration=read.demonstration,
    )


# An edition never changes.
PUBLISHED: Axis[CriteriaFacts] = Axis(
    name="bucket", start="published", settled=Rule(lambda _: "published", "'published'")
)


def _cells(facts: CriteriaFacts, _bucket: str) -> Iterable[Counted]:
    yield Counted("criteria", facts.every)
    if facts.demonstration:
        yield Counted("criteria_demonstration", "")


_CELLS_SQL = """
(VALUES
    ('criteria', h.every, 1),
    ('criteria_demonstration', CASE WHEN h.demonstration THEN '' END, 1)
)
"""


CRITERIA: Kind[CriteriaFacts] = Kind(
    name="criteria",
    source="tasks",
    rules=1,
    facts=CriteriaFacts,
    read=_read,
    axes=(PUBLISHED,),
    by_reach=True,
    measures=("criteria", "criteria_demonstration"),
    cells=_cells,
    cells_sql=_CELLS_SQL,
    only_shown=frozenset({"code", "edition", "name", "content"}),
    title=None,
    told=False,
)
