"""Lists in each order, by both ways in which they are read: short ones are gathered, long ones walked."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, get_args
from unittest.mock import AsyncMock

import pytest
import pytest_asyncio
from sqlalchemy import text
from tests.integration.tasks.conftest import ORGANISATIONS, START, Service, named, statements

from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.common.testing.service import running_service
from sixclear.tasks.app import create_app
from sixclear.tasks.events import EVENTS
from sixclear.tasks.organisation.seed import Seed, organisation_id, register
from sixclear.tasks.settings import Settings
from sixclear.tasks.simulation.service import Size, simulate
from sixclear.tasks.task import listing

pytestmark = pytest.mark.asyncio

BODIES = (
    *ORGANISATIONS,
    Seed("01", "province", None, None, (named("Hà Nội", "city"),)),
    Seed("00070", "commune", None, "01", (named("Phường Hoàn Kiếm", "ward"),)),
    Seed("26000", "commune", None, "75", (named("Phường Trấn Biên", "ward"),)),
)
TASKS = 80
Items = list[dict[str, Any]]


@pytest_asyncio.fixture
async def service(clone_database: CloneDatabase) -> AsyncIterator[Service]:
    """Tasks of three communes in two provinces, and two proposals of which one has no lead body."""
    settings = Settings(database_url=await clone_database("sixclear.tasks"))
    async with running_service(Service, EVENTS, settings, create_app, MovingClock(START)) as running:
        await register(running.database, running.log, BODIES, START)
        await simulate(running.database, running.log, Size(TASKS), running.clock(), lambda _: None)
        for number in range(2):
            wanted = {"lead_organisation": "26000"} if number else {}
            proposed = {"programme": "simulation", "title": f"Việc {number}", "assigned_by": "central"}
            said = proposed | {"assigning_organisation": "G06"} | wanted
            assert (await running.post("G06", "/tasks", said)).status_code == 201
        yield running


@pytest.fixture(params=["gathered", "walked in small steps"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param != "gathered":
        monkeypatch.setattr(listing, "MOST_COUNTED", 0)
        monkeypatch.setattr(listing, "MOST_SEARCHED", 0)
        monkeypatch.setattr(listing, "_WALKED", 40)
    return str(request.param)


async def pages(service: Service, **asked: Any) -> list[dict[str, Any]]:
    """All pages of a list, by its cursors."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, Any] = {}
    while True:
        found.append(await service.get("/tasks", **{**asked, **cursor}))
        if found[-1]["next"] is None:
            return found
        assert found[-1]["next"] != cursor.get("cursor"), "the same page again"
        cursor = {"cursor": found[-1]["next"]}


def everything(read: list[dict[str, Any]]) -> Items:
    return [item for page in read for item in page["items"]]


def never(instant: str | None) -> tuple[bool, str]:
    return instant is None, instant or ""


def by_deadline(task: dict[str, Any]) -> Any:
    return never(task["current_deadline"]), task["task_id"]


def code_of(task: dict[str, Any]) -> str:
    lead = task["lead_organisation"]
    codes = {str(organisation_id(body.code)): body.code for body in BODIES}
    return codes[lead["organisation_id"]] if lead else "~"


# What a list in this order must be equal to; those newest first are turned round afterwards.
KEYS: Mapping[str, Callable[[dict[str, Any]], Any]] = {
    "deadline": by_deadline,
    "id": lambda task: task["task_id"],
    "days_late": lambda task: (task["bucket"] != "overdue", by_deadline(task)),
    "body": lambda task: (code_of(task), by_deadline(task)),
}
NARROWED: tuple[dict[str, str], ...] = (
    {},
    {"organisation": "75"},
    {"organisation": "26000", "bucket": "in_term"},
    {"bucket": "overdue"},
    {"status": "completed"},
    {"q": "so hoa"},
)


