"""What time makes of the periods of a task: each is opened, missed and locked once, however late. Pure.

A changed rule begins a new series at the end of the last window; a name that a period has is not given again.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sixclear.tasks.period.lifecycle import (
    PeriodRecord,
    Step,
    Told,
    followed,
    go_on,
    is_stopped,
    lock,
    miss,
    move,
    opened,
    report,
    taken,
    window_fields,
)
from sixclear.tasks.programme.rules import Terms
from sixclear.tasks.task.series import Series, Window, windows

# In these statuses time passes for a task. One that is paused crosses no deadline.
WORKING = frozenset({"assigned", "in_progress", "submitted", "returned"})


@dataclass(frozen=True, slots=True)
class RecurringTask:
    """What the rules read of a task; `carried` is what each of its periods carries."""

    carried: Mapping[str, Any]
    status: str
    rule: str | None
    assigned_at: datetime | None
    terms: Terms

    @property
    def recurs(self) -> bool:
        """Whether periods open for it."""
        return self.status in WORKING and self.rule is not None and self.assigned_at is not None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a task's periods: those that are not closed or were stopped, and the last one.

    `told` are reports of no period. `keys` are the names of all its periods, where its rule is another one now.
    """

    periods: Sequence[PeriodRecord] = ()
    told: Sequence[Told] = ()
    keys: Collection[str] = ()

    @property
    def last(self) -> PeriodRecord | None:
        """The period whose window ends last."""
        return max(self.periods, key=lambda one: (one.day, one.due_at), default=None)


def advance(task: RecurringTask, known: Known, now: datetime, most: int) -> list[Step]:
    """What time has done up to `now`, in its order for each period.

    After `most` steps the next window is only opened: what is left is due again at once.
    """
    if not task.recurs:
        return []
    steps = [step for period in known.periods for step in _passed(period, known.told, now)]
    last = known.last
    if last is not None:
        last = next((step.after for step in reversed(steps) if step.after.period_id == last.period_id), last)
    for window, fields in _to_open(task, known, now):
        if last is not None:
            steps.append(followed(last))
        steps.append(opened(task.carried, window, fields, now))
        last = steps[-1].after
        if len(steps) >= most:
            return steps
        steps += _passed(last, known.told, now)
        last = steps[-1].after
    if last is not None and last.next_at is not None and last.next_at < now:
        steps.append(followed(last))
    return steps


def first_period(task: RecurringTask, now: datetime) -> list[Step]:
    """The first period of a task, as it is assigned."""
    return advance(task, Known(), now, 1)


def follow_rule(task: RecurringTask, known: Known, at: datetime, now: datetime) -> list[Step]:
    """What a rule that changed at `at` makes of the window that is open then: it ends as the new rule says.

    One that was reported stays, and the new series begins at its end. Without an occurrence it ends now.
    """
    last = known.last
    if last is None or last.rule == task.rule or last.status != "open" or last.due_at <= at:
        return []
    others = set(known.keys) - {last.key}
    found = None if task.rule is None else _first(task, max(at, last.opens_at), others)
    if found is None or task.rule is None:
        return [taken(last, lock(at), at, now)]
    return [taken(last, move(window_fields(found, task.rule, last.series + 1, task.terms)), at, now)]


def stop(task: RecurringTask, known: Known, at: datetime, now: datetime, most: int) -> list[Step]:
    """What a pause at `at` makes of the periods that are not due by then: they end with it, neither late nor missing.

    What was due before is told first.
    """
    steps = advance(replace(task, status="in_progress"), known, now, most)
    periods = {one.period_id: one for one in known.periods} | {step.after.period_id: step.after for step in steps}
    waiting = [one for one in periods.values() if one.status in ("open", "returned") and one.due_at > at]
    return steps + [taken(one, lock(at), at, now) for one in waiting]


