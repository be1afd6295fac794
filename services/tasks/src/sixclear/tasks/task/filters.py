"""What a list of tasks is narrowed to, as conditions of a statement."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    Subquery,
    and_,
    any_,
    case,
    exists,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID

from sixclear.common.folded_columns import found_in
from sixclear.common.keys import folded_key
from sixclear.tasks.fields import OwnValue
from sixclear.tasks.organisation.service import family
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.task.lifecycle import OPEN_STATUSES
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.timing import bucket_in_sql, slips_in_sql

# Tasks without a deadline come last; written as in the index `ix_task_listing`, which this order uses.
NEVER: ColumnElement[datetime] = literal_column("'infinity'::timestamptz")
BY_DEADLINE = func.coalesce(Task.current_deadline, NEVER)


@dataclass(frozen=True, slots=True)
class Mandated:
    """What a mandate names, by identifiers: programmes, groups of work of a programme, bodies. Empty: no task."""

    programme_ids: Sequence[UUID] = ()
    groups: Sequence[tuple[UUID, str]] = ()
    organisation_ids: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What a list of tasks is narrowed to; None does not narrow. `lead_organisation_ids` are a body and those below.

    A task has one of the values in `own_fields`.
    """

    programme_id: UUID | None = None
    programme_ids: Sequence[UUID] | None = None
    own_fields: Sequence[Mapping[str, OwnValue]] | None = None
    lead_organisation_ids: Sequence[UUID] | None = None
    status: str | None = None
    bucket: str | None = None
    assigned_by: str | None = None
    query: str | None = None
    source: str | None = None
    external_id: str | None = None
    updated_since: datetime | None = None
    assigning_organisation_id: UUID | None = None
    coordinating_organisation_id: UUID | None = None
    restricted_for: UUID | None = None
    slip_days: int | None = None
    upper_task_id: UUID | None = None
    mandated: Mandated | None = None
    assignment: str | None = None
    directive_id: UUID | None = None
    work_group: str | None = None
    # The tasks that this body may confirm, which owns these programmes.
    confirming_organisation_id: UUID | None = None
    owned_programme_ids: Sequence[UUID] = ()


def conditions(narrow: TaskFilter, now: datetime) -> list[ColumnElement[bool]]:
    """What holds of the tasks in the list; restricted ones are in it only for the bodies concerned, or by mandate."""
    seen = is_seen(narrow.restricted_for) if narrow.mandated is None else is_named(narrow.mandated)
    return [seen, *_standing(narrow, now), *_of_bodies(narrow), *_named(narrow)]


def among(ids: Collection[UUID]) -> ColumnElement[bool]:
    """Any of these identifiers, as one parameter."""
    return any_(literal(list(ids), ARRAY(PgUUID(as_uuid=True))))


def has_part(organisation_id: UUID) -> ColumnElement[bool]:
    """Whether an organisation leads the task, gave it or works on it."""
    return or_(
        Task.lead_organisation_id == organisation_id,
        Task.assigning_organisation_id == organisation_id,
        Task.coordinating_organisation_ids.contains([organisation_id]),
    )


def works_on(organisation_id: UUID | SQLColumnExpression[UUID | None]) -> ColumnElement[bool]:
    """Whether an organisation leads the task or works on it."""
    coordinates = any_(Task.coordinating_organisation_ids) == organisation_id
    return or_(Task.lead_organisation_id.is_not_distinct_from(organisation_id), coordinates)


def may_confirm(organisation_id: UUID, owned_programme_ids: Sequence[UUID]) -> ColumnElement[bool]:
    """The rule of `require_confirming_body` in SQL, for a body that sees the task and owns these programmes."""
    gives = or_(Task.assigning_organisation_id == organisation_id, Task.programme_id == among(owned_programme_ids))
    return and_(gives, not_(works_on(organisation_id)), is_seen(organisation_id))


def programmes_of(organisation_id: UUID, *holds: SQLColumnExpression[bool]) -> Subquery:
    """The programmes, by `slug`, in which an organisation may confirm tasks or is asked to check evidence.

    `holds` of them, too.
    """
    given = exists().where(
        Task.programme_id == Programme.programme_id, Task.assigning_organisation_id == organisation_id
    )
    named = or_(
        Programme.owner_organisation_id == organisation_id,
        Programme.evidence_organisation_id == organisation_id,
        given,
    )
    return select(Programme.slug).where(named, *holds).subquery("programmes_of_body")


def keys_of(own: UUID | None) -> ColumnElement[bool]:
    """Whether a task's key is one of a body, of one whose work it has since that ended, or of one that has its work."""
    # A process of the release before may still run. It writes no key organisation: its keys are those of the assigning
    # body.
    owner = func.coalesce(Task.key_organisation_id, Task.assigning_organisation_id)
    return owner == own if own is None else or_(owner == own, owner.in_(family(own)))


def is_seen(organisation_id: UUID | None) -> ColumnElement[bool]:
    """The rule of `is_visible` in SQL."""
    public = Task.classification == "public"
    return public if organisation_id is None else or_(public, has_part(organisation_id))


