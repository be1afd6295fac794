"""A task: counted by the state of its current deadline; its reports by the day on which they were made.

Buckets (R4): recurring first, else completed, else overdue (*quá hạn*), else in term (*trong hạn*). Overdue means later
than the deadline itself, independent of when a timer looks.
A task that was handed in stays in its bucket. That it waits for another body is a second axis, and whether it was in
time is judged by the submission that waits or was accepted: one that was returned does not count.
How open work stands to its deadline is that axis, too (R3): the parts of a bucket. What is paused has no deadline that
is still to come, so it crosses none.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct, field

from sixclear.common.clock import civil_date
from sixclear.common.timing import handed_in, turns
from sixclear.monitoring.kinds.kind import (
    ALL_STATES,
    CIVIL_ZONE,
    Axis,
    Counted,
    Flow,
    Instant,
    Kind,
    PartialIndex,
    Place,
    Rule,
    Step,
    Tally,
)

BUCKETS = ("completed", "in_term", "overdue", "recurring")
# The parts of the buckets of open tasks; exclusive, and their sum is the bucket.
PARTS = {
    "in_term": ("on_track", "due_soon", "at_risk", "waiting", "paused"),
    "overdue": ("late", "waiting", "paused"),
}
_UNCOUNTED = frozenset({"draft", "proposed", "cancelled"})


class TaskFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of a task event.

    `confirming_organisation_id` is the assigning body, unless that works on the task: then it is None, and the owner
    of the programme confirms (R7). It and `submitted_at` are None, too, in rows of the rules before. Just after
    `due_soon_at` and `at_risk_at` the work stands so while a body works on it. It is without movement since
    `unmoved_since`: None where it never was, or was reported on since.
    """

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
    submitted_at: Instant | None = None
    confirming_organisation_id: UUID | None = None
    original_deadline: Instant | None = None
    due_soon_at: Instant | None = None
    at_risk_at: Instant | None = None
    directive_id: UUID | None = None
    work_group: str | None = None
    unmoved_since: Instant | None = field(name="unmoved_at", default=None)
    demonstration: bool


class _Judged(Struct):
    lead_organisation_id: UUID | None
    assigning_organisation_id: UUID | None = None
    coordinating_organisation_ids: list[UUID] = field(default_factory=list)
    percent: int = 0
    expected_on: date | None = None


def _read(data: Mapping[str, Any]) -> TaskFacts:
    judged, facts = msgspec.convert(data, _Judged), msgspec.convert(data, TaskFacts)
    doers = {judged.lead_organisation_id, *judged.coordinating_organisation_ids}
    turn = turns(facts.deadline if facts.kind == "one_off" else None, judged.percent, judged.expected_on)
    return msgspec.structs.replace(
        facts,
        confirming_organisation_id=None
        if judged.assigning_organisation_id in doers
        else judged.assigning_organisation_id,
        unmoved_since=None if _moved(facts) else facts.unmoved_since,
        due_soon_at=turn.due_soon_at,
        at_risk_at=turn.at_risk_at,
    )


def _moved(facts: TaskFacts) -> bool:
    """Whether a report is not of before the instant at which the task was found to be without movement."""
    since, told_at = facts.unmoved_since, facts.last_report_at
    return since is not None and told_at is not None and told_at >= since


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


def _not_worked_on(facts: TaskFacts) -> str | None:
    bucket = _settled(facts)
    return bucket or {"submitted": "waiting", "paused": "paused"}.get(facts.status)


# How work stands until its deadline; of one that is over, the bucket says so.
STANDING = Axis(
    name="standing",
    start="on_track",
    steps=(Step("due_soon_at", "due_soon"), Step("at_risk_at", "at_risk")),
    settled=Rule(
        _not_worked_on,
        f"coalesce({BUCKET.settled.sql}, "
        "CASE h.status WHEN 'submitted' THEN 'waiting' WHEN 'paused' THEN 'paused' END)",
    ),
)


# Of a row that the release before stored: each deadline has a turn.
PART_NOT_KNOWN = "unknown"


def _part(facts: TaskFacts, bucket: str, standing: str) -> str:
    if bucket == "overdue" and standing not in PARTS["overdue"]:
        return "late"
    turns_known = facts.deadline is None or facts.due_soon_at is not None or facts.at_risk_at is not None
    return standing if turns_known or standing != "on_track" else PART_NOT_KNOWN


_PART_SQL = f"""CASE WHEN h.bucket = 'overdue' AND h.standing NOT IN ('waiting', 'paused') THEN 'late'
        WHEN h.standing = 'on_track' AND h.deadline IS NOT NULL AND h.due_soon_at IS NULL AND h.at_risk_at IS NULL
        THEN '{PART_NOT_KNOWN}' ELSE h.standing END"""


def _handed_in_by(facts: TaskFacts, deadline: datetime | None) -> str:
    if facts.submitted_at is None:
        return "unknown"
    return handed_in(facts.submitted_at, deadline) or "without_deadline"


def _handed_in_rule(deadline: str) -> Rule[TaskFacts, str]:
    """How the submission that waits or was accepted stands to a deadline; at the deadline it is in time."""
    return Rule(
        lambda facts: _handed_in_by(facts, getattr(facts, deadline)),
        f"CASE WHEN h.submitted_at IS NULL THEN 'unknown' WHEN h.{deadline} IS NULL THEN 'without_deadline' "
        f"WHEN h.submitted_at <= h.{deadline} THEN 'on_time' ELSE 'late' END",
    )


