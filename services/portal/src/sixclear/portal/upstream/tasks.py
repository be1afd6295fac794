"""`tasks`: programmes, organisations, tasks with their reports, evidence, history and all that hangs on them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.portal.upstream.answer import Answer, Listing, Operation
from sixclear.portal.upstream.programmes import Programme
from sixclear.portal.upstream.transport import Query, Transport

Bucket = Literal["completed", "in_term", "overdue", "recurring"]


class OrganisationBrief(Answer):
    """An organisation as other answers name it."""

    organisation_id: UUID
    code: str = ""
    name_vi: str
    name_en: str | None = None


class Organisation(OrganisationBrief):
    """An organisation; one that was merged or closed has `ended`."""

    level: str = ""
    ended: str | None = None


class Predecessor(Answer):
    """A unit that another one took the place of, and the first day on which it was no more."""

    code: str
    name_vi: str
    valid_to: date | None = None
    legal_basis: str = ""
    organisation_id: UUID | None = None


class FoundOrganisation(Organisation):
    """An organisation that somebody looked for, with what it was before."""

    predecessors: list[Predecessor] = Field(default_factory=list)


class Name(Answer):
    """What an organisation was called until a day; it is called so now without one."""

    name_vi: str
    valid_to: date | None = None
    legal_basis: str = ""


class OrganisationDetail(FoundOrganisation):
    """An organisation with its past: its former names, and what has its open work where it is no more."""

    valid_to: date | None = None
    successor: OrganisationBrief | None = None
    periods: list[Name] = Field(default_factory=list)


class Directive(Answer):
    """A document that gives tasks."""

    directive_id: UUID
    number: str
    issued_on: date | None = None
    issuer: OrganisationBrief | None = None


class Position(Answer):
    """A position: never a person's name."""

    title: str


class TaskSummary(Answer):
    """A task as lists show it; `bucket` is None for one that is not counted.

    A task of which no one reported has 0 percent: what is so is not known, and no page writes the zero.
    """

    task_id: UUID
    code: str | None = None
    title: str
    programme: str | None = None
    status: str
    kind: str = "one_off"
    bucket: Bucket | None = None
    lead_organisation: OrganisationBrief | None = None
    percent: int | None = None
    original_deadline: datetime | None = None
    current_deadline: datetime | None = None
    last_report_at: datetime | None = None
    submitted_at: datetime | None = None
    handed_in_on_time: bool | None = None
    completed_at: datetime | None = None
    demonstration: bool = False


class Assignment(Answer):
    """Whether the lead body accepts what it was given; without `accept_by` no answer is needed."""

    state: str
    since: datetime
    accept_by: datetime | None = None


class Task(TaskSummary):
    """A task with all that is public about it."""

    description: str | None = None
    directive: Directive | None = None
    clause: str | None = None
    recurrence: str | None = None
    assigning_organisation: OrganisationBrief | None = None
    coordinating_organisations: list[OrganisationBrief] = Field(default_factory=list)
    leader_position: Position | None = None
    responsible_position: Position | None = None
    product: str | None = None
    own_fields: dict[str, str | bool | int | float] | None = None
    authority: str | None = None
    work_group: str | None = None
    replaced_by: list[UUID] | None = None
    upper_task_id: UUID | None = None
    upper_number: str | None = None
    assignment: Assignment | None = None
    paused_since: datetime | None = None
    expected_on: date | None = None
    reports_count: int | None = None
    evidence_count: int | None = None
    confirming_organisation: OrganisationBrief | None = None
    completed_by: OrganisationBrief | None = None


class Report(Answer):
    """A progress report as it was said."""

    percent: int | None = None
    text: str = ""
    difficulty: str | None = None
    cause: str | None = None
    remedy: str | None = None
    organisation: OrganisationBrief | None = None
    occurred_at: datetime


class Evidence(Answer):
    """What proves a result, and what a body that does not do the task decided on it."""

    title: str
    url: str
    document_id: UUID | None = None
    sha256: str | None = None
    period: str | None = None
    proves: list[str] = Field(default_factory=list)
    occurred_at: datetime | None = None
    state: str = ""
    reason: str | None = None
    decided_by: OrganisationBrief | None = None
    decided_at: datetime | None = None
    redacted_at: datetime | None = None
    redaction_reason: str | None = None


class Milestone(Answer):
    """A part of a task with a date of its own."""

    title: str
    weight: int = 1
    original_deadline: datetime
    current_deadline: datetime
    reached_at: datetime | None = None
    lapsed_at: datetime | None = None
    evidence_state: str | None = None
    overdue: bool = False


class Milestones(Listing[Milestone]):
    """All milestones of a task, and how much of its plan is reached."""

    reached_percent: Decimal | None = None
    accepted_percent: Decimal | None = None
    reported_percent: int | None = None


class SpecialDay(Answer):
    """A day that is not what its weekday says."""

    day: date
    name_vi: str
    name_en: str


class DueDay(Answer):
    """How a due day was found, from the day that the rule names."""

    rule_day: date
    due_day: date
    special: list[SpecialDay] = Field(default_factory=list)
    legal_basis: str | None = None


class EvidenceCounts(Answer):
    """How many pieces of evidence wait, were accepted and were refused."""

    waiting: int = 0
    accepted: int = 0
    refused: int = 0


class Period(Answer):
    """A period of a recurring task."""

    key: str
    due_at: datetime
    due: DueDay
    locks_at: datetime
    status: str
    timing: str | None = None
    reported_at: datetime | None = None
    percent: int | None = None
    text: str | None = None
    evidence: EvidenceCounts = Field(default_factory=EvidenceCounts)


class DecisionValue(Answer):
    """What a decision is about; what its kind has no use for is None."""

    deadline: datetime | None = None
    organisation: OrganisationBrief | None = None
    work_group: str | None = None
    replaced_by: list[UUID] | None = None


