"""Reports on the periods of recurring tasks: most on time, some late, some never."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sixclear.launcher.demo.plan import TaskPlan
from sixclear.launcher.demo.steps import at
from sixclear.launcher.demo.vocabulary import PERIOD_REPORTS
from sixclear.tasks.programme.rules import Terms
from sixclear.tasks.task.series import Series, windows

# Choices of ours: no report says how many periods are missed.
_MISSING, _LATE = 0.07, 0.2
# A report that names its period needs one that was opened: with the first file of a body these are.
_OPENED = 12


def period_reports(plan: TaskPlan, rule: str, until: datetime) -> Iterator[dict[str, Any]]:
    """What the lead body reports of each period that was due before `until`, in the order in which it says so."""
    dice = random.Random(f"{plan.external_id}, periods")  # noqa: S311 (dates of a demonstration, no secret)
    assigned_at = at(plan.assigned).astimezone(UTC)
    reports = []
    for number, window in enumerate(windows(Series(rule, assigned_at, Terms()), assigned_at)):
        if window.due_at >= until:
            break
        share, hours = dice.random(), dice.randint(2, 40)
        percent, text = dice.choice(PERIOD_REPORTS)
        report: dict[str, Any] = {"percent": percent, "text": text}
        late_at = window.due_at + timedelta(hours=15 + hours)
        if share < _MISSING:
            continue
        if share < _LATE and number < _OPENED and late_at < until:
            # Its time lies in the next window: so it names its own.
            report |= {"occurred_at": late_at, "period": window.key}
        else:
            ahead = min(timedelta(hours=hours), (window.due_at - window.opens_at) / 2)
            report |= {"occurred_at": window.due_at - ahead}
        reports.append(report)
    yield from sorted(reports, key=lambda one: one["occurred_at"])