HANDED_IN = _handed_in_rule("deadline")
BY_ORIGINAL = _handed_in_rule("original_deadline")
AWAITING: Rule[TaskFacts, bool] = Rule(
    lambda facts: facts.status == "submitted" and facts.kind == "one_off",
    "(h.status = 'submitted' AND h.kind = 'one_off')",
)


WITHOUT_MOVEMENT: Rule[TaskFacts, bool] = Rule(
    lambda facts: facts.unmoved_since is not None and facts.status in {"assigned", "in_progress", "returned"},
    "(h.unmoved_since IS NOT NULL AND h.status IN ('assigned', 'in_progress', 'returned'))",
)


def open_slot(bucket: str, deadline: datetime | None) -> str:
    """An open task's slot names the civil year of its deadline, for *remaining this year*."""
    return f"{bucket}:{civil_date(deadline).year if deadline is not None else ''}"


def _cells(facts: TaskFacts, bucket: str, standing: str) -> Iterable[Counted]:
    """The total is a cell of its own, so that it can be checked against the buckets; and they against their parts."""
    yield Counted("task", "")
    yield Counted("task_bucket", open_slot(bucket, facts.deadline) if bucket in PARTS else bucket)
    if bucket in PARTS:
        yield Counted("task_part", f"{bucket}:{_part(facts, bucket, standing)}")
    if bucket == "completed" or AWAITING.python(facts):
        yield Counted("task_handed_in", f"{bucket}:{HANDED_IN.python(facts)}")
    if bucket == "completed":
        yield Counted("task_done_by_original", BY_ORIGINAL.python(facts))
    if WITHOUT_MOVEMENT.python(facts):
        yield Counted("task_without_movement", "")
    if facts.demonstration:
        yield Counted("task_demonstration", "")


_CELLS_SQL = f"""
(VALUES
    ('task', '', 1),
    ('task_bucket', CASE WHEN h.bucket IN ('in_term', 'overdue')
        THEN h.bucket || ':' || coalesce(to_char(h.deadline {CIVIL_ZONE}, 'YYYY'), '') ELSE h.bucket END, 1),
    ('task_part', CASE WHEN h.bucket IN ('in_term', 'overdue') THEN h.bucket || ':' || {_PART_SQL} END, 1),
    ('task_handed_in', CASE WHEN h.bucket = 'completed' OR {AWAITING.sql}
        THEN h.bucket || ':' || ({HANDED_IN.sql}) END, 1),
    ('task_done_by_original', CASE WHEN h.bucket = 'completed' THEN {BY_ORIGINAL.sql} END, 1),
    ('task_without_movement', CASE WHEN {WITHOUT_MOVEMENT.sql} THEN '' END, 1),
    ('task_demonstration', CASE WHEN h.demonstration THEN '' END, 1)
)
"""


def _stated(programme: str, measure: str, slot: str) -> Place | None:
    """Tasks state each programme and the country, by bucket."""
    state = {"task": ALL_STATES, "task_bucket": slot.partition(":")[0]}.get(measure)
    return None if state is None else Place(programme, state)


RETURNS = Tally("returned", "times_returned", "last_returned_at")
REPORTS: Flow[TaskFacts] = Flow(measure="report", change="progress_reported", latest="last_report")

TASK = Kind(
    name="task",
    source="tasks",
    # 4: with the groups of work of programmes, and what these were before. 5: with those without movement.
    rules=5,
    facts=TaskFacts,
    read=_read,
    counted=Rule(
        lambda facts: facts.status not in _UNCOUNTED,
        "h.status NOT IN ('draft', 'proposed', 'cancelled')",
    ),
    axes=(BUCKET, STANDING),
    by_reach=True,
    narrowed_by=frozenset({"directive_id", "work_group"}),
    measures=(
        *("task", "task_bucket", "task_part", "task_handed_in", "task_done_by_original"),
        *("task_without_movement", "task_demonstration"),
    ),
    cells=_cells,
    cells_sql=_CELLS_SQL,
    only_shown=frozenset({"title", "last_report_at", "confirming_organisation_id", "directive_id", "work_group"}),
    stated=_stated,
    flows=(REPORTS,),
    tallies=(RETURNS,),
    # In the order of the lists of late, silent, waiting and returned tasks, which so read no more rows than they show.
    state_indexes=(
        PartialIndex("longest_overdue", ("deadline", "task_id"), "bucket = 'overdue' AND status <> 'submitted'"),
        PartialIndex(
            "longest_silent",
            ("coalesce(last_report_at, occurred_at)", "task_id"),
            "bucket IN ('in_term', 'overdue') AND status <> 'submitted'",
        ),
        PartialIndex(
            "longest_waiting",
            ("coalesce(submitted_at, occurred_at)", "task_id"),
            "status = 'submitted' AND kind = 'one_off' AND bucket IS NOT NULL",
        ),
        PartialIndex(
            "longest_unmoved", ("unmoved_since", "task_id"), "unmoved_since IS NOT NULL AND bucket IS NOT NULL"
        ),
        PartialIndex(
            "most_returned",
            ("times_returned DESC", "last_returned_at", "task_id"),
            "times_returned > 1 AND bucket IS NOT NULL AND status <> 'completed'",
        ),
    ),
    history_indexes=(
        # A report brings a task to no body: which tasks a body ever had, without the rows of reports.
        PartialIndex("bodies", ("epoch", "organisation_id", "task_id"), "change <> 'progress_reported'"),
        PartialIndex("returned", ("epoch", "task_id"), "change = 'returned'"),
        PartialIndex("directive", ("epoch", "directive_id", "task_id", "valid_from"), "directive_id IS NOT NULL"),
        PartialIndex("work_group", ("epoch", "work_group", "task_id", "valid_from"), "work_group IS NOT NULL"),
    ),
)