def is_named(mandated: Mandated) -> ColumnElement[bool]:
    """The rule of `Mandate.names` in SQL: a proposal that was not assigned is in no programme and no group."""
    groups = (and_(Task.programme_id == programme, Task.work_group == group) for programme, group in mandated.groups)
    by_programme = and_(
        Task.assigned_at.is_not(None), or_(Task.programme_id == among(mandated.programme_ids), false(), *groups)
    )
    bodies = mandated.organisation_ids
    return or_(
        by_programme,
        Task.lead_organisation_id == among(bodies),
        Task.assigning_organisation_id == among(bodies),
        Task.coordinating_organisation_ids.overlap(list(bodies)) if bodies else false(),
    )


def _standing(narrow: TaskFilter, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if narrow.status:
        found += [Task.status == narrow.status, *_FOLLOWS_FROM_STATUS.get(narrow.status, ())]
    elif narrow.restricted_for is None and narrow.mandated is None:
        # What a body refused in its programme does not stay in everyone's list of it.
        found.append(Task.status != "cancelled")
    if narrow.bucket:
        found += _in_bucket(narrow.bucket, now)
    if narrow.slip_days is not None:
        found += _slips(narrow.slip_days)
    if narrow.assignment:
        found += _assigned(narrow.assignment, now)
    if narrow.updated_since:
        found.append(Task.recorded_at >= narrow.updated_since)
    return found


def _of_bodies(narrow: TaskFilter) -> list[ColumnElement[bool]]:
    wanted: tuple[tuple[object, Callable[..., ColumnElement[bool]]], ...] = (
        (narrow.programme_id, lambda value: Task.programme_id == value),
        (narrow.programme_ids, lambda value: Task.programme_id == among(value)),
        (narrow.lead_organisation_ids, lambda value: Task.lead_organisation_id == among(value)),
        (narrow.assigning_organisation_id, lambda value: Task.assigning_organisation_id == value),
        (narrow.coordinating_organisation_id, lambda value: Task.coordinating_organisation_ids.contains([value])),
        (narrow.assigned_by, lambda value: Task.assigned_by == value),
        (narrow.upper_task_id, lambda value: Task.upper_task_id == value),
        (narrow.own_fields, lambda value: or_(*map(Task.own_fields.contains, value))),
        (narrow.directive_id, lambda value: Task.directive_id == value),
        (narrow.work_group, lambda value: Task.work_group == value),
        (narrow.confirming_organisation_id, lambda value: may_confirm(value, narrow.owned_programme_ids)),
    )
    return [condition(value) for value, condition in wanted if value is not None]


def _named(narrow: TaskFilter) -> list[ColumnElement[bool]]:
    """A whole key is compared by its form, as in requests; a part of one as it is spelled."""
    found = [found_in(Task.search_text, narrow.query)] if narrow.query else []
    if narrow.source is not None and narrow.external_id is not None:
        exactly = and_(Task.source == narrow.source, Task.external_id == narrow.external_id)
        return [*found, or_(Task.folded_key == folded_key(narrow.source, narrow.external_id), exactly)]
    named = (Task.source, narrow.source), (Task.external_id, narrow.external_id)
    return [*found, *(column == value for column, value in named if value is not None)]


# No index has the status, which a report changes. What follows from a status that few tasks have is in an index.
_NOT_ASSIGNED = (Task.assigned_at.is_(None),)
_FOLLOWS_FROM_STATUS: Mapping[str, Sequence[ColumnElement[bool]]] = {
    "draft": _NOT_ASSIGNED,
    "proposed": _NOT_ASSIGNED,
    # A proposal that ended, or a task that a decision ended.
    "cancelled": (or_(Task.assigned_at.is_(None), Task.cancelled_at.is_not(None)),),
    "submitted": (Task.submitted_at.is_not(None), Task.completed_at.is_(None)),
    "paused": (Task.paused_since.is_not(None),),
    "returned": (Task.returned_at.is_not(None), Task.completed_at.is_(None)),
    "completed": (Task.completed_at.is_not(None),),
}


def _in_bucket(bucket: str, now: datetime) -> Sequence[ColumnElement[bool]]:
    """The rule of the bucket, and what follows from it that an index has.

    The planner takes a comparison with an expression for true of one row in 200, and would sort what it finds; a CASE
    it takes for true of every second one, so that it reads in order.
    """
    rule = bucket_in_sql(Task.status, Task.kind, Task.current_deadline, now) == bucket
    holds = case((rule, true()), else_=false())
    if bucket == "recurring":
        return holds, Task.kind == "recurring"
    if bucket == "completed":
        return holds, Task.completed_at.is_not(None)
    return holds, now > BY_DEADLINE if bucket == "overdue" else now <= BY_DEADLINE


def _assigned(assignment: str, now: datetime) -> Sequence[ColumnElement[bool]]:
    """The rule of `assignment_of` in SQL, as `_in_bucket`: an index has what waits, and one what was objected to."""
    holds = case((Task.status.in_((*OPEN_STATUSES, "completed")), true()), else_=false())
    open_ = Task.accepted_at.is_(None)
    if assignment == "waiting":
        return holds, open_, Task.objected_at.is_(None), Task.accept_by >= now
    return holds, open_, Task.objected_at.is_not(None)


def _slips(days: int) -> Sequence[ColumnElement[bool]]:
    """As `_in_bucket`: few tasks have a day on which they are expected to be done, and an index has those."""
    rule = slips_in_sql(Task.status, Task.expected_on, Task.current_deadline, days)
    return case((rule, true()), else_=false()), Task.expected_on.is_not(None)
