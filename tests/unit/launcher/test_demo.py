"""The demonstration is deterministic, and its records add up to the published figures before anything is posted."""

from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from sixclear.common.settings import CommonSettings
from sixclear.launcher.demo.catalogue_steps import catalogue_steps
from sixclear.launcher.demo.checkpoint import PHASES, DemoRefused, is_loaded
from sixclear.launcher.demo.feedback_steps import feedback_steps
from sixclear.launcher.demo.load import load_demo
from sixclear.launcher.demo.phases import phases
from sixclear.launcher.demo.plan import CITY, TaskPlan, central_tasks, city_tasks
from sixclear.launcher.demo.steps import at, task_id
from sixclear.launcher.demonstration import ensure_demo

# What answers identify, and later steps of a lane name.
_IDENTIFIED = ("submission", "answer", "task", "milestone", "decision", "evidence", "file", "comment", "value")
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def open_on(plans: list[TaskPlan], day: date) -> list[TaskPlan]:
    """One-off tasks that are assigned and not completed at the end of `day`."""
    return [
        plan
        for plan in plans
        if not plan.recurring and plan.assigned <= day and not (plan.completed and plan.completed <= day)
    ]


def completed_by(plans: list[TaskPlan], day: date) -> int:
    return sum(1 for plan in plans if plan.completed and plan.completed <= day)


def test_the_records_add_up_to_the_published_totals() -> None:
    plans = central_tasks()
    first, second = date(2025, 12, 4), date(2025, 12, 25)
    overdue = [plan for plan in open_on(plans, first) if plan.deadline and plan.deadline < first]
    assert (len([plan for plan in plans if plan.assigned <= first]), len(plans)) == (1287, 1298)
    assert (completed_by(plans, first), len(overdue), len(open_on(plans, first)) - len(overdue)) == (601, 104, 404)
    assert (completed_by(plans, second), len(open_on(plans, second))) == (1049, 71)
    assert completed_by(plans, date(2025, 9, 23)) - completed_by(plans, date(2025, 7, 19)) == 60


def test_hanoi_is_late_with_twelve_of_the_centre_and_eighteen_of_its_own() -> None:
    day = date(2025, 11, 14)
    late = [
        plan for plan in open_on(central_tasks(), day) if plan.lead == "01" and plan.deadline and plan.deadline < day
    ]
    own = [plan for plan in open_on(city_tasks(), day) if plan.deadline and plan.deadline < day]
    assert (len(late), len(own)) == (12, 18)


def test_every_life_runs_forward() -> None:
    for plan in [*central_tasks(), *city_tasks()]:
        assert plan.completed is None or plan.completed - plan.assigned >= timedelta(days=2), plan
        assert plan.deadline is None or plan.deadline > plan.assigned, plan


def test_a_steward_puts_entries_on_lists_and_owners_do_the_rest() -> None:
    steps = list(catalogue_steps())
    listing = [step for step in steps if step.body and "lists" in step.body]
    assert {step.client for step in listing} == {"data-steward"}
    rest = [step for step in steps if step.path.endswith(("/stage", "/heartbeats"))]
    assert rest
    assert all(step.client.startswith("org-") for step in rest)


def test_each_completed_task_is_handed_in_then_confirmed_by_another_body() -> None:
    [results] = [phase for phase in phases(NOW) if phase.name == "results"]
    taken: dict[tuple[str, str], tuple[int, str, datetime]] = {}
    for place, step in enumerate(step for lane in results.lanes().values() for step in lane):
        for line in step.lines:
            assert (line["task_id"], line["step"]) not in taken, "once each"
            taken[line["task_id"], line["step"]] = place, step.client, line["occurred_at"]
    completed = [plan for plan in [*central_tasks(), *city_tasks()] if plan.completed]
    assert len(taken) == 2 * len(completed)
    for plan in completed:
        assert plan.completed
        named = str(task_id("01" if plan.programme == CITY else "P57", plan.external_id))
        submitted, confirmed = taken[named, "submit"], taken[named, "confirm"]
        assert submitted[1] == f"org-{plan.lead}" != confirmed[1]
        assert (submitted[2], confirmed[2]) == (at(plan.completed, 8), at(plan.completed, 14)), plan
        assert submitted[0] < confirmed[0]


