"""Milestones of tasks that are under way, and evidence that waits, was accepted or was refused."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sixclear.common.ids import stable_id
from sixclear.common.issuer.roles import client_of
from sixclear.launcher.demo.plan import CENTRAL, CITY, TaskPlan
from sixclear.launcher.demo.steps import Step, at, task_id, task_path
from sixclear.launcher.demo.task_steps import owner_of
from sixclear.launcher.demo.vocabulary import MILESTONES, MOVED, REFUSAL

_API = "/api/tasks/v1"
# How many open tasks of a programme have milestones.
_DIVIDED, _DIVIDED_OF_TODAY = {CENTRAL: 12, CITY: 4}, 6
# A task was proposed, assigned and reported on before; its evidence is named after the version that it makes.
_EVIDENCE_VERSION = 4


def plan_steps(plans: Sequence[TaskPlan], today: date) -> Iterator[Step]:
    """Three milestones of the tasks that are due last: one is reached, some are moved; evidence is in every state."""
    counts: dict[str, int] = {}
    due = [(plan.deadline, plan) for plan in plans if plan.completed is None and plan.deadline is not None]
    for deadline, plan in sorted(due, key=lambda pair: pair[0], reverse=True):
        number = counts[plan.programme] = counts.get(plan.programme, 0) + 1
        if number <= _DIVIDED.get(plan.programme, _DIVIDED_OF_TODAY):
            yield from _milestones(plan, deadline, number)
            yield from _evidence(plan, number, today - timedelta(days=9))


def _milestones(plan: TaskPlan, deadline: date, number: int) -> Iterator[Step]:
    path, planned_at = task_path(owner_of(plan.programme), plan.external_id, "milestones"), at(plan.assigned, 15)
    # The first one is planned last: the steps that follow name the one that was planned before them.
    for place, (title, weight, share) in reversed(list(enumerate(MILESTONES))):
        due = plan.assigned + share * (deadline - plan.assigned)
        body = {"title": title, "weight": weight, "deadline": due, "occurred_at": planned_at}
        yield _step(plan, f"plan {place}", path, body)
        if place == 1 and number % 4 == 0:
            moved = {"deadline": due + timedelta(days=10), "reason": MOVED, "occurred_at": planned_at}
            yield _step(plan, "move", f"{_API}/milestones/{{milestone_id}}/move", moved)


def _evidence(plan: TaskPlan, number: int, day: date) -> Iterator[Step]:
    owner = owner_of(plan.programme)
    named = stable_id("evidence", str(task_id(owner, plan.external_id)), str(_EVIDENCE_VERSION))
    attached = {
        "title": "Báo cáo khảo sát (minh họa)",
        "url": f"https://example.invalid/minh-hoa/{plan.external_id.lower()}-khao-sat.pdf",
        "occurred_at": at(day),
    }
    yield _step(plan, "evidence", task_path(owner, plan.external_id, "evidence"), attached)
    decided = {"occurred_at": at(day + timedelta(days=1))}
    if number % 3 == 0:
        path = f"{_API}/evidence/{named}/refuse"
        yield _step(plan, "refuse evidence", path, decided | {"reason": REFUSAL}, client_of(owner))
        return
    reached = {"evidence_id": str(named), "occurred_at": at(day, 14)}
    yield _step(plan, "reach", f"{_API}/milestones/{{milestone_id}}/complete", reached)
    if number % 3 == 1:
        yield _step(plan, "accept evidence", f"{_API}/evidence/{named}/accept", decided, client_of(owner))


def _step(plan: TaskPlan, name: str, path: str, body: dict[str, Any], client: str | None = None) -> Step:
    return Step(f"{name} {plan.external_id}", plan.external_id, client or client_of(plan.lead), path, body)
