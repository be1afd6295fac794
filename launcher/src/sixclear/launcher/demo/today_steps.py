"""A small programme with deadlines around the day of loading: something is due, late and done today."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sixclear.common.clock import civil_date
from sixclear.common.issuer.roles import STANDING_BODY, client_of
from sixclear.launcher.demo.organisations import agencies, provinces
from sixclear.launcher.demo.plan import TaskPlan
from sixclear.launcher.demo.steps import Step, at, task_path
from sixclear.launcher.demo.task_steps import (
    BULK,
    TASKS,
    completion_steps,
    description,
    report_body,
    reports_of_periods,
)
from sixclear.launcher.demo.vocabulary import WORK_GROUPS

TODAY = "demonstration"
_STANDING_CLIENT = client_of(STANDING_BODY)

# Days from today to the deadline, days since completion (None: open).
_SCHEDULE: tuple[tuple[int, int | None], ...] = (
    *((days, None) for days in (-9, -6, -3, -2, -1)),
    *((days, None) for days in (0, 1, 1, 2, 3, 5, 8, 13, 21, 34)),
    *((days, since) for days, since in ((4, 1), (2, 1), (-1, 2), (6, 3), (-4, 5), (10, 8))),
)
_RECURRING = 3


def today_plans(today: date) -> list[TaskPlan]:
    """The tasks of the programme, dealt out to agencies and provinces."""
    leads = [*agencies()[:8], *provinces()[1:6]]
    plans = [
        TaskPlan(
            external_id=f"TD-{number:03d}",
            programme=TODAY,
            lead=leads[number % len(leads)],
            assigned=today - timedelta(days=40 + number),
            deadline=today + timedelta(days=due),
            completed=None if since is None else today - timedelta(days=since),
        )
        for number, (due, since) in enumerate(_SCHEDULE, start=1)
    ]
    first = replace(plans[0], deadline=None, completed=None, recurring=True)
    extra = [
        replace(first, external_id=f"TD-R{number}", lead=leads[number], assigned=today - timedelta(days=90))
        for number in range(_RECURRING)
    ]
    return plans + extra


def today_reference(now: datetime) -> Step:
    """The programme of demonstration itself."""
    body = _programme(civil_date(now))
    return Step(f"programme {TODAY}", "references", _STANDING_CLIENT, "/api/tasks/v1/programmes", body)


def today_steps(now: datetime) -> Iterator[Step]:
    """The tasks of the programme of demonstration."""
    today = civil_date(now)
    for plan in today_plans(today):
        yield from _task(plan, now)


def _programme(today: date) -> dict[str, Any]:
    return {
        "slug": TODAY,
        "name_vi": "Chương trình trình diễn",
        "name_en": "Demonstration programme",
        "resolution": "57-NQ/TW",
        "source_vi": "Bản ghi được sinh ra, hạn tính theo ngày nạp dữ liệu.",
        "source_en": "Generated records; deadlines follow from the day of loading.",
        "owner": STANDING_BODY,
        "work_groups": WORK_GROUPS,
        "demonstration": True,
        "occurred_at": at(today - timedelta(days=100)),
    }


def given(plan: TaskPlan, **more: Any) -> dict[str, Any]:
    """What the standing body says when it gives out a task of the programme, or a body when it proposes one."""
    body = {"programme": TODAY, "assigned_by": "central", "assigning_organisation": STANDING_BODY}
    return description(plan) | body | {"occurred_at": at(plan.assigned)} | more


def _task(plan: TaskPlan, now: datetime) -> Iterator[Step]:
    yield Step(f"assign {plan.external_id}", plan.external_id, _STANDING_CLIENT, TASKS, given(plan))
    name = f"report {plan.external_id}"
    if plan.recurring:
        lines = tuple(reports_of_periods(plan, now))
        yield Step(name, plan.external_id, client_of(plan.lead), BULK, lines=lines)
    else:
        reported = report_body(plan) | {"occurred_at": at(civil_date(now) - timedelta(days=10))}
        path = task_path(STANDING_BODY, plan.external_id, "progress")
        yield Step(name, plan.external_id, client_of(plan.lead), path, reported)
    if plan.completed is not None:
        yield from completion_steps(plan, at(plan.completed, 8), STANDING_BODY)
