"""A made-up kind that is a child of a plan: it carries the plan's dimensions and identifier in its own event."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct

from sixclear.monitoring.kinds.kind import Axis, Counted, Kind, Rule


class StepFacts(Struct, frozen=True, kw_only=True):
    plan_id: UUID
    organisation_id: UUID | None
    programme: str | None
    title: str
    done: bool
    demonstration: bool


PROGRESS: Axis[StepFacts] = Axis(
    name="progress",
    start="open",
    settled=Rule(lambda facts: "done" if facts.done else None, "CASE WHEN h.done THEN 'done' END"),
)


def _cells(facts: StepFacts, progress: str) -> Iterable[Counted]:
    yield Counted("plan_step", progress)


STEP = Kind(
    name="step",
    source="tasks",
    rules=1,
    facts=StepFacts,
    axes=(PROGRESS,),
    measures=("plan_step",),
    cells=_cells,
    cells_sql="(VALUES ('plan_step', h.progress, 1))",
    dimensions=frozenset({"programme"}),
)
