"""The one rule of a progress report: state and command in, decision out. Pure: no session, no table's class.

The ordinary route, bulk requests and hot routes decide by `decide`; each reads first what `needs` names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sixclear.common.clock import civil_date, civil_day_start
from sixclear.common.timing import SLIP_AT_RISK_DAYS, slip_days
from sixclear.common.use_case import fact_time, require_organisation, require_past_allowed
from sixclear.tasks.period.lifecycle import PeriodRecord, Step, Told, place, require_recurring, taken, takes_report
from sixclear.tasks.period.lifecycle import report as report_of_period
from sixclear.tasks.task import lifecycle
from sixclear.tasks.task.access import doers
from sixclear.tasks.task.errors import RemedyMissing
from sixclear.tasks.task.lifecycle import TaskRecord, may_repeat
from sixclear.tasks.task.public import Hidden, Said

REPORT_OF_OTHERS = "report on a task of other organisations"
CHANGE = "progress_reported"


@dataclass(frozen=True, slots=True)
class ReportCommand:
    """What a body reports on a task, after the request was validated, and what its token says of the body."""

    organisation_id: UUID | None
    scopes: frozenset[str]
    percent: int | None
    text: str
    difficulty: str | None
    cause: str | None
    remedy: str | None
    occurred_at: datetime | None
    period: str | None = None
    expected_on: date | None = None


@dataclass(frozen=True, slots=True)
class SaidReport:
    """A progress report as it is kept: the columns of its row. `public_percent` None: the same as `percent`."""

    task_id: UUID
    task_version: int
    organisation_id: UUID | None
    percent: int
    public_percent: int | None
    text: str
    difficulty: str | None
    cause: str | None
    remedy: str | None
    occurred_at: datetime
    recorded_at: datetime
    # Of a recurring task: which one, and whether the body named it.
    period: str | None = None
    period_named: bool | None = None
    expected_on: date | None = None


@dataclass(frozen=True, slots=True)
class StatedPercent:
    """The percentage of a report; `public_percent` is what everyone reads of one that went out."""

    occurred_at: datetime
    task_version: int
    percent: int
    public_percent: int
    published: bool


@dataclass(frozen=True, slots=True)
class ReportingState:
    """A locked task, and what else `needs` names.

    `said` are the reports that the command may repeat, `hidden` is what is hidden of the task (None: nothing), `stated`
    has the percentages of all its reports, `periods` those periods of a recurring task that the report may be of.
    """

    task: TaskRecord
    said: Sequence[SaidReport] = ()
    hidden: Hidden | None = None
    stated: Sequence[StatedPercent] = ()
    periods: Sequence[PeriodRecord] = ()


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be read beside the task. `since` begins the civil day of the request: reports of before are not."""

    said: bool
    hidden: bool
    stated: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of the task: its next state, the report's row, and of what the event is made.

    `report` is None for a repetition: then nothing is written, and `task` is as it was. The event's data are those of
    `event_data(task, CHANGE, hidden)` of `task.recording`; its previous version is `previous_version`.
    """

    task: TaskRecord
    report: SaidReport | None = None
    hidden: Hidden | None = None
    previous_version: int | None = None
    step: Step | None = None


def needs(task: TaskRecord, command: ReportCommand, now: datetime) -> Needs:
    """What `decide` must know beside the task. Of most tasks nothing is hidden, and nothing was said today."""
    today = civil_day_start(civil_date(now))
    stated = command.occurred_at
    public = task.classification == "public"
    may_hide = public and (command.percent is None or task.reports_count > 0 or task.evidence_count > 0)
    late = stated is not None and lifecycle.is_late(task, min(stated, now))
    return Needs(
        said=stated is not None or (task.last_report_at is not None and task.last_report_at >= today),
        hidden=may_hide,
        stated=late and command.percent is None,
        since=today,
    )


def decide(state: ReportingState, command: ReportCommand, now: datetime) -> Decision:
    """What a report makes of a task that the caller may see and that is at the version that it expects.

    The lead and the coordinating bodies may report. Raises OrganisationNotAllowed, FactsPastNotAllowed, FactInFuture,
    FactBehindLastChange, TransitionNotAllowed and RemedyMissing; ReferenceUnknown and PeriodClosed for a period that is
    named.
    """
    task = state.task
    organisation_id = require_organisation(command.organisation_id, doers(task), REPORT_OF_OTHERS)
    if command.period is not None:
        require_recurring(task.kind)
    if is_repetition(state.said, task.version, organisation_id, command, now):
        return Decision(task)
    stated = command.occurred_at
    require_past_allowed(stated, command.scopes)
    # A stated time may be earlier than the last change of the task.
    occurred_at = fact_time(stated, None if stated else task.occurred_at, now)
    period = place(state.periods, command.period, occurred_at)
    kept, public = _percents(state, command, occurred_at)
    told = lifecycle.Report(kept, command.text, command.difficulty, command.cause, command.remedy, command.expected_on)
    check_remedy(task, command)
    after = lifecycle.moved(task, lifecycle.report(task, told, occurred_at), occurred_at, now)
    report = SaidReport(
        task_id=task.task_id,
        task_version=after.version,
        organisation_id=organisation_id,
        percent=kept,
        public_percent=public,
        text=command.text,
        difficulty=command.difficulty,
        cause=command.cause,
        remedy=command.remedy,
        occurred_at=occurred_at,
        recorded_at=now,
        period=None if period is None else period.key,
        period_named=None if period is None else command.period is not None,
        expected_on=command.expected_on,
    )
    step = None if period is None else _step(period, after, report, now)
    hidden = state.hidden
    if hidden is not None and task.classification == "public":
        hidden = hidden.after(Said(kept if public is None else public, occurred_at))
    return Decision(after, report, hidden, task.published_version, step)


def check_remedy(task: TaskRecord, command: ReportCommand) -> None:
    """Raises RemedyMissing for a report by which the task ends five days after its current deadline or later.

    One that states a remedy passes.
    """
    slip = slip_days(command.expected_on, task.current_deadline)
    if slip is None or slip < SLIP_AT_RISK_DAYS or command.remedy:
        return
    raise RemedyMissing(
        f"The task would end {slip} days after its current deadline: say in `remedy` what is done about it.",
        errors=[{"pointer": "#/remedy", "code": "missing", "detail": "Say what is done about the delay."}],
    )


def _step(period: PeriodRecord, task: TaskRecord, report: SaidReport, now: datetime) -> Step | None:
    """What the report makes of its period; None for one that takes no report any more."""
    if not takes_report(period, report.occurred_at):
        return None
    in_public = task.classification == "public"
    told = Told(task.version, report.percent, report.public_percent, report.occurred_at, in_public)
    return taken(period, report_of_period(period, told), report.occurred_at, now)


def is_repetition(
    said: Sequence[SaidReport], version: int, organisation_id: UUID, command: ReportCommand, now: datetime
) -> bool:
    """Whether the body said so before: at the time that it states, else as the last change of this civil day."""
    last = [one for one in said if command.occurred_at or one.task_version == version]
    return any(one.organisation_id == organisation_id and is_same(one, command, now) for one in last)


def is_same(said: SaidReport, command: ReportCommand, now: datetime) -> bool:
    """Whether the command repeats the report; without a percentage it kept the one of its time."""
    same = words(said) == words(command) and command.percent in (None, said.percent)
    # What was told of the current period is not told again of the next one by a machine that tries once more.
    same = same and (not said.period_named if command.period is None else said.period == command.period)
    return same and may_repeat(command.occurred_at, said.occurred_at, said.recorded_at, now)


def words(said: SaidReport | ReportCommand) -> tuple[Any, ...]:
    """What makes two reports the same, but for percentage and time."""
    return said.text, said.difficulty, said.cause, said.remedy, said.expected_on


def stated_percent(report: SaidReport, *, published: bool) -> StatedPercent:
    """The percentage of a report that is made now."""
    public = report.percent if report.public_percent is None else report.public_percent
    return StatedPercent(report.occurred_at, report.task_version, report.percent, public, published)


def _percents(state: ReportingState, command: ReportCommand, occurred_at: datetime) -> tuple[int, int | None]:
    """The percentage as it is kept, and the one that everyone reads in its place; None: the same.

    They are as the report states, else as they were at its time.
    """
    task, hidden = state.task, state.hidden
    if command.percent is not None:
        return command.percent, None
    says_in_public = hidden is not None and task.classification == "public"
    if lifecycle.is_late(task, occurred_at):
        before = [one for one in state.stated if one.occurred_at <= occurred_at]
        kept, public = _newest(before), _newest([one for one in before if one.published])
        in_public = public.public_percent if public else 0
        return kept.percent if kept else 0, in_public if says_in_public else None
    return task.percent, hidden.percent if hidden is not None and says_in_public else None


def _newest(stated: Sequence[StatedPercent]) -> StatedPercent | None:
    return max(stated, key=lambda one: (one.occurred_at, one.task_version), default=None)