def test_the_same_requests_in_the_same_order_on_every_run() -> None:
    def everything() -> list[tuple[str, str, str, bytes]]:
        steps = [step for phase in phases(NOW) for step in phase.steps]
        return [(step.client, step.path, step.idempotency_key, step.content()) for step in steps]

    first = everything()
    assert first == everything()
    assert len({key for _, _, key, _ in first}) == len(first) > 1_000


@pytest.mark.parametrize("day", range(0, 364, 13))
def test_feedback_is_in_every_state_on_any_day(day: int) -> None:
    assert len(list(feedback_steps(NOW - timedelta(days=day)))) == 20 + 16 * 2 + 4 * 2


class Services:
    """Answers like the services, counts, and goes away when told."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.away_after: int | None = None

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if self.away_after is not None and len(self.keys) >= self.away_after:
            raise httpx2.ConnectError("gone")
        self.keys.append(request.headers["Idempotency-Key"])
        named = {f"{name}_id": name for name in _IDENTIFIED}
        return httpx2.Response(200, json={"rejected": 0, "items": [], **named})


async def token(client_id: str) -> str:
    return client_id


async def load(services: Callable[[httpx2.Request], Coroutine[None, None, httpx2.Response]], checkpoint: Path) -> None:
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(services), base_url="http://sixclear.test") as client:
        await load_demo(client, token, now=NOW, checkpoint=checkpoint, progress=lambda phase, done, total: None)


def test_a_start_knows_the_phases_without_making_them() -> None:
    assert tuple(phase.name for phase in phases(NOW)) == PHASES


@pytest.mark.asyncio
async def test_an_interrupted_load_goes_on_where_it_stopped(tmp_path: Path) -> None:
    services, checkpoint = Services(), tmp_path / "demo.json"
    services.away_after = 600
    with pytest.raises(httpx2.ConnectError):
        await load(services, checkpoint)
    assert not is_loaded(checkpoint)
    services.away_after = None
    await load(services, checkpoint)
    assert is_loaded(checkpoint)
    wanted = {step.idempotency_key for phase in phases(NOW) for step in phase.steps}
    assert set(services.keys) == wanted
    assert len(services.keys) - len(wanted) < 60, "only lanes in flight are sent again"


@pytest.mark.asyncio
async def test_a_load_that_goes_on_after_its_keys_expired_leaves_out_what_was_done(tmp_path: Path) -> None:
    services, checkpoint = Services(), tmp_path / "demo.json"
    services.away_after = len([step for phase in phases(NOW)[:-1] for step in phase.steps]) + 100
    with pytest.raises(httpx2.ConnectError):
        await load(services, checkpoint)

    async def done(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(409, json={"code": "transition-not-allowed"})

    await load(done, checkpoint)
    assert is_loaded(checkpoint)


@pytest.mark.asyncio
async def test_a_refusal_names_the_request(tmp_path: Path) -> None:
    async def refuse(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(422, json={"code": "reference-unknown"})

    with pytest.raises(DemoRefused, match=r"programme .*reference-unknown"):
        await load(refuse, tmp_path / "demo.json")


@pytest.mark.asyncio
@pytest.mark.parametrize("answer", [None, 503])
async def test_a_platform_that_cannot_be_reached_for_the_demonstration_goes_on(
    tmp_path: Path, answer: int | None
) -> None:
    async def away(request: httpx2.Request) -> httpx2.Response:
        if answer is None:
            raise httpx2.ConnectError("no server there")
        return httpx2.Response(answer)

    said: list[str] = []
    settings = CommonSettings(home=tmp_path)
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(away), base_url="http://sixclear.test") as client:
        assert not await ensure_demo(settings, client, said.append)
    assert said[0].startswith("The demonstration is not complete: ")
    assert "sixclear demo load" in said[1]
