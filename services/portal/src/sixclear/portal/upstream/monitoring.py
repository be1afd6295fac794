"""`monitoring`: figures now and in the past, the last changes, what needs attention."""

import datetime as dt
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import ConfigDict, Field

from sixclear.portal.upstream.answer import Answer, Operation, Percent
from sixclear.portal.upstream.results import (
    BUDGET_FIGURES,
    DOCUMENT_FIGURES,
    INDICATOR_FIGURES,
    INDICATOR_SERIES,
    SCORES,
    BudgetFigures,
    DocumentFigures,
    IndicatorFigures,
    IndicatorSeries,
    Scores,
)
from sixclear.portal.upstream.transport import LIVE_SECONDS, Query, Transport

# An instant of the past changes only when something is learnt late.
_PAST_SECONDS = 60.0


class BucketCounts(Answer):
    """How many tasks there are, by state."""

    total: int
    completed: int
    in_term: int
    overdue: int
    recurring: int


class TaskCounts(BucketCounts):
    """The tasks of a programme, a unit, or all."""

    remaining_this_year: int | None = None
    remaining_overdue: int | None = None
    remaining_overdue_of_earlier_years: int | None = None
    remaining_not_due: int | None = None
    overdue_handed_in_on_time: int | None = None


class Shares(Answer):
    """The four states in percent of all tasks; None of nothing."""

    completed: Percent | None
    in_term: Percent | None
    overdue: Percent | None
    recurring: Percent | None


class Periods(Answer):
    """Periods of recurring tasks that are due, and how they were reported."""

    due: int
    on_time: int
    late: int
    missing: int


class Activity(Answer):
    """How much was reported, and when a body reported last; each is None where it is not known."""

    reports_today: int | None = None
    last_report_at: datetime | None = None


class ListStages(Answer):
    """How many entries of one programme list stand at which stage."""

    total: int
    formed_centralised: int
    deploying_foundation: int
    deploying_digitised_only: int
    not_deployed: int
    rebuild: int
    retire: int
    at_risk: int


class NotApproved(Answer):
    """Databases that are registered and not approved."""


