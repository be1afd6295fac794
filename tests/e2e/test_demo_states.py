"""Each state of each machine has an example in the demonstration, as the API tells it."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, get_args

import pytest
from tests.e2e.platforms import Platform

from sixclear.common.clock import CIVIL_ZONE, utc_now
from sixclear.common.ids import stable_id
from sixclear.tasks.decision.schemas import Kind, State
from sixclear.tasks.evidence.schemas import Proof, ReviewState
from sixclear.tasks.fields import ValueStatus
from sixclear.tasks.organisation.schemas import Ended
from sixclear.tasks.period.schemas import PeriodStatus, PeriodTiming
from sixclear.tasks.task.schemas import Bucket, TaskStatus

pytestmark = [pytest.mark.slow, pytest.mark.asyncio]

TASKS = "/api/tasks/v1"


async def total(platform: Platform, path: str, **asked: str) -> int:
    """How many a list has."""
    return int((await platform.get(f"{TASKS}{path}", limit="1", **asked))["total"])


async def listed(platform: Platform, path: str, **asked: str) -> AsyncIterator[Any]:
    """All items of a list."""
    cursor: str | None = ""
    while cursor is not None:
        # All milestones of a task are one page, and that list takes no parameters.
        paged = {} if path.endswith("/milestones") else {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        page = await platform.get(f"{TASKS}{path}", **asked, **paged)
        for item in page["items"]:
            yield item
        cursor = page["next"]


async def of_today(platform: Platform, what: str, **asked: str) -> list[Any]:
    """What hangs on the tasks of the programme of demonstration."""
    tasks = [task["task_id"] async for task in listed(platform, "/tasks", programme="demonstration", **asked)]
    cancelled = listed(platform, "/tasks", programme="demonstration", status="cancelled", **asked)
    tasks += [task["task_id"] async for task in cancelled]
    return [item for task in tasks async for item in listed(platform, f"/tasks/{task}/{what}")]


async def test_tasks_are_in_each_status_and_bucket(one_process: Platform) -> None:
    for status in set(get_args(get_args(TaskStatus)[0])) - {"draft"}:
        assert await total(one_process, "/tasks", programme="demonstration", status=status), status
    for bucket in get_args(Bucket):
        assert await total(one_process, "/tasks", programme="demonstration", bucket=bucket), bucket
    tasks = [task async for task in listed(one_process, "/tasks", programme="demonstration")]
    standings = Counter(task["timing"]["standing"] for task in tasks if task["timing"])
    assert {"on_time", "late", "overdue", "at_risk", "due_soon", "on_track"} <= set(standings)
    assert any(task["timing"]["waits_since"] for task in tasks if task["timing"]), "one waits for confirmation"
    assert any((task["slip_days"] or 0) >= 5 for task in tasks)
    assert {"nhom-2", "nhom-2-1", "nhom-3"} <= {task["work_group"] for task in tasks}


async def test_assignments_wait_are_accepted_and_objected_to(one_process: Platform) -> None:
    for state in ("waiting", "objected"):
        assert await total(one_process, "/tasks", programme="demonstration", assignment=state), state
    assert [one async for one in listed(one_process, "/decisions", objection="true", state="asked")]
    said = [task async for task in listed(one_process, "/tasks", programme="demonstration") if task["code"] == "TD-105"]
    shown = await one_process.get(f"{TASKS}/tasks/{said[0]['task_id']}")
    assert shown["assignment"]["state"] == "accepted"
    assert shown["assignment"]["since"] < shown["assignment"]["accept_by"], "it said so"


async def test_decisions_are_of_each_kind_and_in_each_state(one_process: Platform) -> None:
    found = Counter([(one["kind"], one["state"]) async for one in listed(one_process, "/decisions")])
    assert {state for _, state in found} == set(get_args(get_args(State)[0]))
    for kind in get_args(Kind):
        assert found[kind, "refused"], kind
        assert found[kind, "granted"] or found[kind, "accepted"], kind


async def test_periods_are_in_each_status(one_process: Platform) -> None:
    periods = await of_today(one_process, "periods", bucket="recurring")
    assert {one["status"] for one in periods} == set(get_args(PeriodStatus))
    assert {one["timing"] for one in periods} >= set(get_args(get_args(PeriodTiming)[0]))
    for state in get_args(ReviewState):
        assert any(one["evidence"][state] for one in periods), state
    assert {one["series"] for one in periods} == {1, 2}, "a rule was changed"


async def test_milestones_are_open_overdue_reached_refused_and_lapsed(one_process: Platform) -> None:
    found: Counter[str] = Counter()
    for one in await of_today(one_process, "milestones"):
        if one["reached_at"]:
            found[f"reached, {one['evidence_state']}"] += 1
        else:
            found["lapsed" if one["lapsed_at"] else "overdue" if one["overdue"] else "open"] += 1
        found["moved"] += one["original_deadline"] != one["current_deadline"]
    for state in ("open", "overdue", "lapsed", "moved", *(f"reached, {state}" for state in get_args(ReviewState))):
        assert found[state], state


async def test_evidence_is_in_each_state_and_of_each_kind(one_process: Platform) -> None:
    found = await of_today(one_process, "evidence")
    assert {one["state"] for one in found} == set(get_args(ReviewState))
    assert {proof for one in found for proof in one["proves"]} == set(get_args(Proof))
    for field in ("file_id", "period", "redacted_at"):
        assert any(one[field] for one in found), field


async def test_bodies_were_merged_renamed_and_closed_and_their_work_moved(one_process: Platform) -> None:
    codes = ("01-BCD57", "01-BCD204", "01-TGV57")
    bodies = [await one_process.get(f"{TASKS}/organisations/{stable_id('organisation', code)}") for code in codes]
    assert {one["ended"] for one in bodies} == {None, *get_args(Ended)}
    committee = await one_process.get(f"{TASKS}/organisations/01-BCD57")
    assert len(committee["periods"]) == 2
    assert {one["code"] for one in committee["predecessors"]} >= {"01-BCD204"}
    led = [task async for task in listed(one_process, "/tasks", programme="hanoi-57", organisation="01-BCD57")]
    assert {task["code"] for task in led} == {"HN-101", "HN-102"}, "both moved under one roof"
    shown = [await one_process.get(f"{TASKS}/tasks/{task['task_id']}") for task in led]
    assert all(one["upper_task_id"] and one["own_fields"]["adviser"] for one in shown)


async def test_a_supervisor_was_answered_and_what_is_restricted_is_seen_by_a_mandate_alone(
    one_process: Platform,
) -> None:
    [task] = [one async for one in listed(one_process, "/tasks", programme="nq57-central", external_id="NQ57-0001")]
    comments = [one async for one in listed(one_process, f"/tasks/{task['task_id']}/comments")]
    assert Counter(one["answer"] is not None for one in comments) == {True: 1, False: 1}
    for hidden in ("NQ57-M1", "NQ57-M2"):
        assert not await total(one_process, "/tasks", programme="nq57-central", external_id=hidden)
    headers = {"Authorization": f"Bearer {await one_process.token('inspector')}"}
    async with one_process.client() as client:
        answer = await client.get(f"{TASKS}/own/tasks", params={"role": "mandate", "q": "NQ57-M"}, headers=headers)
    assert {one["code"] for one in answer.json()["items"]} == {"NQ57-M1", "NQ57-M2"}


async def test_a_value_is_in_each_state(one_process: Platform) -> None:
    """What is typed or returned reads the body itself; what was approved, corrected and withdrawn reads everyone."""
    last = f"{utc_now().astimezone(CIVIL_ZONE).date().replace(day=1) - timedelta(days=1):%Y-%m}"
    found = {}
    async with one_process.client() as client:
        for code in ("G01", "G02", "G03", "G06", "G08", "G09"):
            headers = {"Authorization": f"Bearer {await one_process.token(f'org-{code}')}"}
            form = await client.get(f"{TASKS}/own/forms", params={"period": last}, headers=headers)
            [value] = [line["value"] for line in form.json()["items"] if line["indicator"] == "td-online-files"]
            found[code] = value["status"], value["statement"]
    assert {status for status, _ in found.values()} == set(get_args(ValueStatus))
    assert found["G08"] == ("approved", 2), "it was corrected"
    country = await one_process.get(f"{TASKS}/indicators/td-online-files/series", **{"from": last, "to": last})
    [month] = country["points"]
    assert (month["rolled"]["reported"], month["rolled"]["expected"]) == (2, 6)
    assert (month["rolled"]["numerator"], month["rolled"]["denominator"]) == ("1530", "2000")


async def test_the_register_of_hanoi_has_what_its_report_counts(one_process: Platform) -> None:
    """17 groups of limits, 11 issues, 18 obstacles in 4 main groups, by the report of 14 November 2025."""
    found = [
        one
        async for one in listed(one_process, "/obstacles", programme="hanoi-57")
        if one["since"] == "2025-11-14" and not one["task_ids"]
    ]
    assert Counter(one["nature"] for one in found) == {"limit": 17, "issue": 11, "obstacle": 18}
    groups = {one["counts_as"] for one in found if one["nature"] == "obstacle"}
    assert groups == {"leadership-and-implementation", "data-and-infrastructure", "resources", "service-quality"}
