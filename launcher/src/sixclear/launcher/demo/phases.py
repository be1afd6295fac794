"""The whole demonstration in order: what must be there before what."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sixclear.common.clock import civil_date
from sixclear.launcher.demo.body_steps import body_steps
from sixclear.launcher.demo.catalogue_steps import catalogue_steps
from sixclear.launcher.demo.decision_steps import decision_steps
from sixclear.launcher.demo.dictionary_steps import dictionary_steps
from sixclear.launcher.demo.example_steps import example_steps
from sixclear.launcher.demo.feedback_steps import feedback_steps
from sixclear.launcher.demo.figure_steps import figure_steps
from sixclear.launcher.demo.law_steps import document_steps, money_steps
from sixclear.launcher.demo.plan import TaskPlan, central_tasks, city_tasks
from sixclear.launcher.demo.plan_steps import plan_steps
from sixclear.launcher.demo.register_steps import register_steps
from sixclear.launcher.demo.score_steps import score_steps
from sixclear.launcher.demo.steps import Step
from sixclear.launcher.demo.task_steps import all_completion_steps, assign_steps, reference_steps, report_steps
from sixclear.launcher.demo.today_steps import today_plans, today_reference, today_steps
from sixclear.launcher.demo.value_steps import value_steps


@dataclass(frozen=True, slots=True)
class Phase:
    """Steps that need nothing from one another, except within a lane."""

    name: str
    steps: tuple[Step, ...]

    def lanes(self) -> dict[str, list[Step]]:
        """The steps by lane, in the order in which the lanes first appear."""
        lanes: dict[str, list[Step]] = {}
        for step in self.steps:
            lanes.setdefault(step.lane, []).append(step)
        return lanes


def phases(now: datetime) -> list[Phase]:
    """Every request of the demonstration.

    Only what lies around today, periods and decisions depend on `now`, and only on its day.
    """
    plans, today = [*central_tasks(), *city_tasks()], civil_date(now)
    everything = [*plans, *today_plans(today)]
    return [
        Phase("programmes", (*reference_steps(), today_reference(now))),
        Phase("tasks", tuple(assign_steps(plans))),
        Phase("reports", tuple(report_steps(plans, now))),
        Phase("results", tuple(all_completion_steps(plans))),
        Phase("catalogue", tuple(catalogue_steps())),
        Phase("today", tuple(today_steps(now))),
        # One phase, so that what an earlier release loaded as a whole is loaded still.
        Phase("feedback and decisions", (*feedback_steps(now), *_course(everything, today))),
    ]


def _course(plans: Sequence[TaskPlan], today: date) -> Iterator[Step]:
    yield from plan_steps(plans, today)
    yield from decision_steps(plans, today)
    yield from example_steps(today)
    yield from body_steps(today)
    yield from register_steps()
    yield from figure_steps()
    yield from document_steps()
    yield from money_steps()
    yield from value_steps(today)
    yield from score_steps(today)
    yield from dictionary_steps()
