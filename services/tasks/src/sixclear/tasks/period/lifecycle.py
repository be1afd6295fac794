"""The life of a period: opened and missed by time, reported, confirmed, sent back. Pure: no database, no clock."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sixclear.common.calendar import calendar
from sixclear.common.change import Change, allow
from sixclear.common.clock import civil_date, close_of_day
from sixclear.common.ids import stable_id
from sixclear.common.use_case import ReferenceUnknown
from sixclear.tasks.period.errors import PeriodClosed
from sixclear.tasks.programme.rules import Terms
from sixclear.tasks.task.lifecycle import is_published
from sixclear.tasks.task.series import Window


@dataclass(frozen=True, slots=True)
class PeriodRecord:
    """A period as its row has it: the columns of `models.Period`."""

    period_id: UUID
    task_id: UUID
    programme: str
    assigned_by: str
    organisation_id: UUID | None
    classification: str
    demonstration: bool
    key: str
    series: int
    rule: str
    day: date
    opens_at: datetime
    due_at: datetime
    roll: str
    edition: str
    locks_at: datetime
    status: str
    reported_at: datetime | None
    report_version: int | None
    percent: int | None
    public_percent: int | None
    reported_in_public: bool
    next_at: datetime | None
    version: int
    published_version: int | None
    occurred_at: datetime
    recorded_at: datetime

    @property
    def window(self) -> Window:
        """From where its series goes on."""
        return Window(self.key, self.day, self.opens_at, self.due_at, self.next_at or self.due_at)

    def holds(self, instant: datetime) -> bool:
        """Whether the instant lies in the window; where two windows hold it, that of the newer one counts."""
        return self.opens_at < instant <= self.due_at


@dataclass(frozen=True, slots=True)
class Told:
    """A report on the task, by the version of the task that it made. `public_percent` None: the same as `percent`."""

    task_version: int
    percent: int
    public_percent: int | None
    occurred_at: datetime
    in_public: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A period after a change, which became true at `occurred_at`; `previous` is its published version before.

    Without a name only its row changes: no event tells of it.
    """

    change: str
    after: PeriodRecord
    occurred_at: datetime
    previous: int | None


def followed(period: PeriodRecord) -> Step:
    """No window opens any more when this one ends: the next one is open, or the rule is over."""
    return Step("", replace(period, next_at=None), period.occurred_at, period.published_version)


def timing(period: PeriodRecord, now: datetime) -> str | None:
    """`on_time` or `late` by the report that counts, `missing` past the due instant without one, else `pending`.

    None for a period that ended before it was due.
    """
    if period.reported_at is not None:
        return "on_time" if period.reported_at <= period.due_at else "late"
    if period.status == "locked" and period.locks_at < period.due_at:
        return None
    return "missing" if period.due_at < now else "pending"


def window_fields(window: Window, rule: str, series: int, terms: Terms) -> dict[str, Any]:
    """What a window says of its period."""
    known = calendar()
    last_day = known.after(civil_date(window.due_at), terms.lock_days)
    return {
        "key": window.key,
        "series": series,
        "rule": rule,
        "day": window.day,
        "due_at": window.due_at,
        "next_at": window.next_at,
        "roll": terms.roll,
        "edition": known.edition,
        "locks_at": max(window.due_at, close_of_day(last_day, terms.closes)),
    }


def opened(carried: Mapping[str, Any], window: Window, fields: Mapping[str, Any], now: datetime) -> Step:
    """A new period of the task that `carried` tells of, as `children.dimensions` does."""
    public = is_published(carried["classification"], "opened")
    period = PeriodRecord(
        period_id=stable_id("period", str(carried["task_id"]), str(fields["series"]), window.day.isoformat()),
        opens_at=window.opens_at,
        status="open",
        reported_at=None,
        report_version=None,
        percent=None,
        public_percent=None,
        reported_in_public=False,
        version=1,
        published_version=1 if public else None,
        occurred_at=window.opens_at,
        recorded_at=now,
        **carried,
        **fields,
    )
    return Step("opened", period, window.opens_at, None)


def taken(period: PeriodRecord, change: Change, occurred_at: datetime, now: datetime) -> Step:
    """The step that a change is: the period at its next version, as `next_version` of `entity` moves a row."""
    version = period.version + 1
    after = replace(
        period,
        **change.fields,
        version=version,
        published_version=version if is_published(period.classification, change.name) else period.published_version,
        occurred_at=max(occurred_at, period.occurred_at),
        recorded_at=now,
    )
    return Step(change.name, after, occurred_at, period.published_version)


