"""What is said to the body that does a task: counted by whether it is answered. The words are in no event."""

from collections.abc import Iterable
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from sixclear.monitoring.kinds.kind import Axis, Counted, Kind, Rule

State = Literal["open", "answered", "lapsed", "told", "skipped"]
# Those that a body is told; a rung that was skipped for a higher one is none.
TOLD: tuple[State, ...] = get_args(State)[:-1]


class UrgeFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of an urge's event."""

    organisation_id: UUID | None
    programme: str
    assigned_by: Literal["central", "province", "commune"]
    state: State
    demonstration: bool


# Time alone answers nothing.
ANSWERED: Axis[UrgeFacts] = Axis(name="bucket", start="open", settled=Rule(lambda facts: facts.state, "h.state"))


def _cells(facts: UrgeFacts, bucket: str) -> Iterable[Counted]:
    if bucket in TOLD:
        yield Counted("urge", bucket)
        if facts.demonstration:
            yield Counted("urge_demonstration", "")


_CELLS_SQL = """
(VALUES
    ('urge', CASE WHEN h.bucket <> 'skipped' THEN h.bucket END, 1),
    ('urge_demonstration', CASE WHEN h.demonstration AND h.bucket <> 'skipped' THEN '' END, 1)
)
"""


URGE: Kind[UrgeFacts] = Kind(
    name="urge",
    source="tasks",
    rules=1,
    facts=UrgeFacts,
    axes=(ANSWERED,),
    by_reach=True,
    measures=("urge", "urge_demonstration"),
    cells=_cells,
    cells_sql=_CELLS_SQL,
    title=None,
    told=False,
)
