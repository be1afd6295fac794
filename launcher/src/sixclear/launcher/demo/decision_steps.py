"""Requests on tasks and what was decided on them: each kind and each outcome, around the day of loading.

All of it lies after the days that the published reports speak of, and moves none of their figures.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sixclear.common.issuer.roles import client_of
from sixclear.launcher.demo.organisations import agencies, wards_of_hanoi
from sixclear.launcher.demo.plan import CENTRAL, CITY, TaskPlan
from sixclear.launcher.demo.steps import Step, at, task_id, task_path
from sixclear.launcher.demo.task_steps import TASKS, description, owner_of, responsible_in
from sixclear.launcher.demo.vocabulary import REASONS, answer_to

_DECISIONS = "/api/tasks/v1/decisions"
# The one that the step before asked for.
_LAST = _DECISIONS + "/{{decision_id}}/{}"


@dataclass(frozen=True, slots=True)
class Request:
    """What the lead body asks for on a task, so many days ago; `decided` None: it waits.

    `days` from today to the deadline that is asked for, `granted_days` to the one that is granted in its place.
    `parts` are the keys of the tasks that take its place, `granted_parts` of those that do so instead; those in
    `proposed` are proposed before. `answer` is what the receiving body of a transfer does, or that the body that asked
    does `withdraw` it.
    """

    kind: str
    asked: int
    decided: int | None = None
    outcome: str = "granted"
    days: int | None = None
    granted_days: int | None = None
    work_group: str | None = None
    granted_group: str | None = None
    parts: tuple[str, ...] = ()
    granted_parts: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()
    granted_organisation: str | None = None
    objection: bool = False
    answer: str | None = None


# By the key of a task of the programme of demonstration, whose deadlines lie around today.
_TODAY: Mapping[str, Sequence[Request]] = {
    "TD-001": [Request("extension", 9, days=10)],
    "TD-002": [Request("extension", 9, 7, days=12)],
    "TD-003": [Request("extension", 9, 6, "refused", days=5)],
    "TD-004": [Request("extension", 9, 5, "granted_otherwise", days=30, granted_days=15)],
    "TD-005": [Request("cancellation", 8, 6)],
    "TD-006": [Request("regrouping", 8, 6, work_group="nhom-2")],
    "TD-007": [Request("extension", 1, days=20)],
    "TD-008": [Request("transfer", 9, 7, answer="accept")],
    "TD-009": [Request("transfer", 9, 7, answer="decline")],
    "TD-010": [Request("pause", 8, 6)],
    "TD-011": [Request("pause", 8, 7), Request("resume", 5, 4, days=25)],
    "TD-012": [Request("split", 6, 5, parts=("TD-012A", "TD-012B"), proposed=("TD-012A", "TD-012B"))],
    "TD-014": [Request("extension", 6, days=40, answer="withdraw")],
    "TD-015": [Request("merger", 6, 4, parts=("TD-013",))],
    "TD-021": [Request("reopening", 6, 4)],
}
# By the place of a task among those of its programme that are open.
_CENTRAL = (
    [Request("extension", 9, days=30)],
    [Request("extension", 9, 6, days=45)],
    [Request("extension", 9, 5, "refused", days=90)],
    [Request("extension", 2, days=60)],
    [Request("transfer", 9, 7, answer="decline")],
    [Request("extension", 8, 4, "granted_otherwise", days=120, granted_days=60)],
)
_CITY = (
    [Request("extension", 9, days=30)],
    [Request("extension", 9, 7, days=40)],
    [Request("transfer", 9, 7, answer="accept")],
    [Request("pause", 8, 6)],
    [Request("cancellation", 8, 6)],
    [Request("extension", 9, 5, "granted_otherwise", days=60, granted_days=30)],
    [Request("regrouping", 9, 7, work_group="nhom-2")],
    [Request("extension", 9, 6, "refused", days=90)],
)
# One decision over two tasks of one body.
_OVER_MANY = ("TD-014", "TD-R1")


def decision_steps(plans: Sequence[TaskPlan], today: date) -> Iterator[Step]:
    """Requests and decisions on the tasks of every programme."""
    for programme, asked in ((CENTRAL, _CENTRAL), (CITY, _CITY)):
        opened = [one for one in plans if one.programme == programme and not one.recurring and one.completed is None]
        for plan, requests in zip(opened, asked, strict=False):
            yield from requests_on(plan, requests, today)
    known = {plan.external_id: plan for plan in plans}
    for name, of_today in _TODAY.items():
        yield from requests_on(known[name], of_today, today)
    yield from _over_many([known[name] for name in _OVER_MANY], today)


def requests_on(plan: TaskPlan, requests: Sequence[Request], today: date) -> Iterator[Step]:
    """What is asked for on a task, and what is decided, in this order."""
    for request in requests:
        yield from _proposals(plan, request, today)
        yield from _asked(plan, request, today)


def _asked(plan: TaskPlan, request: Request, today: date) -> Iterator[Step]:
    owner, name = owner_of(plan.programme), f"{request.kind} {plan.external_id}"
    receiver = _neighbour(plan)
    asked = {
        "kind": request.kind,
        "reason": REASONS[request.kind],
        "document": f"{plan.external_id}/TTr (minh họa)",
        "work_group": request.work_group,
        "deadline": _day(today, request.days),
        "organisation": receiver if request.kind == "transfer" else None,
        "replaced_by": _named(owner, request.parts),
        "objection": request.objection,
        "occurred_at": _ago(today, request.asked, 9),
    }
    path = task_path(owner, plan.external_id, "decisions")
    yield Step(f"ask {name}", plan.external_id, client_of(plan.lead), path, asked)
    if request.decided is not None:
        decided = {
            "outcome": request.outcome,
            "reason": None if request.outcome == "granted" else answer_to(request.kind, request.outcome),
            "deadline": _day(today, request.granted_days),
            "organisation": request.granted_organisation,
            "work_group": request.granted_group,
            "replaced_by": _named(owner, request.granted_parts),
            "occurred_at": _ago(today, request.decided, 10),
        }
        yield Step(f"decide {name}", plan.external_id, client_of(owner), _LAST.format("decide"), decided)
    if request.answer is not None:
        receiver = request.granted_organisation or receiver
        said = _ANSWERED[request.answer](receiver) | {"occurred_at": _ago(today, request.asked - 4, 11)}
        client = client_of(plan.lead if request.answer == "withdraw" else receiver)
        yield Step(f"{request.answer} {name}", plan.external_id, client, _LAST.format(request.answer), said)


def _proposals(plan: TaskPlan, request: Request, today: date) -> Iterator[Step]:
    owner = owner_of(plan.programme)
    for part in request.proposed:
        body = description(replace(plan, external_id=part)) | {
            "programme": plan.programme,
            "assigned_by": "central",
            "assigning_organisation": owner,
            "assign": False,
            "occurred_at": _ago(today, request.asked, 8),
        }
        yield Step(f"propose {part}", plan.external_id, client_of(owner), TASKS, body)


def _over_many(plans: Sequence[TaskPlan], today: date) -> Iterator[Step]:
    owner, lane = owner_of(plans[0].programme), plans[0].external_id
    tasks = [str(task_id(owner, plan.external_id)) for plan in plans]
    asked: dict[str, Any] = {"kind": "regrouping", "reason": REASONS["regrouping"], "work_group": "nhom-3"}
    decided = {"outcome": "granted", "occurred_at": _ago(today, 2, 10)}
    asked |= {"task_ids": tasks, "occurred_at": _ago(today, 3, 9)}
    yield Step("ask over many", lane, client_of(plans[0].lead), _DECISIONS, asked)
    yield Step("decide over many", lane, client_of(owner), _LAST.format("decide"), decided)


def _named(owner: str, parts: Sequence[str]) -> list[str] | None:
    return [str(task_id(owner, part)) for part in parts] or None


def _neighbour(plan: TaskPlan) -> str:
    """Another body of the same kind, to which a task may be given."""
    bodies = wards_of_hanoi() if plan.programme == CITY else agencies()
    place = bodies.index(plan.lead) if plan.lead in bodies else -1
    return bodies[(place + 1) % len(bodies)]


def _declined(_receiver: str) -> dict[str, Any]:
    return {"reason": "Việc này thuộc cơ quan khác (minh họa)."}


_ANSWERED: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "accept": responsible_in,
    "decline": _declined,
    "withdraw": lambda _receiver: {},
}


def _day(today: date, days: int | None) -> date | None:
    return None if days is None else today + timedelta(days=days)


def _ago(today: date, days: int, hour: int) -> datetime:
    return at(today - timedelta(days=days), hour)