def report(period: PeriodRecord, told: Told) -> Change:
    """A report counts from its first time on; what the last one says is what the period shows."""
    first = told.occurred_at if period.reported_at is None else min(told.occurred_at, period.reported_at)
    fields: dict[str, Any] = {"status": "reported", "reported_at": first}
    if period.report_version is None or told.occurred_at >= period.occurred_at:
        fields |= {
            "report_version": told.task_version,
            "percent": told.percent,
            "public_percent": told.public_percent,
            "reported_in_public": told.in_public,
        }
    return Change("reported", fields)


def takes_report(period: PeriodRecord, occurred_at: datetime) -> bool:
    """Whether a report of this time still counts for the period."""
    return period.status != "confirmed" and occurred_at <= period.locks_at


def place(periods: Collection[PeriodRecord], named: str | None, occurred_at: datetime) -> PeriodRecord | None:
    """The period that a report of this time is of: the one that it names, else the one whose window holds the time.

    Raises ReferenceUnknown for a name that no period has, PeriodClosed for one that takes no report any more.
    """
    if named is None:
        # What is reported at the instant of the assignment is of the first window: no other one holds it.
        holding = [one for one in periods if one.holds(occurred_at)] or [
            one for one in periods if one.opens_at == occurred_at
        ]
        return max(holding, key=lambda one: one.opens_at, default=None)
    found = next((one for one in periods if one.key == named), None)
    if found is None:
        raise ReferenceUnknown(
            "The task has no period of this name that has begun.",
            errors=[{"pointer": "#/period", "code": "period-unknown", "detail": "See the task's periods."}],
        )
    if not takes_report(found, occurred_at):
        raise PeriodClosed(errors=[{"pointer": "#/period", "code": "closed", "detail": f"It is {found.status}."}])
    return found


def require_recurring(kind: str) -> None:
    """Raises ReferenceUnknown for a task that has no periods, at the field that names one."""
    if kind != "recurring":
        raise ReferenceUnknown(
            "Only a recurring task has periods.",
            errors=[{"pointer": "#/period", "code": "not-recurring", "detail": "Leave it out."}],
        )


def missed_among(periods: Collection[PeriodRecord]) -> list[str]:
    """The names of those that were missed and may still be reported, the oldest first."""
    missed = sorted((one for one in periods if one.status == "missed"), key=lambda one: (one.due_at, one.day))
    return [one.key for one in missed]


def miss() -> Change:
    """The due instant passed without a report."""
    return Change("missed", {"status": "missed"})


_ALLOWED_FROM = {"confirmed": {"reported"}, "returned": {"reported"}, "reopened": {"locked", "confirmed"}}


def confirm(period: PeriodRecord) -> Change:
    """Confirm what was reported."""
    allow("The period", period.status, "confirmed", _ALLOWED_FROM)
    return Change("confirmed", {"status": "confirmed"})


def send_back(period: PeriodRecord, now: datetime, terms: Terms) -> Change:
    """Ask for more: the report does not count, and there is time for another one."""
    allow("The period", period.status, "returned", _ALLOWED_FROM)
    return Change("returned", {"status": "returned", "reported_at": None, "locks_at": _time_again(period, now, terms)})


def reopen(period: PeriodRecord, now: datetime, terms: Terms) -> Change:
    """Take a report again after the period was locked or confirmed; what was confirmed does not count any more."""
    allow("The period", period.status, "reopened", _ALLOWED_FROM)
    status = "missed" if period.report_version is None else "returned"
    return Change("reopened", {"status": status, "reported_at": None, "locks_at": _time_again(period, now, terms)})


def _time_again(period: PeriodRecord, now: datetime, terms: Terms) -> datetime:
    """As many working days as a period has after it was due, and one at least."""
    last_day = calendar().after(civil_date(now), max(1, terms.lock_days))
    return max(period.locks_at, close_of_day(last_day, terms.closes))


def lock(at: datetime) -> Change:
    """Nothing is reported of it any more."""
    return Change("locked", {"status": "locked", "locks_at": at})


def is_stopped(period: PeriodRecord, at: datetime) -> bool:
    """Whether it ended before it was due, which it is not at this instant, and nothing that counts was reported."""
    ended = period.status == "locked" and period.reported_at is None and period.locks_at < period.due_at
    return ended and period.due_at > at


def go_on(period: PeriodRecord, fields: Mapping[str, Any]) -> Change:
    """Go on after a pause within its window, with what its task and its window now say."""
    return Change("reopened", {**fields, "status": "open" if period.report_version is None else "returned"})


def move(fields: Mapping[str, Any]) -> Change:
    """Another due day, by another rule, another calendar or other terms."""
    return Change("moved", dict(fields))
