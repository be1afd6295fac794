"""Tables of the projection. Everything here can be rebuilt from the event logs.

A task belongs to the log of `tasks`, a submission to that of `feedback`, an entry to that of `data-catalog`; their
tables hold the log's `epoch`. Rows of an epoch that is not active yet are a rebuild beside the view.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Identity, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.monitoring.tables import Base


class SourceView(Base):
    """Which epoch of a source's log readers see, and up to which instant it is known to be complete.

    `next_epoch` is folded beside it since `next_since`; `next_folded_at` and `next_recorded_at` tell how far it is.
    `relayed` says whether a relay is between the log and the view; true until a leader knows better.
    `rules` numbers the rules by which its records are counted (`projection.RULES`).
    """

    __tablename__ = "source_view"

    source: Mapped[str] = mapped_column(primary_key=True)
    active_epoch: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    next_epoch: Mapped[int | None] = mapped_column(Integer)
    next_since: Mapped[datetime | None]
    next_folded_at: Mapped[datetime | None]
    next_recorded_at: Mapped[datetime | None]
    events: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    last_event_at: Mapped[datetime | None]
    current_until: Mapped[datetime | None]
    lag_messages: Mapped[int | None] = mapped_column(BigInteger)
    relayed: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    rules: Mapped[int] = mapped_column(Integer, server_default=text("1"))


class Leadership(Base):
    """One row: who may write the view (`token`), and the number of its last visible change.

    Every transaction that writes the view locks this row and compares its token, so a leader that was paused and
    woke up after its successor is refused.
    """

    __tablename__ = "leadership"

    only_row: Mapped[bool] = mapped_column(Boolean, primary_key=True, server_default=text("true"))
    token: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    holder: Mapped[str | None]
    taken_at: Mapped[datetime | None]
    view_sequence: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    reconciled: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))

    __table_args__ = (CheckConstraint("only_row", name="only_row"),)


class OrganisationState(Base):
    """An organisation as it is known now. `ancestors` holds itself and everything above it, nearest first."""

    __tablename__ = "organisation_state"

    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    code: Mapped[str]
    codes: Mapped[list[str]]
    level: Mapped[str]
    name_vi: Mapped[str]
    name_en: Mapped[str | None]
    parent_id: Mapped[UUID | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    ancestors: Mapped[list[UUID]]

    __table_args__ = (
        Index("ix_organisation_state_codes", "codes", postgresql_using="gin"),
        Index("ix_organisation_state_level", "epoch", "level"),
    )


class ProgrammeState(Base):
    """A programme as it is known now."""

    __tablename__ = "programme_state"

    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    programme_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    slug: Mapped[str]
    name_vi: Mapped[str]
    name_en: Mapped[str | None]
    demonstration: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (Index("ix_programme_state_slug", "epoch", "slug"),)


class History:
    """One published version of an entity, true from `valid_from` until `valid_to` (null: still)."""

    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    previous_version: Mapped[int | None] = mapped_column(Integer)
    change: Mapped[str]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    view_sequence: Mapped[int] = mapped_column(BigInteger)


class State:
    """The greatest version of an entity, and how it is counted now.

    `bucket` is null when it is not counted; after `next_boundary` it belongs into another one. Versions below
    `withdrawn_version` are gone for good.
    """

    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    withdrawn_version: Mapped[int] = mapped_column(Integer)
    occurred_at: Mapped[datetime]
    bucket: Mapped[str | None]
    next_boundary: Mapped[datetime | None]


class TaskFacts:
    """What the view keeps of a task; all null in the version by which it was withdrawn."""

    task_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID | None]
    programme: Mapped[str | None]
    assigned_by: Mapped[str | None]
    title: Mapped[str | None]
    status: Mapped[str | None]
    kind: Mapped[str | None]
    deadline: Mapped[datetime | None]
    last_report_at: Mapped[datetime | None]
    demonstration: Mapped[bool | None] = mapped_column(Boolean)


class TaskState(TaskFacts, State, Base):
    """Every task as it is now."""

    __tablename__ = "task_state"


class TaskHistory(TaskFacts, History, Base):
    """Every task as it was."""

    __tablename__ = "task_history"


class SubmissionFacts:
    """What the view keeps of a submission: never a text, never a person."""

    submission_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID | None]
    programme: Mapped[str | None]
    status: Mapped[str | None]
    kind: Mapped[str | None]
    visibility: Mapped[str | None]
    due_soon_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    demonstration: Mapped[bool | None] = mapped_column(Boolean)


class SubmissionState(SubmissionFacts, State, Base):
    """Every submission as it is now."""

    __tablename__ = "submission_state"


class SubmissionHistory(SubmissionFacts, History, Base):
    """Every submission as it was."""

    __tablename__ = "submission_history"


class EntryFacts:
    """What the view keeps of a catalogue entry."""

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID | None]
    code: Mapped[str | None]
    title: Mapped[str | None]
    kind: Mapped[str | None]
    lists: Mapped[list[str] | None]
    stage: Mapped[str | None]
    risk: Mapped[str | None]
    registration: Mapped[str | None]
    demonstration: Mapped[bool | None] = mapped_column(Boolean)


class EntryState(EntryFacts, State, Base):
    """Every catalogue entry as it is now."""

    __tablename__ = "entry_state"


class EntryHistory(EntryFacts, History, Base):
    """Every catalogue entry as it was."""

    __tablename__ = "entry_history"


class Counter(Base):
    """How many, rolled up on write.

    `scope` is an organisation with everything below it (zero: the country); `programme` and `assigned_by` are empty
    for all. A status query reads the rows of one scope, programme and assigning level.
    """

    __tablename__ = "counter"

    source: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    scope: Mapped[UUID] = mapped_column(primary_key=True)
    programme: Mapped[str] = mapped_column(primary_key=True)
    assigned_by: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)

    # Room on each page keeps updates of `n` from touching the index.
    __table_args__ = ({"postgresql_with": {"fillfactor": 70}},)


class LastReport(Base):
    """When the last progress report of a scope was made; the keys are those of `counter`."""

    __tablename__ = "last_report"

    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    scope: Mapped[UUID] = mapped_column(primary_key=True)
    programme: Mapped[str] = mapped_column(primary_key=True)
    assigned_by: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]

    __table_args__ = ({"postgresql_with": {"fillfactor": 70}},)


class Gap(Base):
    """A version that another one names as its predecessor and that never came: a lost event until it arrives."""

    __tablename__ = "gap"

    source: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    entity_type: Mapped[str] = mapped_column(primary_key=True)
    entity_id: Mapped[UUID] = mapped_column(primary_key=True)
    missing_version: Mapped[int] = mapped_column(Integer, primary_key=True)
    noticed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Reconciliation(Base):
    """A comparison that found a difference, and when it was repaired."""

    __tablename__ = "reconciliation"

    reconciliation_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    checked_at: Mapped[datetime]
    differences: Mapped[list[dict[str, Any]]]
    repaired_at: Mapped[datetime | None]


def _history_indexes(table: str, *, reports: bool) -> None:
    columns = Base.metadata.tables[table].c
    interval = text("tstzrange(valid_from, valid_to)")
    Index(f"ix_{table}_valid", interval, postgresql_using="gist", _table=Base.metadata.tables[table])
    Index(f"ix_{table}_recorded_at", columns.recorded_at)
    Index(f"ix_{table}_view_sequence", columns.view_sequence)
    if reports:
        reported = columns.change == text("'progress_reported'")
        Index(f"ix_{table}_reports", columns.epoch, columns.occurred_at, postgresql_where=reported)
        returned = columns.change == text("'returned'")
        Index(f"ix_{table}_returned", columns.epoch, columns.task_id, postgresql_where=returned)


def _state_indexes(table: str, due: str | None) -> None:
    columns = Base.metadata.tables[table].c
    Index(f"ix_{table}_organisation_id", columns.epoch, columns.organisation_id)
    if due is not None:
        waits = columns.next_boundary.is_not(None)
        Index(f"ix_{table}_next_boundary", columns.next_boundary, postgresql_where=waits)
        Index(f"ix_{table}_overdue", columns[due], postgresql_where=columns.bucket == text("'overdue'"))


for _table, _reports in (("task_history", True), ("submission_history", False), ("entry_history", False)):
    _history_indexes(_table, reports=_reports)
for _table, _due in (("task_state", "deadline"), ("submission_state", "due_at"), ("entry_state", None)):
    _state_indexes(_table, _due)
_submissions = SubmissionState.__table__.c
Index(
    "ix_submission_state_due_soon",
    _submissions.due_soon_at,
    postgresql_where=_submissions.bucket == text("'due_soon'"),
)
_submission_versions = SubmissionHistory.__table__.c
Index(
    "ix_submission_history_sealed",
    _submission_versions.submission_id,
    postgresql_where=_submission_versions.visibility == text("'sealed'"),
)
