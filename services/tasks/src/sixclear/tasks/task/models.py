"""Tables of tasks, and of what bodies say about them."""

from collections.abc import Collection
from dataclasses import fields
from datetime import date, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    inspect,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sixclear.common.entity import Versioned
from sixclear.common.folded_columns import without_signs
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.tables import Base
from sixclear.tasks.task.lifecycle import TaskRecord, TaskState

# Tasks without a deadline come last.
_DEADLINE = text("coalesce(current_deadline, 'infinity'::timestamptz)")


def _narrowed(name: str, condition: str) -> Index:
    return Index(f"ix_task_listing_{name}", _DEADLINE, "task_id", postgresql_where=text(condition))


class Task(Versioned, Base):
    """A task and where it stands. Timing (overdue, in term) is derived from the deadline, never stored.

    Its programme is there with the row: a use case asks for its owner, its rules and its slug.
    """

    __tablename__ = "task"

    task_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.programme_id"), index=True)
    # Held by the row, so that one request reads it once.
    programme: Mapped[Programme] = relationship(lazy="immediate")
    directive_id: Mapped[UUID | None] = mapped_column(ForeignKey("directive.directive_id"), index=True)
    clause: Mapped[str | None]
    # The national task that an own one stands below. No foreign key: it would lock that row, which reports wait for.
    upper_task_id: Mapped[UUID | None]
    upper_number: Mapped[str | None]
    title: Mapped[str]
    description: Mapped[str | None]
    search_text: Mapped[str]
    source: Mapped[str | None]
    external_id: Mapped[str | None]
    key_organisation_id: Mapped[UUID | None]
    # The form of the key, by which it is compared (see `sixclear.common.keys`).
    folded_key: Mapped[str | None]
    duplicate_of: Mapped[UUID | None] = mapped_column(ForeignKey("task.task_id"))
    proposed_by_organisation_id: Mapped[UUID | None]
    classification: Mapped[str]
    status: Mapped[str]
    kind: Mapped[str]
    recurrence: Mapped[str | None]
    assigned_by: Mapped[str]
    assigning_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"))
    lead_organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.organisation_id"))
    coordinating_organisation_ids: Mapped[list[UUID]]
    leader_position: Mapped[dict[str, Any] | None]
    responsible_position: Mapped[dict[str, Any] | None]
    product: Mapped[str | None]
    product_kind: Mapped[str | None]
    # Values of the fields that its programme adds: those that are public, and those that the bodies concerned read.
    own_fields: Mapped[dict[str, Any] | None]
    inside_fields: Mapped[dict[str, Any] | None]
    authority: Mapped[str | None]
    original_deadline: Mapped[datetime | None]
    current_deadline: Mapped[datetime | None]
    assigned_at: Mapped[datetime | None]
    percent: Mapped[int] = mapped_column(SmallInteger)
    last_report_at: Mapped[datetime | None]
    # The day on which the body that reports expects to be done. What was said of it in private is forgotten.
    expected_on: Mapped[date | None]
    reports_count: Mapped[int] = mapped_column(Integer)
    submitted_at: Mapped[datetime | None]
    # When its result was last returned; what comes later leaves it, so that no report touches the index of it.
    returned_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    completed_by_organisation_id: Mapped[UUID | None]
    cancelled_at: Mapped[datetime | None]
    # What a pause found, and will be again.
    paused_since: Mapped[datetime | None]
    status_before_pause: Mapped[str | None]
    # Until when the lead body may object to the assignment, and when it accepted or objected. An answer moves no
    # version. The release before writes none of them: what it assigns is accepted.
    accept_by: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    objected_at: Mapped[datetime | None]
    work_group: Mapped[str | None]
    replaced_by: Mapped[list[UUID] | None]
    # When its body said "no change" of it once too often; a report that is later than this says that it moves.
    unmoved_at: Mapped[datetime | None]
    # The entity of another service that it came of: `id` and `source`. Set with the task, by no request.
    origin: Mapped[dict[str, Any] | None]
    evidence_count: Mapped[int] = mapped_column(Integer)
    demonstration: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        UniqueConstraint("source", "external_id", "key_organisation_id"),
        UniqueConstraint("folded_key", "key_organisation_id"),
        Index(
            "ix_task_unfolded_key",
            "source",
            "external_id",
            postgresql_where=text("folded_key IS NULL AND source IS NOT NULL"),
        ),
        # What a report changes is in no index but this one, which hinders no HOT update; see `0021_task_hot_updates`.
        Index(
            "ix_task_recorded_at",
            "recorded_at",
            postgresql_using="brin",
            postgresql_with={"pages_per_range": 8},
        ),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("classification IN ('public', 'restricted')", name="classification"),
        CheckConstraint("kind IN ('one_off', 'recurring')", name="kind"),
        # The order of lists, whole and narrowed: no report changes any of these columns.
        Index("ix_task_listing", _DEADLINE, "task_id"),
        Index("ix_task_listing_lead", "lead_organisation_id", _DEADLINE, "task_id"),
        Index("ix_task_assigning", "assigning_organisation_id", "programme_id"),
        Index("ix_task_listing_level", "assigned_by", _DEADLINE, "task_id"),
        _narrowed("recurring", "kind = 'recurring'"),
        _narrowed("completed", "completed_at IS NOT NULL"),
        _narrowed("paused", "paused_since IS NOT NULL"),
        _narrowed("over", "assigned_at IS NULL OR cancelled_at IS NOT NULL"),
        _narrowed("submitted", "submitted_at IS NOT NULL AND completed_at IS NULL"),
        _narrowed("returned", "returned_at IS NOT NULL AND completed_at IS NULL"),
        # The only column of a list that a report may change, where it states another day than the one before.
        _narrowed("expected", "expected_on IS NOT NULL"),
        _narrowed("objected", "objected_at IS NOT NULL"),
        Index(
            "ix_task_accept_by",
            "accept_by",
            postgresql_where=text("accept_by IS NOT NULL AND accepted_at IS NULL AND objected_at IS NULL"),
        ),
        Index("ix_task_work_group", "work_group", postgresql_where=text("work_group IS NOT NULL")),
        Index("ix_task_upper", "upper_task_id", postgresql_where=text("upper_task_id IS NOT NULL")),
        Index(
            "ix_task_not_assigned",
            "programme_id",
            "proposed_by_organisation_id",
            postgresql_where=text("assigned_at IS NULL"),
        ),
        Index(
            "ix_task_own_fields", "own_fields", postgresql_using="gin", postgresql_ops={"own_fields": "jsonb_path_ops"}
        ),
        Index("ix_task_coordinating_organisation_ids", "coordinating_organisation_ids", postgresql_using="gin"),
        # The release before reads the first of these two; so does a search for signs alone.
        Index("ix_task_search", "search_text", postgresql_using="gin", postgresql_ops={"search_text": "gin_trgm_ops"}),
        Index(
            "ix_task_search_compact",
            literal_column(without_signs("search_text"), Text).label("compact"),
            postgresql_using="gin",
            postgresql_ops={"compact": "gin_trgm_ops"},
        ),
    )


