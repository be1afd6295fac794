"""A decision on a task: counted by what it is about and how it stands; why it was asked for is in no event."""

from collections.abc import Iterable
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from sixclear.monitoring.kinds.kind import Axis, Counted, Kind, Rule

About = Literal[
    "extension", "transfer", "pause", "resume", "cancellation", "split", "merger", "regrouping", "reopening"
]
Outcome = Literal["asked", "granted", "granted_otherwise", "refused", "accepted", "declined", "withdrawn", "lapsed"]
ABOUT: tuple[About, ...] = get_args(About)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


class DecisionFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of a decision's event."""

    organisation_id: UUID | None
    programme: str
    assigned_by: Literal["central", "province", "commune"]
    kind: About
    state: Outcome
    demonstration: bool


# Time alone decides nothing. `withdrawn` is an outcome: the body that asked took it back.
STANDING: Axis[DecisionFacts] = Axis(name="bucket", start="asked", settled=Rule(lambda facts: facts.state, "h.state"))


def _cells(facts: DecisionFacts, bucket: str) -> Iterable[Counted]:
    yield Counted("decision", f"{facts.kind}/{bucket}")
    if facts.demonstration:
        yield Counted("decision_demonstration", "")


_CELLS_SQL = """
(VALUES
    ('decision', h.kind || '/' || h.bucket, 1),
    ('decision_demonstration', CASE WHEN h.demonstration THEN '' END, 1)
)
"""


DECISION: Kind[DecisionFacts] = Kind(
    name="decision",
    source="tasks",
    rules=1,
    facts=DecisionFacts,
    axes=(STANDING,),
    by_reach=True,
    measures=("decision", "decision_demonstration"),
    cells=_cells,
    cells_sql=_CELLS_SQL,
    title=None,
    told=False,
)
