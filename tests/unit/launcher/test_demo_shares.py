"""The demonstration has a share of every kind of decision, state of evidence and fate of a period."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest

from sixclear.launcher.demo.decision_steps import decision_steps
from sixclear.launcher.demo.own_fields import OWN_FIELDS, own_values
from sixclear.launcher.demo.phases import phases
from sixclear.launcher.demo.plan import central_tasks, city_tasks
from sixclear.launcher.demo.plan_steps import plan_steps
from sixclear.launcher.demo.steps import Step, at
from sixclear.launcher.demo.task_steps import reports_of_periods
from sixclear.launcher.demo.today_steps import today_plans
from sixclear.tasks.decision.schemas import Kind, Outcome
from sixclear.tasks.organisation.seed import organisation_id
from sixclear.tasks.programme.rules import own_fields_of, read_own_fields
from sixclear.tasks.programme.schemas import OwnField

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
SECOND_REVIEW = at(date(2025, 12, 26), 0)


def plans_on(today: date) -> list[Any]:
    return [*central_tasks(), *city_tasks(), *today_plans(today)]


def said(steps: list[Step], name: str) -> Counter[Any]:
    return Counter(step.body[name] for step in steps if step.body and step.body.get(name))


def test_every_kind_and_outcome_of_a_decision_is_there() -> None:
    steps = list(decision_steps(plans_on(TODAY), TODAY))
    assert set(said([step for step in steps if "decisions" in step.path], "kind")) == set(get_args(Kind))
    assert set(said(steps, "outcome")) == set(get_args(Outcome))
    ends = Counter(step.path.rpartition("/")[2] for step in steps)
    assert min(ends[name] for name in ("decide", "accept", "decline", "withdraw")) > 0
    assert ends["decisions"] - ends["decide"] >= 3, "some wait"
    assert any(step.body and "task_ids" in step.body for step in steps)


def test_evidence_is_in_every_state_and_milestones_are_reached_moved_and_open() -> None:
    steps = list(plan_steps(plans_on(TODAY), TODAY))
    ends = Counter(step.path.rpartition("/")[2] for step in steps)
    assert ends["milestones"] == 3 * ends["evidence"]
    assert min(ends["accept"], ends["refuse"], ends["move"]) > 0
    assert ends["evidence"] - ends["accept"] - ends["refuse"] > 0, "some wait"
    assert 0 < ends["complete"] < ends["evidence"]


def test_nothing_is_decided_before_the_published_reports() -> None:
    decided = [*plan_steps(plans_on(TODAY), TODAY), *decision_steps(plans_on(TODAY), TODAY)]
    told = [step for step in decided if step.body and not step.path.endswith(("/milestones", "/move"))]
    assert told
    for step in told:
        assert step.body
        assert step.body["occurred_at"] > SECOND_REVIEW, step.name


@pytest.mark.parametrize("days", [0, 40, 200, 400])
def test_periods_are_reported_on_time_late_or_never_in_their_order_and_none_ahead(days: int) -> None:
    now, fates = NOW + timedelta(days=days), Counter[str]()
    for plan in [plan for plan in central_tasks() if plan.recurring]:
        reports = list(reports_of_periods(plan, now))
        times = [report["occurred_at"] for report in reports]
        assert times == sorted(set(times))
        assert not times or (at(plan.assigned) < times[0] and times[-1] < now)
        fates.update("late" if "period" in report else "on time" for report in reports)
    assert 0.02 < fates["late"] / fates.total() < 0.2


def test_own_tasks_fit_the_fields_of_their_programme() -> None:
    described = [OwnField.model_validate(field).model_dump() for field in OWN_FIELDS]
    fields = own_fields_of(described)
    assert {field.public for field in fields.values()} == {True, False}
    for plan in city_tasks():
        values = own_values(plan)
        bodies = {name: organisation_id(values[name]) for name, field in fields.items() if field.kind == "reference"}
        public, inside = read_own_fields(fields, values, bodies)
        assert public.keys() | inside.keys() >= {name for name, field in fields.items() if field.required}


def test_what_it_costs_is_held() -> None:
    """A first start has a minute: requests and lines of files that hang on tasks stay few."""
    loaded = {phase.name: phase for phase in phases(NOW)}
    of_the_register = 17 + 11 + 18
    # Indicators, targets and values of two programmes; documents, money and their bodies; a value in each state.
    of_the_reports = 2 * 3 + (2 + 5) + (6 + 2) + 15
    # Two programmes with tasks, results and money of four wards; two sets; 126 bodies opened, 10 answers, 2 checks.
    of_the_scores = 2 + (2 + 5 + 1) + 2 + (1 + 3) + 10 + 2
    of_the_dictionary = 1 + 25  # one file, and the approval of each element
    last = loaded["feedback and decisions"].steps
    assert len(last) < 60 + 200 + 150 + of_the_register + of_the_reports + of_the_scores + of_the_dictionary
    assert sum(len(step.lines) for step in last) < 1_300
    assert sum(len(step.lines) for step in loaded["reports"].steps) < 5_000
    # Two files of a lead body, not two requests of each task.
    assert len(loaded["results"].steps) < 280
    assert all(len(step.lines) <= 12 for step in loaded["results"].steps)
