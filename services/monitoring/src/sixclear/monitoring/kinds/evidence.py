"""A piece of evidence of a task: counted by whether another body than the doer accepted it."""

from collections.abc import Iterable
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from sixclear.monitoring.kinds.kind import Axis, Counted, Kind, Rule

State = Literal["waiting", "accepted", "refused"]
STATES: tuple[State, ...] = get_args(State)


class EvidenceFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of the event of evidence: neither its title nor its content."""

    organisation_id: UUID | None
    programme: str
    assigned_by: Literal["central", "province", "commune"]
    state: State
    demonstration: bool


# Time alone changes nothing. One that was blacked out is counted as before.
JUDGED: Axis[EvidenceFacts] = Axis(name="bucket", start="waiting", settled=Rule(lambda facts: facts.state, "h.state"))


def _cells(facts: EvidenceFacts, bucket: str) -> Iterable[Counted]:
    yield Counted("evidence", bucket)
    if facts.demonstration:
        yield Counted("evidence_demonstration", "")


_CELLS_SQL = """
(VALUES
    ('evidence', h.bucket, 1),
    ('evidence_demonstration', CASE WHEN h.demonstration THEN '' END, 1)
)
"""


EVIDENCE: Kind[EvidenceFacts] = Kind(
    name="evidence",
    source="tasks",
    rules=1,
    facts=EvidenceFacts,
    axes=(JUDGED,),
    by_reach=True,
    measures=("evidence", "evidence_demonstration"),
    cells=_cells,
    cells_sql=_CELLS_SQL,
    title=None,
    told=False,
)
