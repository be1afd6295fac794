"""The life of a task: what each step needs and what it changes. Pure: no database, no clock."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from sixclear.common.calendar import calendar
from sixclear.common.change import Change, TransitionNotAllowed, allow
from sixclear.common.clock import CLOCKS_DIFFER, civil_date, close_of_day
from sixclear.common.use_case import FactBehindLastChange
from sixclear.tasks.programme.rules import ProgrammeFacts
from sixclear.tasks.task.errors import (
    ConfirmationImpossible,
    EvidenceMissing,
    FieldNeedsDecision,
    LevelMismatch,
    SixClearsMissing,
)

# Statuses in which a body works on the task.
OPEN_STATUSES = frozenset({"assigned", "in_progress", "submitted", "returned", "paused"})

_ALLOWED_FROM = {
    "updated": {"draft", "proposed", *OPEN_STATUSES},
    "assigned": {"draft", "proposed"},
    "refused": {"draft", "proposed"},
    "proposal_withdrawn": {"draft", "proposed"},
    "progress_reported": {"assigned", "in_progress", "returned"},
    "evidence_added": {"assigned", "in_progress", "returned", "submitted"},
    "submitted": {"assigned", "in_progress", "returned"},
    "returned": {"submitted"},
    "completed": {"submitted"},
    "extended": set(OPEN_STATUSES) - {"paused"},
    "cancelled": set(OPEN_STATUSES),
}

# Those in which the next step is that of the body which does it.
WORKED_ON = OPEN_STATUSES - {"submitted", "paused"}

# The working days in which a lead body objects to what it is given; its silence is its acceptance.
_ACCEPT_DAYS = 5

# The six clears (sáu rõ) and the field that makes each clear.
SIX_CLEARS = {
    "person": "responsible_position",
    "work": "title",
    "time": "current_deadline",
    "responsibility": "lead_organisation_id",
    "product": "product",
    "authority": "authority",
}


@dataclass(frozen=True, slots=True)
class Report:
    """Progress as it is reported; `percent` and `expected_on` None keep the last ones."""

    percent: int | None
    text: str
    difficulty: str | None = None
    cause: str | None = None
    remedy: str | None = None
    expected_on: date | None = None


@dataclass(frozen=True, slots=True)
class TaskState:
    """What the rules read of a task: made from its row (`models.state_of`), or by a route that loads no row."""

    classification: str
    status: str
    kind: str
    recurrence: str | None
    title: str
    assigning_organisation_id: UUID
    lead_organisation_id: UUID | None
    coordinating_organisation_ids: Sequence[UUID]
    responsible_position: Mapping[str, Any] | None
    product: str | None
    authority: str | None
    current_deadline: datetime | None
    percent: int
    last_report_at: datetime | None
    expected_on: date | None
    reports_count: int
    evidence_count: int
    assigned_at: datetime | None
    submitted_at: datetime | None
    paused_since: datetime | None
    status_before_pause: str | None
    accept_by: datetime | None  # until when the lead body may object; see `assignment`
    accepted_at: datetime | None
    objected_at: datetime | None
    # When the last change became true; None for a task that is not recorded yet.
    occurred_at: datetime | None

    def changed(self, fields: Mapping[str, Any]) -> "TaskState":
        """The state as it would be with these columns; those that no rule reads are left out."""
        return replace(self, **{name: value for name, value in fields.items() if name in self.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class TaskRecord(TaskState):
    """All that events and answers say of a task. It has the names of the row, which is never read through it again."""

    task_id: UUID
    code: str
    programme_id: UUID
    programme: ProgrammeFacts
    directive_id: UUID | None
    clause: str | None
    upper_task_id: UUID | None
    upper_number: str | None
    description: str | None
    product_kind: str | None
    own_fields: Mapping[str, Any] | None
    inside_fields: Mapping[str, Any] | None
    source: str | None
    external_id: str | None
    assigned_by: str
    leader_position: Mapping[str, Any] | None
    original_deadline: datetime | None
    completed_at: datetime | None
    completed_by_organisation_id: UUID | None
    cancelled_at: datetime | None
    work_group: str | None
    replaced_by: Sequence[UUID] | None
    unmoved_at: datetime | None
    origin: Mapping[str, Any] | None
    demonstration: bool
    version: int
    published_version: int | None
    recorded_at: datetime


_RECORD = [one.name for one in fields(TaskRecord)]
_read_record = attrgetter(*_RECORD)


def is_published(classification: str, change: str) -> bool:
    """Whether an event goes out: always for a public task, once more when a task is withdrawn."""
    return classification == "public" or change == "withdrawn"


def moved(task: TaskRecord, change: Change, occurred_at: datetime, now: datetime) -> TaskRecord:
    """The task after a change, at its next version: as `next_version` of `entity` moves a row."""
    version = task.version + 1
    published = is_published(task.classification, change.name)
    # `dataclasses.replace` takes half as long again, and each report comes by here.
    moved = dict(zip(_RECORD, _read_record(task), strict=True))
    moved |= change.fields
    moved |= {
        "version": version,
        "published_version": version if published else task.published_version,
        "occurred_at": occurred_at if task.occurred_at is None else max(occurred_at, task.occurred_at),
        "recorded_at": now,
    }
    return TaskRecord(**moved)


def missing_clears(task: TaskState) -> list[str]:
    """The codes of the clears that are missing, in order. A recurring task has a rule in place of a date."""
    # No deadline runs while a task is paused.
    time = task.recurrence if task.kind == "recurring" else task.current_deadline or task.paused_since
    values = {field: getattr(task, field) for field in SIX_CLEARS.values()} | {SIX_CLEARS["time"]: time}
    return [clear for clear, field in SIX_CLEARS.items() if not values[field]]


def _refuse_unclear(missing: Collection[str], kind: str, way_out: str) -> None:
    # As requests name these fields.
    named = SIX_CLEARS | {
        "time": "recurrence" if kind == "recurring" else "deadline",
        "responsibility": "lead_organisation",
    }
    raise SixClearsMissing(
        f"Missing: {', '.join(missing)}. {way_out}",
        errors=[
            {"pointer": f"#/{named[clear]}", "code": clear, "detail": "This clear is missing."} for clear in missing
        ],
    )


def check_clears(task: TaskState, *, enforced: bool) -> None:
    """Raises SixClearsMissing with every missing clear when they are enforced."""
    missing = missing_clears(task)
    if missing and enforced:
        _refuse_unclear(missing, task.kind, "Add them, then send it again.")


def check_level(assigned_by: str, level: str | None) -> None:
    """Raises LevelMismatch when a task names another level than the one at which its assigning body acts."""
    if assigned_by != level:
        raise LevelMismatch(
            "assigned_by is the level of the assigning organisation; give that level, or the body that assigns.",
            errors=[
                {
                    "pointer": "#/assigned_by",
                    "code": "level-of-assigning-organisation",
                    "detail": f"The assigning organisation acts at the level: {level or 'none'}.",
                }
            ],
        )


def check_confirmable(task: TaskState, owner_id: UUID) -> None:
    """Raises ConfirmationImpossible when assigning body and programme's owner both do the task themselves (R7).

    A recurring task is never handed in: it needs no confirmation.
    """
    lead, coordinating = task.lead_organisation_id, task.coordinating_organisation_ids
    confirming = {task.assigning_organisation_id, owner_id}
    if task.kind == "recurring" or confirming - {lead, *coordinating}:
        return
    field = "lead_organisation" if lead in confirming else "coordinating_organisations"
    raise ConfirmationImpossible(
        "The doer never confirms, and no other body could: name another body as lead and as coordinating, such as the "
        "department or ward that does the work.",
        errors=[
            {"pointer": f"#/{field}", "code": "only-confirming-body", "detail": "This body alone may confirm the task."}
        ],
    )


def assign(task: TaskState, occurred_at: datetime, *, enforced: bool) -> Change:
    """Give the task to its lead body. Raises SixClearsMissing with every missing clear when they are enforced."""
    _allow(task, "assigned")
    missing = missing_clears(task)
    if missing and (enforced or "responsibility" in missing):
        _refuse_unclear(missing, task.kind, "Add them, then assign the task again.")
    # A body that gives a task to itself has nothing to answer.
    answers = task.lead_organisation_id != task.assigning_organisation_id
    until = close_of_day(calendar().after(civil_date(occurred_at), _ACCEPT_DAYS)) if answers else None
    return Change("assigned", {"status": "assigned", "assigned_at": occurred_at, "accept_by": until})


def refuse(task: TaskState) -> Change:
    """Refuse a proposal: it is over."""
    _allow(task, "refused")
    return Change("refused", {"status": "cancelled"})


def withdraw_proposal(task: TaskState) -> Change:
    """Take a proposal back: it is over."""
    _allow(task, "proposal_withdrawn")
    return Change("proposal_withdrawn", {"status": "cancelled"})


def is_late(task: TaskState, occurred_at: datetime) -> bool:
    """Whether something that is told now became true before the last change that is known."""
    return task.occurred_at is not None and occurred_at < task.occurred_at


def report(task: TaskState, command: Report, occurred_at: datetime) -> Change:
    """Report progress. The task is in progress from its first report on.

    A report that comes late is taken in its place: it counts, and moves nothing that a later fact has moved. Raises
    FactBehindLastChange for one of a time before the assignment.
    """
    late = is_late(task, occurred_at)
    before_submission = late and task.submitted_at is not None and occurred_at <= task.submitted_at
    if not before_submission:
        _allow(task, "progress_reported")
    _require_assigned(task, occurred_at)
    counted = {"reports_count": task.reports_count + 1}
    if task.last_report_at is not None and occurred_at < task.last_report_at:
        return Change("progress_reported", counted)
    told: dict[str, Any] = counted | {"last_report_at": occurred_at}
    if command.expected_on is not None:
        told["expected_on"] = command.expected_on
    if before_submission:
        return Change("progress_reported", told)
    percent = task.percent if command.percent is None else command.percent
    stays = task.status == "returned" and (late or percent == task.percent)
    return Change("progress_reported", told | {"percent": percent, "status": "returned" if stays else "in_progress"})


def add_evidence(task: TaskState, occurred_at: datetime) -> Change:
    """Attach one more piece of evidence, also late; raises FactBehindLastChange before the assignment."""
    _allow(task, "evidence_added")
    _require_assigned(task, occurred_at)
    return Change("evidence_added", {"evidence_count": task.evidence_count + 1})


def _require_assigned(task: TaskState, occurred_at: datetime) -> None:
    if task.assigned_at is not None and occurred_at < task.assigned_at:
        raise FactBehindLastChange("occurred_at is earlier than the assignment of this task.")


def submit(task: TaskState, occurred_at: datetime) -> Change:
    """Hand in the result: a product and evidence must be there (R7). A recurring task has no end to hand in."""
    _allow(task, "submitted")
    if task.kind == "recurring":
        raise TransitionNotAllowed("A recurring task is reported period by period; it is never handed in as a whole.")
    if task.evidence_count == 0:
        raise EvidenceMissing("Attach at least one piece of evidence of the product, then submit again.")
    return Change("submitted", {"status": "submitted", "submitted_at": occurred_at, "percent": 100})


# A recurring task is never handed in: it is completed from here once its last period is over.
_RECURRING_ENDS_FROM = frozenset({"assigned", "in_progress", "returned"})


def confirm(task: TaskState, occurred_at: datetime, organisation_id: UUID, *, ended: bool = False) -> Change:
    """Confirm the result; of a recurring task, that it is done, when its rule has `ended`.

    Which body may is decided in `access`.
    """
    if task.kind == "recurring" and not ended:
        raise TransitionNotAllowed("A recurring task is completed after its last period; confirm each of its periods.")
    if not (task.kind == "recurring" and task.status in _RECURRING_ENDS_FROM):
        _allow(task, "completed")
    return Change(
        "completed",
        {"status": "completed", "completed_at": occurred_at, "completed_by_organisation_id": organisation_id},
    )


def send_back(task: TaskState, reported_percent: int, occurred_at: datetime) -> Change:
    """Ask for more: the submission does not count, and the task goes back to the percentage that was reported."""
    _allow(task, "returned")
    told = {"status": "returned", "submitted_at": None, "returned_at": occurred_at, "percent": reported_percent}
    return Change("returned", told)


def extend(task: TaskState, deadline: datetime) -> Change:
    """Move the current deadline; the original one stays (R8)."""
    _allow(task, "extended")
    if task.kind == "recurring":
        raise TransitionNotAllowed("A recurring task has a rule, not a deadline that could be extended.")
    return Change("extended", {"current_deadline": deadline})


def cancel(task: TaskState, occurred_at: datetime) -> Change:
    """End the task without a result: it is counted no more."""
    _allow(task, "cancelled")
    ended = {"status": "cancelled", "cancelled_at": occurred_at}
    # Of a pause nothing goes on.
    return Change("cancelled", ended | {"paused_since": None, "status_before_pause": None})


# From its assignment on, these belong to the decision that gave the task, not to its description.
_DECIDED = {
    "programme_id": "programme",
    "kind": "kind",
    "assigned_by": "assigned_by",
    "assigning_organisation_id": "assigning_organisation",
    "lead_organisation_id": "lead_organisation",
}


def decided_fields(task: TaskState, changed: Collection[str]) -> dict[str, str]:
    """Those of the changed columns that were decided with the assignment, each as requests name it."""
    return {column: name for column, name in _DECIDED.items() if task.status in OPEN_STATUSES and column in changed}


def allow_update(task: TaskState, changed: Mapping[str, Any], *, enforced: bool) -> None:
    """Raises TransitionNotAllowed when the description can no longer change, FieldNeedsDecision for what is decided.

    A task that a body works on stays six-clear where that is enforced; else it raises SixClearsMissing.
    The classification alone changes at any time: what must not be public is never stuck there.
    """
    if set(changed) == {"classification"}:
        return
    if task.status == "cancelled":
        raise TransitionNotAllowed(
            "This task is over, refused, taken back or cancelled, and its key stays with it: propose the task again "
            "under another key."
        )
    _allow(task, "updated")
    decided = decided_fields(task, changed)
    if decided:
        raise FieldNeedsDecision(
            "These belong to the assignment: ask for a `transfer` of the task, or cancel it and assign another one.",
            errors=[
                {"pointer": f"#/{name}", "code": "decided", "detail": "It differs from what was assigned."}
                for name in decided.values()
            ],
        )
    missing = missing_clears(task.changed(changed)) if task.status in OPEN_STATUSES and enforced else []
    if missing:
        _refuse_unclear(missing, task.kind, "Describe the task with all six clears; one that is left out is emptied.")


def _allow(task: TaskState, step: str) -> None:
    allow("The task", task.status, step, _ALLOWED_FROM)


def may_repeat(stated: datetime | None, occurred_at: datetime, recorded_at: datetime, now: datetime) -> bool:
    """Whether what is told now may repeat what became true at `occurred_at` and was recorded at `recorded_at`.

    Without a time it may on the same civil day. A time that is stated is a part of the words: it is the same one, or
    that of a clock that ran ahead, in whose place the time of recording was taken.
    """
    if stated is None:
        return civil_date(occurred_at) == civil_date(now)
    ahead = occurred_at == recorded_at and occurred_at < stated <= occurred_at + CLOCKS_DIFFER
    return stated == occurred_at or ahead
