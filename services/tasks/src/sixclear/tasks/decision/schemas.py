"""Requests and answers on decisions."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.bulk.results import ItemProblem
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Slug, Text
from sixclear.tasks.fields import Deadline, Line, OccurredAt, Reference
from sixclear.tasks.organisation.schemas import OrganisationBrief
from sixclear.tasks.task.schemas import Position

Kind = Literal["extension", "transfer", "pause", "resume", "cancellation", "split", "merger", "regrouping", "reopening"]
Outcome = Literal["granted", "granted_otherwise", "refused"]
PartOutcome = Literal["waiting", "done", "rejected"]
State = Annotated[
    Literal["asked", "granted", "granted_otherwise", "refused", "accepted", "declined", "withdrawn", "lapsed"],
    Field(
        description="A granted transfer waits until the receiving body has `accepted` or `declined` it. `withdrawn`: "
        "the body that asked took it back. `lapsed`: its task ended before it was decided or accepted."
    ),
]
_DEADLINE = "Of an extension: a later one than the current one. Of a resume: the one that holds from then on."
_ORGANISATION = "Of a transfer: the body that is to lead the task."
_WORK_GROUP = "Of a regrouping: the group of work of the programme."
ReplacedBy = Annotated[
    list[UUID] | None,
    Field(
        min_length=1,
        max_length=20,
        description="Tasks of the same programme that take its place: of a split at least two proposals, which are "
        "assigned with it and inherit its original deadline; of a merger the one into which it goes, which has the "
        "earliest original deadline.",
    ),
]


class DecisionEntry(Schema):
    """What a body asks for on a task, and why."""

    kind: Kind
    reason: Text
    document: Line | None = Field(default=None, description="The document by which it is asked, such as its number.")
    deadline: Deadline | None = Field(default=None, description=_DEADLINE)
    organisation: Reference | None = Field(default=None, description=_ORGANISATION)
    work_group: Slug | None = Field(default=None, description=_WORK_GROUP)
    replaced_by: ReplacedBy = None
    objection: bool = Field(
        default=False,
        description="The lead body does not accept the assignment, within five working days: a `transfer` says which "
        "body is to have the task, a `cancellation` that none is.",
    )
    occurred_at: OccurredAt = None


class DecisionOverManyEntry(DecisionEntry):
    """What a body asks for on many tasks with one request, and why."""

    task_ids: list[UUID] = Field(min_length=1, max_length=500, description="The tasks, each of them once.")


class DecisionAnswer(Schema):
    """What is decided on a request; `granted_otherwise` names the value that is granted in its place."""

    outcome: Outcome
    reason: Text | None = Field(default=None, description="Needed unless it is granted as it was asked.")
    deadline: Deadline | None = Field(default=None, description="What is granted otherwise: as in the request.")
    organisation: Reference | None = Field(default=None, description=_ORGANISATION)
    work_group: Slug | None = Field(default=None, description=_WORK_GROUP)
    replaced_by: ReplacedBy = None
    occurred_at: OccurredAt = None


class Acceptance(Schema):
    """That a body takes over a task, and which position there is responsible."""

    responsible_position: Position | None = Field(
        default=None, description="Needed where the programme asks for all six clears."
    )
    occurred_at: OccurredAt = None


class Declination(Schema):
    """Why a body does not take over a task."""

    reason: Text
    occurred_at: OccurredAt = None


class DecisionValue(Schema):
    """What a decision is about; what its kind has no use for is null."""

    deadline: datetime | None = None
    organisation: OrganisationBrief | None = None
    work_group: str | None = None
    replaced_by: list[UUID] | None = None


class DecisionView(Schema):
    """A decision on a task, asked for or taken."""

    decision_id: UUID
    task_id: UUID
    programme: str
    organisation: OrganisationBrief | None = Field(
        description="The body that is answerable for the task, or was when it was decided."
    )
    kind: Kind
    state: State
    reason: str
    document: str | None
    former: DecisionValue = Field(description="What held when it was asked, or when it was decided.")
    proposed: DecisionValue
    decided: DecisionValue | None = Field(description="What was granted; null while nothing is.")
    asked_by: OrganisationBrief | None
    asked_at: datetime
    asked_late: bool = Field(
        description="An extension was asked for after the deadline, or later than the programme's rule allows."
    )
    decide_by: datetime = Field(description="Until when it is to be decided, by the programme's rule.")
    awaited: bool = Field(description="It is not decided, and `decide_by` is over.")
    decided_by: OrganisationBrief | None
    decided_at: datetime | None
    decision_reason: str | None = Field(description="Why it was decided so, or why a transfer was declined.")
    part_of: UUID | None = Field(description="The decision over many tasks that it is a part of.")
    objection: bool = Field(default=False, description="The lead body asks because it does not accept the assignment.")
    demonstration: bool
    version: int


class DecisionPartView(Schema):
    """What became of a decision over many tasks at one of them."""

    task_id: UUID
    outcome: PartOutcome = Field(
        description="`done`: what was asked, or decided, holds for this task. `rejected`: the task cannot take it."
    )
    decision_id: UUID | None = Field(description="The decision on this task; null where nothing was asked.")
    problem: ItemProblem | None = Field(description="Why it was rejected.")


class DecisionOverManyView(Schema):
    """One decision over many tasks: what was asked and decided, and how far it has come."""

    decision_id: UUID
    kind: Kind
    state: Literal["asked", "granted", "granted_otherwise", "refused", "withdrawn"]
    reason: str
    document: str | None
    proposed: DecisionValue
    decided: DecisionValue | None = Field(description="What was granted; null while nothing is.")
    asked_by: OrganisationBrief | None
    asked_at: datetime
    decided_by: OrganisationBrief | None
    decided_at: datetime | None
    decision_reason: str | None
    waiting: int = Field(description="How many tasks it has not reached yet.")
    done: int = Field(description="For how many tasks it holds.")
    rejected: int = Field(description="How many tasks cannot take it.")
    listing: bool = Field(
        default=False,
        description="The tasks of a body that has ended are still being listed: these figures grow.",
    )
    tasks: list[DecisionPartView] = Field(
        description="One page of its tasks, by their identifiers; of an answer to a step the first one."
    )
    next: str | None = Field(default=None, description="Cursor of the next page of tasks; null on the last one.")
    version: int
