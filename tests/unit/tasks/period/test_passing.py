"""What time makes of periods: each is opened, missed and locked once, in whatever steps time is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from sixclear.tasks.period.lifecycle import PeriodRecord, Step, Told, report, taken, timing
from sixclear.tasks.period.passage import Known, RecurringTask, advance, end, first_period, follow_rule, go_on_at, stop
from sixclear.tasks.programme.rules import Terms

ASSIGNED = datetime(2025, 12, 1, 2, 0, tzinfo=UTC)
CARRIED = {
    "task_id": UUID(int=7),
    "programme": "plan",
    "assigned_by": "central",
    "organisation_id": uuid4(),
    "classification": "public",
    "demonstration": False,
}


def a_task(rule: str, **changes: Any) -> RecurringTask:
    """A task that recurs since the first of December 2025."""
    known: dict[str, Any] = {"status": "in_progress", "assigned_at": ASSIGNED, "terms": Terms()}
    return RecurringTask(CARRIED, rule=rule, **(known | changes))


class Kept:
    """The rows of one task, as its steps leave them."""

    def __init__(self, task: RecurringTask) -> None:
        self.task = task
        self.periods: dict[UUID, PeriodRecord] = {}
        self.steps: list[Step] = []

    @property
    def known(self) -> Known:
        """What a statement would read of them."""
        last = max(self.periods.values(), key=lambda one: one.due_at, default=None)
        read = [
            one
            for one in self.periods.values()
            if one.next_at
            or one.status in ("open", "missed", "returned")
            or (one.status == "locked" and one.locks_at < one.due_at)
            or one == last
        ]
        return Known(read, keys=self.keys() if last and last.rule != self.task.rule else ())

    def keys(self) -> list[str]:
        """The names of all periods in their order."""
        return [one.key for one in sorted(self.periods.values(), key=lambda one: (one.due_at, one.day))]

    def take(self, steps: list[Step]) -> int:
        """Keep what these steps leave."""
        for step in steps:
            self.periods[step.after.period_id] = step.after
        self.steps += [step for step in steps if step.change]
        return len(steps)

    def pass_to(self, now: datetime, most: int = 60) -> None:
        """Let time pass as the service does, until nothing is due."""
        while self.take(advance(self.task, self.known, now, most)):
            pass

    def told(self) -> list[tuple[str, str, datetime]]:
        """What is published, in the order of the periods."""
        return sorted((step.after.key, step.change, step.occurred_at) for step in self.steps)


RULES = [
    "FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=FR",
    "FREQ=WEEKLY;BYDAY=SA",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=20",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=30",
    "FREQ=DAILY;UNTIL=20260301",
]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("roll", ["next", "previous", "keep"])
@pytest.mark.parametrize("most", [1, 7, 60])
def test_a_standstill_doubles_and_loses_nothing(rule: str, roll: str, most: int) -> None:
    daily, after_standstill = (Kept(a_task(rule, terms=Terms(roll=roll))) for _ in range(2))
    for day in range(120):
        daily.pass_to(ASSIGNED + timedelta(days=day, hours=day % 24))
        if day in (40, 80, 119):
            after_standstill.pass_to(ASSIGNED + timedelta(days=day, hours=day % 24), most)
    assert daily.told() == after_standstill.told()
    assert daily.keys() == after_standstill.keys()
    assert len(set(daily.keys())) == len(daily.keys()) == len(daily.periods)
    for step in daily.steps:
        at = {"opened": step.after.opens_at, "missed": step.after.due_at, "locked": step.after.locks_at}
        assert step.occurred_at == at[step.change], "what time alone does carries its boundary"


def test_a_window_ends_at_its_due_instant_and_not_before() -> None:
    kept = Kept(a_task("FREQ=MONTHLY;BYMONTHDAY=22"))
    due = datetime(2025, 12, 22, 10, 0, tzinfo=UTC)
    kept.pass_to(due)
    assert [(step.after.key, step.change) for step in kept.steps] == [("2025-12", "opened")]
    kept.pass_to(due + timedelta(seconds=1))
    told = [(step.after.key, step.change) for step in kept.steps]
    assert told[1:] == [("2025-12", "missed"), ("2026-01", "opened")]


def test_an_assignment_opens_the_first_window_and_time_the_others() -> None:
    kept = Kept(a_task("FREQ=DAILY"))
    kept.take(first_period(kept.task, ASSIGNED + timedelta(days=30)))
    assert [step.change for step in kept.steps] == ["opened"]
    kept.pass_to(ASSIGNED + timedelta(days=30))
    again = Kept(kept.task)
    again.pass_to(ASSIGNED + timedelta(days=30))
    assert kept.told() == again.told()


def test_reports_of_before_there_were_periods_count_in_their_windows() -> None:
    task = a_task("FREQ=WEEKLY;BYDAY=FR")
    told = [
        Told(2, 10, None, datetime(2025, 12, 3, tzinfo=UTC), True),
        Told(3, 20, 5, datetime(2025, 12, 5, 10, tzinfo=UTC), False),
        Told(4, 30, None, datetime(2025, 12, 15, tzinfo=UTC), True),
    ]
    now = datetime(2025, 12, 30, tzinfo=UTC)
    steps = [step for step in advance(task, Known(told=told), now, 60) if step.change]
    last = {step.after.key: step.after for step in steps}
    assert [(key, one.status, one.percent) for key, one in last.items()] == [
        ("2025-W49", "reported", 20),
        ("2025-W50", "missed", None),
        ("2025-W51", "reported", 30),
        ("2025-W52", "missed", None),
        ("2026-W01", "open", None),
    ]
    first = last["2025-W49"]
    assert (first.reported_at, first.report_version) == (told[0].occurred_at, 3), "first in time, last in words"
    assert timing(first, now) == "on_time"


def test_a_changed_rule_begins_a_series_and_what_lies_behind_stays() -> None:
    kept = Kept(a_task("FREQ=WEEKLY;BYDAY=FR"))
    changed_at = datetime(2025, 12, 16, 3, tzinfo=UTC)
    kept.pass_to(changed_at)
    behind = {one.key: one for one in kept.periods.values() if one.due_at < changed_at}
    kept.task = a_task("FREQ=MONTHLY;BYMONTHDAY=25")
    kept.take(follow_rule(kept.task, kept.known, changed_at, changed_at))
    moved = kept.steps[-1]
    assert (moved.change, moved.after.key, moved.after.series) == ("moved", "2025-12", 2)
    assert moved.after.opens_at == datetime(2025, 12, 12, 10, tzinfo=UTC), "it goes on where it was"
    kept.pass_to(datetime(2026, 3, 1, tzinfo=UTC))
    assert kept.keys() == ["2025-W49", "2025-W50", "2025-12", "2026-01", "2026-02", "2026-03"]
    assert [(one.due_at, one.rule) for one in behind.values()] == [
        (kept.periods[one.period_id].due_at, kept.periods[one.period_id].rule) for one in behind.values()
    ]


def test_a_reported_period_stays_and_its_name_is_not_given_again() -> None:
    kept = Kept(a_task("FREQ=MONTHLY;BYMONTHDAY=22"))
    told = Told(2, 50, None, datetime(2025, 12, 20, tzinfo=UTC), True)
    kept.take(advance(kept.task, Known(told=[told]), datetime(2025, 12, 21, tzinfo=UTC), 60))
    kept.task = a_task("FREQ=MONTHLY;BYMONTHDAY=25")
    at = datetime(2025, 12, 21, tzinfo=UTC)
    assert follow_rule(kept.task, kept.known, at, at) == []
    kept.pass_to(datetime(2026, 1, 20, tzinfo=UTC))
    december, january = kept.periods.values()
    assert (december.key, december.series, january.key, january.series) == ("2025-12", 1, "2026-01", 2)
    assert january.opens_at == december.due_at


def test_what_ends_early_is_neither_missing_nor_late() -> None:
    kept = Kept(a_task("FREQ=MONTHLY;BYMONTHDAY=22"))
    at = ASSIGNED + timedelta(days=3)
    kept.pass_to(at)
    kept.take(end(kept.known, at, at))
    (period,) = kept.periods.values()
    assert (period.status, timing(period, at + timedelta(days=90))) == ("locked", None)
    kept.task = a_task("FREQ=MONTHLY;BYMONTHDAY=22", status="cancelled")
    kept.pass_to(at + timedelta(days=90))
    assert len(kept.periods) == 1


def test_nothing_passes_for_a_paused_task() -> None:
    task = a_task("FREQ=DAILY", status="paused")
    assert advance(task, Known(), ASSIGNED + timedelta(days=9), 60) == []


def test_a_pause_asks_for_no_period_that_was_due_in_it() -> None:
    kept = Kept(a_task("FREQ=WEEKLY;BYDAY=FR"))
    kept.pass_to(ASSIGNED + timedelta(days=1))
    begun, over = datetime(2025, 12, 10, tzinfo=UTC), datetime(2026, 1, 21, tzinfo=UTC)
    # Nothing passed time for eight days: what was due before the pause is missed first.
    kept.take(stop(kept.task, kept.known, begun, begun, 60))
    kept.take(go_on_at(kept.task, replace(kept.known, keys=kept.keys()), over, over, 60))
    kept.pass_to(datetime(2026, 1, 30, tzinfo=UTC))
    found = sorted(kept.periods.values(), key=lambda one: one.day)
    assert [(one.key, one.series, timing(one, over)) for one in found] == [
        ("2025-W49", 1, "missing"),
        ("2025-W50", 1, None),
        ("2026-W04", 2, "pending"),
        ("2026-W05", 2, "pending"),
    ]
    assert found[2].opens_at == over


def test_a_period_goes_on_after_a_pause_as_it_was() -> None:
    for told, status in ((), "open"), ((Told(2, 50, None, ASSIGNED + timedelta(hours=1), True),), "reported"):
        kept = Kept(a_task("FREQ=MONTHLY;BYMONTHDAY=22"))
        kept.take(advance(kept.task, Known(told=told), ASSIGNED + timedelta(hours=2), 60))
        before = kept.periods.copy()
        for at, step in ((timedelta(days=2), stop), (timedelta(days=4), go_on_at)):
            now = ASSIGNED + at
            kept.take(step(kept.task, replace(kept.known, keys=kept.keys()), now, now, 60))
        (period,) = kept.periods.values()
        same = before[period.period_id]
        assert (period.status, period.due_at, period.locks_at) == (status, same.due_at, same.locks_at)


TET = datetime(2026, 2, 23, 10, tzinfo=UTC)  # when the Sundays before and in the week of Tet fall due together


def two_due_together() -> Kept:
    """A task of every Sunday in the week of Tet: two windows are open, which end at one instant."""
    kept = Kept(a_task("FREQ=WEEKLY;BYDAY=SU"))
    kept.pass_to(TET - timedelta(days=5))
    assert [one.key for one in kept.periods.values() if one.due_at == TET] == ["2026-W07", "2026-W08"]
    return kept


def of_tet(kept: Kept) -> dict[str, str]:
    """What became of the two periods."""
    return {one.key: one.status for one in kept.periods.values() if one.key in ("2026-W07", "2026-W08")}


def test_both_of_two_periods_that_fall_due_together_go_on_after_a_pause() -> None:
    kept = two_due_together()
    before = kept.periods.copy()
    for days, step in ((4, stop), (3, go_on_at)):
        at = TET - timedelta(days=days)
        kept.take(step(kept.task, replace(kept.known, keys=kept.keys()), at, at, 60))
        assert set(of_tet(kept).values()) == {"locked" if step is stop else "open"}
    for one in kept.periods.values():
        same = before[one.period_id]
        assert (one.due_at, one.locks_at, one.next_at) == (same.due_at, same.locks_at, same.next_at)
    kept.pass_to(TET + timedelta(hours=1))
    assert of_tet(kept) == {"2026-W07": "missed", "2026-W08": "missed"}, "each is asked for"


def test_the_one_that_was_not_reported_goes_on_where_the_later_one_was() -> None:
    kept = two_due_together()
    last = next(one for one in kept.periods.values() if one.key == "2026-W08")
    told = Told(2, 50, None, TET - timedelta(days=5, hours=1), True)
    kept.take([taken(last, report(last, told), told.occurred_at, TET - timedelta(days=5))])
    for days, step in ((4, stop), (3, go_on_at)):
        at = TET - timedelta(days=days)
        kept.take(step(kept.task, replace(kept.known, keys=kept.keys()), at, at, 60))
    assert of_tet(kept) == {"2026-W07": "open", "2026-W08": "reported"}


def test_two_that_fell_due_together_within_a_pause_are_asked_for_no_more() -> None:
    kept = two_due_together()
    begun, over = TET - timedelta(days=4), TET + timedelta(days=1)
    kept.take(stop(kept.task, kept.known, begun, begun, 60))
    kept.take(go_on_at(kept.task, replace(kept.known, keys=kept.keys()), over, over, 60))
    assert of_tet(kept) == {"2026-W07": "locked", "2026-W08": "locked"}
    kept.pass_to(over + timedelta(hours=1))
    assert [one.key for one in kept.periods.values() if one.status == "open"] == ["2026-W09"]


def test_a_rule_that_changed_in_a_pause_begins_with_its_end() -> None:
    kept = Kept(a_task("FREQ=MONTHLY;BYMONTHDAY=22"))
    kept.pass_to(ASSIGNED + timedelta(days=1))
    begun, over = ASSIGNED + timedelta(days=2), ASSIGNED + timedelta(days=3)
    kept.take(stop(kept.task, kept.known, begun, begun, 60))
    kept.task = a_task("FREQ=WEEKLY;BYDAY=FR")
    kept.take(go_on_at(kept.task, replace(kept.known, keys=kept.keys()), over, over, 60))
    kept.pass_to(over + timedelta(days=7))
    assert [(one.key, one.series, one.status) for one in kept.periods.values()] == [
        ("2025-W49", 2, "missed"),
        ("2025-W50", 2, "open"),
    ]