async def test_each_order_has_every_task_once_in_its_place(service: Service, way: str) -> None:
    for narrowed in NARROWED:
        whole = everything(await pages(service, limit=200, **narrowed))
        assert whole
        assert len({one["task_id"] for one in whole}) == len(whole)
        for sort in get_args(listing.Sort):
            read = await pages(service, limit=31, sort=sort, **narrowed)
            found = [one["task_id"] for one in everything(read)]
            assert sorted(found) == sorted(one["task_id"] for one in whole), (sort, narrowed)
            if sort in KEYS:
                assert found == [one["task_id"] for one in sorted(whole, key=KEYS[sort])], (sort, narrowed)
            if way == "gathered":
                assert {(page["total"], page["total_is_lower_bound"]) for page in read} == {(len(whole), False)}


async def test_the_newest_report_and_the_newest_change_come_first(service: Service, way: str) -> None:
    reported = everything(await pages(service, limit=17, sort="last_report"))
    last = [one["last_report_at"] for one in reported if one["last_report_at"]]
    assert last == sorted(last, reverse=True)
    assert len(last) == sum(one["last_report_at"] is not None for one in reported) > 40
    assert all(one["last_report_at"] is None for one in reported[len(last) :])
    changed = next(one for one in reported if one["status"] == "in_progress" and code_of(one) == "25999")
    service.clock.pass_by(minutes=1)
    said = {"percent": 99, "text": "Gần xong."}
    assert (await service.post("25999", f"/tasks/{changed['task_id']}/progress", said)).status_code == 201
    for sort in ("last_report", "updated"):
        first = (await service.get("/tasks", sort=sort, limit=5))["items"]
        assert first[0]["task_id"] == changed["task_id"]


async def test_reports_of_one_instant_show_their_task_once(service: Service, way: str) -> None:
    task = next(one for one in everything(await pages(service)) if one["status"] == "in_progress")
    service.clock.pass_by(minutes=1)
    for words in ("Một.", "Hai.", "Ba."):
        said = {"percent": 99, "text": words}
        assert (await service.post(code_of(task), f"/tasks/{task['task_id']}/progress", said)).status_code == 201
    found = [one["task_id"] for one in everything(await pages(service, sort="last_report", limit=3))]
    assert found[0] == task["task_id"]
    assert len(found) == len(set(found)) == TASKS + 2


async def test_tasks_that_nobody_sees_stop_no_list(service: Service, way: str) -> None:
    """More of one instant than one page walks over, with others before and behind them."""
    async with service.database.transaction() as session:
        hidden = (await session.execute(text("SELECT task_id FROM task ORDER BY task_id LIMIT 60"))).scalars().all()
        values = {"hidden": hidden, "at": START}
        change = "classification = 'restricted', current_deadline = :at, last_report_at = :at"
        await session.execute(text(f"UPDATE task SET {change} WHERE task_id = ANY (:hidden)"), values)
        said = "UPDATE progress_report SET occurred_at = :at WHERE task_id = ANY (:hidden)"
        await session.execute(text(said), values)
    seen = {one["task_id"] for one in everything(await pages(service, sort="id"))}
    assert len(seen) == TASKS + 2 - 60
    for sort in get_args(listing.Sort):
        found = [one["task_id"] for one in everything(await pages(service, sort=sort, limit=7))]
        assert (len(found), set(found)) == (len(seen), seen), sort


