"""The lists of what needs attention, as they are answered."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema


class _Concern(Schema):
    organisation_id: UUID | None
    organisation_name: str | None
    organisation_name_en: str | None
    demonstration: bool


class OverdueTask(_Concern):
    """A task past its deadline."""

    task_id: UUID
    title: str
    deadline: datetime
    days_late: int = Field(description="Civil days in Asia/Ho_Chi_Minh.")


class ReturnedTask(_Concern):
    """A task whose result was returned more than once."""

    task_id: UUID
    title: str
    times_returned: int
    last_returned_at: datetime


class DatabaseAtRisk(_Concern):
    """A database with a declared high risk."""

    entry_id: UUID
    title: str
    stage: str
    lists: list[str]


class LateAnswer(_Concern):
    """A submission whose answer is late."""

    submission_id: UUID
    kind: str
    due_at: datetime
    days_late: int = Field(description="Civil days in Asia/Ho_Chi_Minh.")


class SilentTask(_Concern):
    """A task without a report in its cycle."""

    task_id: UUID
    title: str
    last_report_at: datetime | None
    silent_since: datetime
    days_silent: int = Field(description="Civil days in Asia/Ho_Chi_Minh.")


class OverdueTasks(Schema):
    """A list and the rule by which something is on it."""

    rule: str
    items: list[OverdueTask]


class ReturnedTasks(Schema):
    """A list and the rule by which something is on it."""

    rule: str
    items: list[ReturnedTask]


class DatabasesAtRisk(Schema):
    """A list and the rule by which something is on it."""

    rule: str
    items: list[DatabaseAtRisk]


class LateAnswers(Schema):
    """A list and the rule by which something is on it."""

    rule: str
    items: list[LateAnswer]


class SilentTasks(Schema):
    """A list and the rule by which something is on it."""

    rule: str
    items: list[SilentTask]


class Attention(Schema):
    """What needs attention."""

    as_of: datetime
    longest_overdue: OverdueTasks
    returned_twice: ReturnedTasks
    no_report_in_cycle: SilentTasks
    answers_past_clock: LateAnswers
    databases_at_risk: DatabasesAtRisk
