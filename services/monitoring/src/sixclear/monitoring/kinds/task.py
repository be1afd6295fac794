"""A task: counted by the state of its current deadline; its reports by the day on which they were made.

Buckets (R4): recurring first, else completed, else overdue (*quá hạn*), else in term (*trong hạn*). Overdue means later
than the deadline itself, independent of when a timer looks.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct, field

from sixclear.common.clock import civil_date
from sixclear.monitoring.kinds.kind import CIVIL_ZONE, Axis, Counted, Flow, HistoryIndex, Instant, Kind, Rule, Step

BUCKETS = ("completed", "in_term", "overdue", "recurring")
_UNCOUNTED = frozenset({"draft", "proposed", "cancelled"})


class TaskFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of a task event."""

    organisation_id: UUID | None = field(name="lead_organisation_id")
    programme: str | None
    assigned_by: Literal["central", "province", "commune"]
    title: str
    status: Literal[
        "draft", "proposed", "assigned", "in_progress", "submitted", "returned", "completed", "paused", "cancelled"
    ]
    kind: Literal["one_off", "recurring"]
    deadline: Instant | None = field(name="current_deadline")
    last_report_at: Instant | None
    demonstration: bool


def _settled(facts: TaskFacts) -> str | None:
    if facts.kind == "recurring":
        return "recurring"
    return "completed" if facts.status == "completed" else None


BUCKET = Axis(
    name="bucket",
    start="in_term",
    steps=(Step("deadline", "overdue"),),
    settled=Rule(
        _settled,
        "CASE WHEN h.kind = 'recurring' THEN 'recurring' WHEN h.status = 'completed' THEN 'completed' END",
    ),
)


def open_slot(bucket: str, deadline: datetime | None) -> str:
    """An open task's slot names the civil year of its deadline, for *remaining this year*."""
    return f"{bucket}:{civil_date(deadline).year if deadline is not None else ''}"


def _cells(facts: TaskFacts, bucket: str) -> Iterable[Counted]:
    """The total is a cell of its own, so that it can be checked against the buckets."""
    yield Counted("task", "")
    yield Counted("task_bucket", open_slot(bucket, facts.deadline) if bucket in {"in_term", "overdue"} else bucket)
    if facts.demonstration:
        yield Counted("task_demonstration", "")


_CELLS_SQL = f"""
(VALUES
    ('task', '', 1),
    ('task_bucket', CASE WHEN h.bucket IN ('in_term', 'overdue')
        THEN h.bucket || ':' || coalesce(to_char(h.deadline {CIVIL_ZONE}, 'YYYY'), '') ELSE h.bucket END, 1),
    ('task_demonstration', CASE WHEN h.demonstration THEN '' END, 1)
)
"""

REPORTS: Flow[TaskFacts] = Flow(measure="report", change="progress_reported", latest="last_report")

TASK = Kind(
    name="task",
    source="tasks",
    rules=1,
    facts=TaskFacts,
    counted=Rule(
        lambda facts: facts.status not in _UNCOUNTED,
        "h.status NOT IN ('draft', 'proposed', 'cancelled')",
    ),
    axes=(BUCKET,),
    measures=("task", "task_bucket", "task_demonstration"),
    cells=_cells,
    cells_sql=_CELLS_SQL,
    flows=(REPORTS,),
    history_indexes=(HistoryIndex("returned", ("epoch", "task_id"), "change = 'returned'"),),
)