class CarriesTask(Versioned):
    """What an entity that hangs on a task, or on several, carries of it: its event is counted without a join.

    It is seen and published as its tasks are. `organisation_id` is the body that was answerable when it was open.
    """

    programme: Mapped[str]
    assigned_by: Mapped[str]
    organisation_id: Mapped[UUID | None]
    classification: Mapped[str]
    demonstration: Mapped[bool] = mapped_column(Boolean)

    @classmethod
    def of_task(cls, task_id: UUID) -> ColumnElement[bool]:
        """Whether it hangs on this task."""
        raise NotImplementedError

    @property
    def is_open(self) -> bool:
        """Whether it goes along when its task comes into other hands."""
        raise NotImplementedError

    @property
    def addresses(self) -> Collection[str]:
        """What stands in the address of a request that reads it, without the words."""
        return [str(value) for value in inspect(self).identity or ()]


class HangsOnTask(CarriesTask):
    """An entity that hangs on one task."""

    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.task_id"))

    @classmethod
    def of_task(cls, task_id: UUID) -> ColumnElement[bool]:
        return cls.task_id == task_id


class ProgressReport(Base):
    """What a body said about its progress: kept as it was said.

    `percent` is what was stored then. `public_percent` is what everyone else reads in its place; null: the same.
    """

    __tablename__ = "progress_report"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.task_id"), primary_key=True)
    task_version: Mapped[int] = mapped_column(Integer, primary_key=True)
    organisation_id: Mapped[UUID | None]
    percent: Mapped[int] = mapped_column(SmallInteger)
    public_percent: Mapped[int | None] = mapped_column(SmallInteger)
    text: Mapped[str]
    difficulty: Mapped[str | None]
    cause: Mapped[str | None]
    remedy: Mapped[str | None]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    # The period of a recurring task that it is of, and whether the report named it.
    period: Mapped[str | None]
    period_named: Mapped[bool | None] = mapped_column(Boolean)
    expected_on: Mapped[date | None]

    # A list by last report reads from its end.
    __table_args__ = (Index("ix_progress_report_listing", "occurred_at", "task_id"),)


class Evidence(Base):
    """What proves a result: a link, a file or a document; of the last two `url` is the address here."""

    __tablename__ = "evidence"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.task_id"), primary_key=True)
    task_version: Mapped[int] = mapped_column(Integer, primary_key=True)
    # The release before does not write it.
    evidence_id: Mapped[UUID] = mapped_column(unique=True, server_default=text("gen_random_uuid()"))
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("file.file_id"), index=True)
    # The document that is the result; `url` then has its address here. The release before does not write it.
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.document_id"), index=True)
    title: Mapped[str]
    url: Mapped[str]
    sha256: Mapped[str | None]
    # The period of a recurring task that it proves, where its sender names one. The release before does not write it.
    period: Mapped[str | None]
    # Which of the three confirmations of a system it gives. The release before does not write it.
    proves: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    organisation_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


_read_state = attrgetter(*(field.name for field in fields(TaskState)))


# A task's row, or the frozen record of it: both have the same names.
AnyTask = Task | TaskRecord


def state_of(task: AnyTask) -> TaskState:
    """What rules read of a task, as the row has it now."""
    return task if isinstance(task, TaskState) else TaskState(*_read_state(task))