async def test_a_cursor_that_says_less_than_the_list_has_gathers_no_more(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cursor is no secret: how many tasks the first page counted may be made up."""
    monkeypatch.setattr(listing, "MOST_COUNTED", 40)
    monkeypatch.setattr(listing, "count_tasks", AsyncMock(return_value=5))
    page = await service.get("/tasks", limit=5, status="completed")
    assert (await service.get("/tasks", limit=5, status="completed", cursor=page["next"]))["items"]
    page = await service.get("/tasks", limit=5)
    refused = await service.http.get(f"{service.prefix}/tasks", params={"limit": 5, "cursor": page["next"]})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid-cursor")


async def test_a_cursor_with_another_sort_says_what_to_repeat(service: Service) -> None:
    page = await service.get("/tasks", limit=5, sort="updated")
    refused = await service.http.get(f"{service.prefix}/tasks", params={"limit": 5, "cursor": page["next"]})
    assert (refused.json()["code"], "`sort`" in refused.json()["detail"]) == ("invalid-cursor", True)


async def test_a_copy_by_identifier_has_every_task_once_while_tasks_change(service: Service) -> None:
    there = {one["task_id"] for one in everything(await pages(service, limit=200))}
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for number in range(100):
        page = await service.get("/tasks", sort="id", limit=10, **cursor)
        seen += [one["task_id"] for one in page["items"]]
        for one in page["items"]:
            if one["status"] == "in_progress" and one["kind"] == "one_off":
                body = {"deadline": f"2027-0{1 + number % 9}-15", "reason": "Gia hạn."}
                await service.post("G06", f"/tasks/{one['task_id']}/extend", body)
        assert (await service.post("G06", "/tasks", a_new_one(number))).status_code == 201
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert len(seen) == len(set(seen))
    assert there <= set(seen)


def a_new_one(number: int) -> dict[str, Any]:
    return {
        "programme": "simulation",
        "title": f"Việc mới {number}",
        "assigned_by": "central",
        "assigning_organisation": "G06",
    }


async def test_lateness_is_judged_by_the_instant_of_the_first_page(service: Service, way: str) -> None:
    """Else a task that becomes late meanwhile would be skipped: it moves before the cursor."""
    whole = everything(await pages(service, limit=200))
    first = await service.get("/tasks", sort="days_late", limit=30)
    service.clock.pass_by(days=200)
    rest = await pages(service, sort="days_late", limit=30, cursor=first["next"]) if first["next"] else []
    found = [one["task_id"] for one in [*first["items"], *everything(rest)]]
    assert sorted(found) == sorted(one["task_id"] for one in whole)


async def test_a_page_that_is_asked_for_again_is_the_same(service: Service, way: str) -> None:
    for sort in set(get_args(listing.Sort)) - {"days_late"}:
        first = await service.get("/tasks", limit=2, sort=sort)
        service.clock.pass_by(seconds=1)
        assert first["next"] is not None
        assert await service.get("/tasks", limit=2, sort=sort) == first


async def test_a_list_above_the_limit_says_that_there_are_more(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST_COUNTED", 50)
    page = await service.get("/tasks", limit=5)
    assert (page["total"], page["total_is_lower_bound"]) == (50, True)
    with statements(service) as sent:
        following = await service.get("/tasks", limit=5, cursor=page["next"])
    assert (following["total"], following["total_is_lower_bound"]) == (50, True)
    assert not [one for one in sent if one.startswith("SELECT count(")]
    few = await service.get("/tasks", limit=5, status="completed")
    assert (few["total"], few["total_is_lower_bound"]) == (8, False)


async def test_own_lists_have_the_same_orders(service: Service, way: str) -> None:
    for code, role in (("75", "lead"), ("G06", "assigning"), ("75", "coordinating")):
        own: dict[str, set[str]] = {}
        for sort in get_args(listing.Sort):
            cursor: dict[str, str] = {}
            found: list[str] = []
            while True:
                params = {"role": role, "sort": sort, "limit": 23, **cursor}
                answer = await service.http.get(
                    f"{service.prefix}/own/tasks", params=params, headers=service.headers(code)
                )
                assert answer.status_code == 200, answer.text
                found += [one["task_id"] for one in answer.json()["items"]]
                if answer.json()["next"] is None:
                    break
                cursor = {"cursor": answer.json()["next"]}
            assert len(found) == len(set(found)), (role, sort)
            own[sort] = set(found)
        assert len(own["id"]) > 5
        assert all(found == own["id"] for found in own.values()), role