def go_on_at(task: RecurringTask, known: Known, at: datetime, now: datetime, most: int) -> list[Step]:
    """What the end of a pause at `at` makes of the periods: none is asked for that was due within it.

    The period in which the pause came goes on where its window still does, as the rule now says; so do those before it
    that fall due with it. Else the next one opens that is due, as the first of a new series. `known` has the names of
    all periods.
    """
    last = known.last
    before = [_goes_on(task, one, at, now) for one in known.periods if one != last and is_stopped(one, at)]
    if last is None or task.rule is None or (last.due_at > at and not is_stopped(last, at)):
        return before + advance(task, known, now, most)
    return before + _last_goes_on(task, known, last, at, now)


def _goes_on(task: RecurringTask, period: PeriodRecord, at: datetime, now: datetime) -> Step:
    """A period that is not the last one goes on as it was: the window after it is open."""
    window = window_fields(period.window, period.rule, period.series, task.terms)
    return taken(period, go_on(period, {**task.carried, **window, "next_at": None}), at, now)


def _last_goes_on(task: RecurringTask, known: Known, last: PeriodRecord, at: datetime, now: datetime) -> list[Step]:
    assert task.rule is not None, "checked"
    if last.due_at > at:
        window: Window | None = last.window
        number = last.series
        if last.rule != task.rule:
            window = _first(task, max(at, last.opens_at), {*known.keys} - {last.key})
            number += 1
        if window is None:
            return []
        fields = {**task.carried, **window_fields(window, task.rule, number, task.terms)}
        return [taken(last, go_on(last, fields), at, now)]
    # The release before left it open in a pause.
    steps = [taken(last, lock(last.opens_at), at, now)] if last.status == "open" else []
    steps.append(followed(steps[-1].after if steps else last))
    found = _first(task, at, known.keys)
    if found is not None:
        fields = window_fields(found, task.rule, last.series + 1, task.terms)
        steps.append(opened(task.carried, found, fields, now))
    return steps


def end(known: Known, at: datetime, now: datetime) -> list[Step]:
    """What the end of a task makes of the periods in which something was still to be done."""
    return [taken(one, lock(at), at, now) for one in known.periods if one.status in ("open", "returned", "missed")]


def _first(task: RecurringTask, after: datetime, others: Collection[str]) -> Window | None:
    assert task.rule is not None
    assert task.assigned_at is not None
    series = Series(task.rule, task.assigned_at, task.terms)
    return next(windows(series, after, taken=others), None)


def _to_open(task: RecurringTask, known: Known, now: datetime) -> Iterator[tuple[Window, dict[str, Any]]]:
    """The windows up to the one that holds `now`, each with what it says of its period."""
    assert task.rule is not None
    assert task.assigned_at is not None
    last = known.last
    series = Series(task.rule, task.assigned_at, task.terms)
    if last is None:
        number, to_come = 1, windows(series, task.assigned_at)
    elif last.rule != task.rule:
        number, to_come = last.series + 1, windows(series, last.due_at, taken=known.keys)
    else:
        number, to_come = last.series, windows(series, last.due_at, last=last.window, taken=known.keys)
    opens_at = None if last is None else last.next_at or last.due_at
    while (opens_at is None or opens_at < now) and (window := next(to_come, None)) is not None:
        yield window, window_fields(window, task.rule, number, task.terms)
        opens_at = window.next_at


def _passed(period: PeriodRecord, told: Sequence[Told], now: datetime) -> Iterator[Step]:
    """What became of a period: reports in its window that named none, its due instant, its lock."""
    if period.status == "open":
        for one in sorted((one for one in told if period.holds(one.occurred_at)), key=lambda one: one.occurred_at):
            step = taken(period, report(period, one), one.occurred_at, now)
            period = step.after
            yield step
    if period.status == "open" and period.due_at < now:
        step = taken(period, miss(), period.due_at, now)
        period = step.after
        yield step
    if period.status in ("missed", "returned") and period.locks_at < now:
        yield taken(period, lock(period.locks_at), period.locks_at, now)
