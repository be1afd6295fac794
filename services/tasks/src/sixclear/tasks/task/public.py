"""The numbers of a task that everyone reads. Pure.

They are counted from what was said in public: what was said while a task was restricted is in none of them.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sixclear.tasks.task.lifecycle import TaskState


@dataclass(frozen=True, slots=True)
class Said:
    """What everyone reads of a report: its percentage and its time."""

    percent: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Hidden:
    """How many reports and pieces of evidence of a task are hidden; the last percentage that was stated in public.

    `last_report_at` is the time of the last public report, whether it stated a percentage or not.
    """

    reports: int
    evidence: int
    percent: int
    last_report_at: datetime | None

    def after(self, said: Said) -> "Hidden":
        """The same with one more report that is made in public; one that comes late changes nothing here."""
        if self.last_report_at is not None and said.at < self.last_report_at:
            return self
        return replace(self, percent=said.percent, last_report_at=said.at)


# What is in one of these is at 100 for everyone.
HANDED_IN = frozenset({"submitted", "completed"})


def public_numbers(task: TaskState, hidden: Hidden) -> dict[str, Any]:
    """A public task's numbers without what is hidden.

    The percentage is that of the last public report: one that states none brings with it what was stated in public
    before. A body that hands a result in says in public that it is there.
    """
    return {
        "percent": task.percent if task.status in HANDED_IN else hidden.percent,
        "last_report_at": hidden.last_report_at,
        "reports_count": task.reports_count - hidden.reports,
        "evidence_count": task.evidence_count - hidden.evidence,
    }