class Decision(Answer):
    """What a body asked for on a task, and what was decided."""

    kind: str
    state: str
    reason: str
    document: str | None = None
    former: DecisionValue
    proposed: DecisionValue
    decided: DecisionValue | None = None
    asked_by: OrganisationBrief | None = None
    asked_at: datetime
    asked_late: bool = False
    decide_by: datetime
    awaited: bool = False
    decided_by: OrganisationBrief | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None
    objection: bool = False


class Comment(Answer):
    """What a supervising body said of a task, and what it was answered."""

    text: str
    commented_by: OrganisationBrief
    commented_at: datetime
    answer: str | None = None
    answered_by: OrganisationBrief | None = None
    answered_at: datetime | None = None


class HistoryEntry(Answer):
    """One change of a task."""

    version: int
    change: str
    occurred_at: datetime
    organisation: OrganisationBrief | None = None
    percent: int | None = None
    current_deadline: datetime | None = None


_V1 = "/api/tasks/v1"
# Of each list that hangs on a task; a page names how many there are, and leads to the rest.
_MOST = 100
DIRECTIVES = Operation("tasks", "GET", f"{_V1}/directives", Listing[Directive])
PROGRAMMES = Operation("tasks", "GET", f"{_V1}/programmes", Listing[Programme], outlasts=True)
TASKS = Operation("tasks", "GET", f"{_V1}/tasks", Listing[TaskSummary])
TASK = Operation("tasks", "GET", f"{_V1}/tasks/{{task_id}}", Task)
HISTORY = Operation("tasks", "GET", f"{_V1}/tasks/{{task_id}}/history", Listing[HistoryEntry])
REPORTS = Operation("tasks", "GET", f"{_V1}/tasks/{{task_id}}/reports", Listing[Report])
EVIDENCE = Operation("tasks", "GET", f"{_V1}/tasks/{{task_id}}/evidence", Listing[Evidence])
MILESTONES = Operation("tasks", "GET", f"{_V1}/tasks/{{task_id}}/milestones", Milestones)
PERIODS = Operation("tasks", "GET", f"{_V1}/tasks/{{task_id}}/periods", Listing[Period])
DECISIONS = Operation("tasks", "GET", f"{_V1}/decisions", Listing[Decision])
COMMENTS = Operation("tasks", "GET", f"{_V1}/tasks/{{task_id}}/comments", Listing[Comment])
ORGANISATION = Operation("tasks", "GET", f"{_V1}/organisations/{{organisation}}", OrganisationDetail, outlasts=True)
FOUND = Operation("tasks", "GET", f"{_V1}/organisations", Listing[FoundOrganisation])
ORGANISATIONS = Operation("tasks", "GET", f"{_V1}/organisations", Listing[Organisation], outlasts=True)


class Tasks:
    """The calls to `tasks`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def programmes(self) -> Listing[Programme]:
        """All programmes that are public."""
        return await self._transport.kept(PROGRAMMES, {"limit": 200})

    async def directives(self, programme: str) -> Listing[Directive]:
        """The documents that give the tasks of a programme, or of any, the newest first."""
        return await self._transport.get(DIRECTIVES, {"programme": programme, "limit": 200})

    async def tasks(self, query: Query) -> Listing[TaskSummary]:
        """One page of tasks."""
        return await self._transport.get(TASKS, query)

    async def task(self, task_id: UUID) -> Task:
        """One task."""
        return await self._transport.get(TASK, task_id=task_id)

    async def history(self, task_id: UUID, cursor: str = "") -> Listing[HistoryEntry]:
        """The changes of a task, newest first."""
        return await self._transport.get(HISTORY, {"limit": _MOST, "cursor": cursor}, task_id=task_id)

    async def reports(self, task_id: UUID, cursor: str = "") -> Listing[Report]:
        """The progress reports of a task, newest first."""
        return await self._transport.get(REPORTS, {"limit": _MOST, "cursor": cursor}, task_id=task_id)

    async def evidence(self, task_id: UUID, cursor: str = "") -> Listing[Evidence]:
        """What proves the result of a task, newest first."""
        return await self._transport.get(EVIDENCE, {"limit": _MOST, "cursor": cursor}, task_id=task_id)

    async def comments(self, task_id: UUID, cursor: str = "") -> Listing[Comment]:
        """What supervisors said of a task, newest first."""
        return await self._transport.get(COMMENTS, {"limit": _MOST, "cursor": cursor}, task_id=task_id)

    async def milestones(self, task_id: UUID) -> Milestones:
        """The milestones of a task."""
        return await self._transport.get(MILESTONES, task_id=task_id)

    async def periods(self, task_id: UUID, limit: int) -> Listing[Period]:
        """The latest periods of a recurring task, the newest first."""
        return await self._transport.get(PERIODS, {"limit": limit}, task_id=task_id)

    async def decisions(self, task_id: UUID, cursor: str = "") -> Listing[Decision]:
        """What was asked for on a task and what was decided, the last asked first."""
        asked: Query = {"task": str(task_id), "sort": "newest", "limit": _MOST, "cursor": cursor}
        return await self._transport.get(DECISIONS, asked)

    async def organisation(self, reference: str) -> OrganisationDetail:
        """One organisation, by its identifier or its code."""
        return await self._transport.get(ORGANISATION, organisation=reference)

    async def find(self, query: Query) -> Listing[FoundOrganisation]:
        """The organisations that fit best what somebody looks for, of today or of before."""
        return await self._transport.get(FOUND, query)

    async def organisations(self, query: Query) -> Listing[Organisation]:
        """One page of organisations."""
        return await self._transport.kept(ORGANISATIONS, query)