class Databases(Answer):
    """The stages of each programme list, by its short name; which lists there are is data of the catalogue."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, ListStages]

    registered_not_approved: NotApproved | None = None


class FeedbackParts(Answer):
    """Parts of what was received; a case may be in several."""

    paused: int
    reopened: int
    appealed: int


class FeedbackFigures(Answer):
    """Cases: received = in time + due soon + overdue + answered + closed without an answer."""

    received: int
    in_time: int
    due_soon: int
    overdue: int
    answered: int
    closed_without_answer: int = 0
    overdue_by_body: int | None = None
    of_which: FeedbackParts | None = None
    sealed: int | None = None


class SourceAge(Answer):
    """How old what one service told is."""

    last_event_at: datetime | None = None


class Status(Answer):
    """The status of a programme, a unit, or all, at an instant."""

    as_of: datetime
    staleness_seconds: float | None = None
    demonstration_included: bool = False
    tasks: TaskCounts
    shares_percent: Shares
    activity: Activity = Field(default_factory=Activity)
    periods: Periods | None = None
    databases: Databases = Field(default_factory=Databases)
    feedback: FeedbackFigures
    sources: dict[str, SourceAge] = Field(default_factory=dict)

    def as_known(self, now: datetime) -> "Status":
        """This status as it is told later, at `now`: its age has grown, and what happened today is not known."""
        age = None if self.staleness_seconds is None else self.staleness_seconds + (now - self.as_of).total_seconds()
        activity = self.activity.model_copy(update={"reports_today": None})
        return self.model_copy(update={"staleness_seconds": age, "activity": activity})

    @property
    def last_change_of_entries(self) -> datetime | None:
        """When an entry of the catalogue changed last, as far as is known."""
        return self.sources.get("data-catalog", SourceAge()).last_event_at

    @property
    def lists(self) -> dict[str, ListStages]:
        """The stages of each programme list in which something stands."""
        return {slug: found for slug, found in self.databases.__pydantic_extra__.items() if found.total}


class TimelinePoint(BucketCounts):
    """The four states at the end of a day."""

    date: dt.date


class Timeline(Answer):
    """The four states over time."""

    points: list[TimelinePoint] = Field(default_factory=list)


class ProvinceStatus(BucketCounts):
    """The four states of a province or city, with its subtree."""

    organisation_id: UUID
    code: str
    name_vi: str
    name_en: str | None = None
    overdue_percent: Percent | None


class Provinces(Answer):
    """All provinces and cities, in the order of their codes."""

    items: list[ProvinceStatus] = Field(default_factory=list)


class Change(Answer):
    """Something that happened, as the ledger shows it."""

    occurred_at: datetime
    recorded_at: datetime | None = None
    entity_type: str
    entity_id: UUID
    change: str
    title: str | None = None
    organisation_name: str | None = None
    organisation_name_en: str | None = None
    demonstration: bool = False


class Changes(Answer):
    """The last changes."""

    items: list[Change] = Field(default_factory=list)


class Concern(Answer):
    """What every thing that needs attention says."""

    organisation_name: str | None = None
    organisation_name_en: str | None = None
    demonstration: bool = False


class OverdueTask(Concern):
    """A task after its deadline."""

    task_id: UUID
    title: str
    days_late: int


class Waiting(Concern):
    """What may wait for the word of another body, since when, and of which; None for what does not wait."""

    awaiting_since: datetime | None = None
    confirming_organisation_name: str | None = None
    confirming_organisation_name_en: str | None = None


class AwaitingTask(Waiting):
    """A task that was handed in and that another body has not confirmed."""

    task_id: UUID
    title: str
    handed_in_on_time: bool | None = None


class ReturnedTask(Waiting):
    """A task that was returned more than once."""

    task_id: UUID
    title: str
    times_returned: int
    last_returned_at: datetime


class SilentTask(Concern):
    """A task without a report for longer than a reporting period."""

    task_id: UUID
    title: str
    last_report_at: datetime | None = None


class LateAnswer(Concern):
    """A submission whose answer is late; its text is not public."""

    kind: str
    days_late: int


class DatabaseAtRisk(Concern):
    """A database that is marked as at high risk."""

    title: str


class MissingReport(Concern):
    """What a body has not filed to a programme for a period."""

    programme: str
    period: str
    days_late: int


class UnmovedTask(Concern):
    """A task of which its body said too often that nothing changed."""

    task_id: UUID
    title: str
    unmoved_since: datetime


class OpenObstacle(Concern):
    """What holds work back, by its kind and the level that is to decide; its words are not told."""

    counts_as: str
    level: str
    days_open: int


Found = TypeVar("Found", bound=Concern)


class AttentionList(Answer, Generic[Found]):
    """Things that need attention, by one rule."""

    items: list[Found] = Field(default_factory=list)


class Attention(Answer):
    """Every list of what needs attention."""

    longest_overdue: AttentionList[OverdueTask]
    returned_twice: AttentionList[ReturnedTask]
    no_report_in_cycle: AttentionList[SilentTask]
    awaiting_confirmation: AttentionList[AwaitingTask] | None = None
    answers_past_clock: AttentionList[LateAnswer]
    databases_at_risk: AttentionList[DatabaseAtRisk]
    not_filed: AttentionList[MissingReport] | None = None
    obstacles: AttentionList[OpenObstacle] | None = None
    without_movement: AttentionList[UnmovedTask] | None = None


_V1 = "/api/monitoring/v1"
STATUS = Operation("monitoring", "GET", f"{_V1}/status", Status, outlasts=True)
TIMELINE = Operation("monitoring", "GET", f"{_V1}/timeline", Timeline, outlasts=True)
PROVINCES = Operation("monitoring", "GET", f"{_V1}/provinces", Provinces, outlasts=True)
CHANGES = Operation("monitoring", "GET", f"{_V1}/changes", Changes)
ATTENTION = Operation("monitoring", "GET", f"{_V1}/attention", Attention)


class Monitoring:
    """The calls to `monitoring`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def status(
        self, *, as_of: str | None = None, programme: str | None = None, organisation: str | None = None
    ) -> Status:
        """The live status, or that of `as_of`, an instant of the past."""
        query = {"as_of": as_of, "programme": programme, "organisation": organisation}
        return await self._transport.kept(STATUS, query, _PAST_SECONDS if as_of else LIVE_SECONDS)

    async def timeline(self, *, programme: str | None, start: str, end: str, step: str) -> Timeline:
        """The four states at the end of each day or week."""
        return await self._transport.kept(TIMELINE, {"programme": programme, "from": start, "to": end, "step": step})

    async def provinces(self, *, as_of: str | None, programme: str | None) -> Provinces:
        """The four states of each province and city that is, or was at `as_of`."""
        query = {"as_of": as_of, "programme": programme}
        return await self._transport.kept(PROVINCES, query, _PAST_SECONDS if as_of else LIVE_SECONDS)

    async def changes(self, *, limit: int) -> Changes:
        """The last changes, newest first."""
        return await self._transport.kept(CHANGES, {"limit": limit})

    async def attention(self, *, programme: str | None) -> Attention:
        """What needs attention, list by list."""
        return await self._transport.kept(ATTENTION, {"programme": programme})

    async def indicators(self, query: Query) -> IndicatorFigures:
        """How indicators stand, by their codes; `as_of` an instant of the past."""
        return await self._transport.kept(INDICATOR_FIGURES, query, _seconds(query))

    async def series(self, code: str, query: Query) -> IndicatorSeries:
        """An indicator period by period, of the country or of a body."""
        return await self._transport.get(INDICATOR_SERIES, query, code=code)

    async def budgets(self, query: Query) -> BudgetFigures:
        """Money by stage."""
        return await self._transport.kept(BUDGET_FIGURES, query, _seconds(query))

    async def documents(self, query: Query) -> DocumentFigures:
        """Documents by type."""
        return await self._transport.kept(DOCUMENT_FIGURES, query, _seconds(query))

    async def scores(self, query: Query) -> Scores:
        """What bodies come to by a set of criteria in a period."""
        return await self._transport.get(SCORES, query)


def _seconds(query: Query) -> float:
    return _PAST_SECONDS if query.get("as_of") else LIVE_SECONDS
