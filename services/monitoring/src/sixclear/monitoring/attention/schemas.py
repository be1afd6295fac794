"""The lists of what needs attention, as they are answered."""

from datetime import date, datetime
from typing import Literal
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


class _Waiting(_Concern):
    awaiting_since: datetime | None = Field(
        description="When its result was handed in; null for one that waits for no confirmation."
    )
    confirming_organisation_id: UUID | None = Field(description="The body for whose confirmation it waits.")
    confirming_organisation_name: str | None
    confirming_organisation_name_en: str | None


class ReturnedTask(_Waiting):
    """A task whose result was returned more than once."""

    task_id: UUID
    title: str
    times_returned: int
    last_returned_at: datetime


class AwaitingTask(_Waiting):
    """A task that was handed in and that another body has not confirmed."""

    task_id: UUID
    title: str
    awaiting_since: datetime
    days_waiting: int = Field(description="Civil days in Asia/Ho_Chi_Minh.")
    deadline: datetime | None
    handed_in_on_time: bool | None = Field(description="By the current deadline; null while that is not known.")


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


class UnmovedTask(_Concern):
    """A task of which its body said too often that nothing changed."""

    task_id: UUID
    title: str
    unmoved_since: datetime = Field(description="When its body said so in the fourth filing in a row.")
    days_unmoved: int = Field(description="Civil days in Asia/Ho_Chi_Minh.")


class MissingFiling(_Concern):
    """What a body owes a programme as its report on a period, and has not filed."""

    filing_id: UUID
    programme: str
    period: str
    late_at: datetime
    days_late: int = Field(description="Civil days in Asia/Ho_Chi_Minh.")


class OpenObstacle(_Concern):
    """What holds work back, and at which level it waits for a decision."""

    obstacle_id: UUID
    programme: str
    counts_as: str
    level: str
    since: date
    days_open: int = Field(description="Civil days in Asia/Ho_Chi_Minh.")


class OverdueTasks(Schema):
    """A list and the rule by which something is on it."""

    rule: str
    items: list[OverdueTask]


class ReturnedTasks(Schema):
    """A list and the rule by which something is on it."""

    rule: str
    items: list[ReturnedTask]


class AwaitingTasks(Schema):
    """A list and the rule by which something is on it."""

    rule: str
    items: list[AwaitingTask]


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


class UnmovedTasks(Schema):
    """A list and the rule by which something is on it."""

    rule: str
    items: list[UnmovedTask]


class MissingFilings(Schema):
    """A list and the rule by which something is on it."""

    rule: str
    items: list[MissingFiling]


class OpenObstacles(Schema):
    """A list and the rule by which something is on it."""

    rule: str
    items: list[OpenObstacle]


class Attention(Schema):
    """What needs attention."""

    as_of: datetime
    reach: Literal["national", "own"] | None = Field(
        default=None, description="Whose tasks are listed; submissions and databases are listed whatever it is."
    )
    longest_overdue: OverdueTasks
    returned_twice: ReturnedTasks
    no_report_in_cycle: SilentTasks
    awaiting_confirmation: AwaitingTasks
    answers_past_clock: LateAnswers
    databases_at_risk: DatabasesAtRisk
    not_filed: MissingFilings
    obstacles: OpenObstacles
    without_movement: UnmovedTasks
