"""Figures of one directive, and of one group of work: from the histories, the same now and as of an instant."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.integration.monitoring.conftest import NOON, leading, left_by_the_release_before, organisation_id

from sixclear.common.ids import stable_id
from sixclear.monitoring.kinds import rules_of
from sixclear.monitoring.kinds.task import TASK
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.generations import activate_next
from sixclear.monitoring.view.reconcile import take_over
from sixclear.monitoring.view.selection import Selection

pytestmark = pytest.mark.asyncio

DAY = timedelta(days=1)
PLAN, OTHER = (str(stable_id("directive", name)) for name in ("plan", "other"))


async def some_tasks(view: Any, events: Any) -> None:
    """Two of a plan, of which one changes its group later; one of another document."""
    of_plan, apart = {"directive_id": PLAN, "work_group": "data"}, {"directive_id": OTHER, "work_group": None}
    await view.fold(
        [
            events.organisation("01", level="province"),
            events.organisation("00004", parent="01", level="commune"),
            events.programme("nq57-central"),
            events.task("a", lead="00004", deadline=NOON + 3 * DAY, **of_plan),
            events.task("b", lead="G06", deadline=NOON + 30 * DAY, **of_plan),
            events.task("c", lead="01", deadline=NOON + 3 * DAY, **apart),
            events.task("a", "progress_reported", lead="00004", deadline=NOON + 3 * DAY, **of_plan),
            events.period("a", due_at=NOON),
        ]
    )
    events.now = NOON + DAY
    view.now = NOON + 2 * DAY
    await view.fold([events.task("b", "regrouped", deadline=NOON + 30 * DAY, directive_id=PLAN, work_group="people")])


@pytest.mark.parametrize("path", ["/status", "/timeline", "/provinces", "/attention"])
async def test_a_plan_of_a_province_alone_means_its_own_work(site: Any, view: Any, events: Any, path: str) -> None:
    await view.fold(
        [
            events.organisation("01", level="province"),
            events.programme("nq57-central"),
            events.programme("kh-hanoi", owner="01", reach="own"),
            events.task("a", programme="kh-hanoi", lead="01", deadline=NOON + 3 * DAY, directive_id=PLAN),
            events.task("b", lead="01", deadline=NOON + 3 * DAY, directive_id=OTHER, work_group="data"),
            events.task("c", programme="kh-hanoi", lead="01", deadline=NOON + 3 * DAY, work_group="data"),
        ]
    )
    site.clock.now = NOON + 4 * DAY
    await view.pass_time(site.clock.now)
    assert (await site.get(path, directive=PLAN)).text == (await site.get(path, directive=PLAN, reach="own")).text
    if path == "/status":
        own = (await site.get(path, directive=PLAN)).json()
        assert (own["filters"]["reach"], own["tasks"]["total"]) == ("own", 1)
        both = (await site.get(path, group="data")).json()
        assert (both["filters"]["reach"], both["tasks"]["total"]) == ("national", 1), "both have it: national work"


async def test_own_work_that_has_left_a_group_is_still_meant_as_of_then(site: Any, view: Any, events: Any) -> None:
    own = {"programme": "kh-hanoi", "lead": "01", "deadline": NOON + 9 * DAY}
    await view.fold(
        [
            events.organisation("01", level="province"),
            events.programme("kh-hanoi", owner="01", reach="own"),
            events.task("a", work_group="data", **own),
        ]
    )
    events.now = NOON + DAY
    view.now = site.clock.now = NOON + 2 * DAY
    await view.fold([events.task("a", "regrouped", work_group="people", **own)])
    then = (await site.get("/status", group="data", as_of=(NOON + DAY / 2).isoformat())).json()
    assert (then["filters"]["reach"], then["tasks"]["total"]) == ("own", 1)


@pytest.mark.parametrize(
    ("query", "in_term", "overdue"),
    [
        ({"directive": PLAN}, 1, 1),
        ({"directive": OTHER}, 0, 1),
        ({"group": "data"}, 0, 1),
        ({"group": "people"}, 1, 0),
        ({"directive": PLAN, "organisation": "01"}, 0, 1),
        ({"directive": PLAN, "group": "people", "programme": "nq57-central", "reach": "national"}, 1, 0),
        ({"directive": OTHER, "group": "data"}, 0, 0),
    ],
)
async def test_a_status_is_narrowed_by_them(
    site: Any, view: Any, events: Any, query: dict[str, str], in_term: int, overdue: int
) -> None:
    await some_tasks(view, events)
    site.clock.now = NOON + 4 * DAY
    await view.pass_time(site.clock.now)
    now = (await site.get("/status", **query)).json()
    then = (await site.get("/status", **query, as_of=site.clock.now.isoformat())).json()
    for found in (now, then):
        tasks = found["tasks"]
        assert (tasks["total"], tasks["in_term"], tasks["overdue"]) == (in_term + overdue, in_term, overdue)
        assert sum(tasks["in_term_parts"].values()) == in_term
        assert tasks["overdue_parts"] == {"late": overdue, "waiting": 0, "paused": 0}
        assert (found["filters"]["directive"], found["filters"]["group"]) == (
            query.get("directive"),
            query.get("group"),
        )
        assert (found["periods"], found["evidence"], found["decisions"]) == (None, None, None), "not narrowed by them"
    last = (await site.get("/timeline", **query)).json()["points"][-1]
    assert (last["in_term"], last["overdue"]) == (in_term, overdue)


async def test_the_past_knows_the_group_of_then(site: Any, view: Any, events: Any) -> None:
    await some_tasks(view, events)
    site.clock.now = view.now
    before = {"group": "data", "as_of": (NOON + DAY - timedelta(minutes=5)).isoformat()}
    found = (await site.get("/status", **before)).json()
    assert (found["tasks"]["in_term"], found["activity"]["reports_today"]) == (2, 0)
    assert found["activity"]["last_report_at"] is not None
    day_of_report = (await site.get("/status", group="data", as_of="2025-12-04")).json()
    assert (day_of_report["tasks"]["in_term"], day_of_report["activity"]["reports_today"]) == (2, 1)
    points = (await site.get("/timeline", group="data")).json()["points"]
    assert [point["total"] for point in points] == [2, 1, 1]


@pytest.mark.parametrize("query", [{"directive": str(UUID(int=7))}, {"group": "unheard-of"}])
@pytest.mark.parametrize("path", ["/status", "/timeline"])
async def test_one_that_no_task_has_is_refused(site: Any, view: Any, events: Any, path: str, query: Any) -> None:
    await some_tasks(view, events)
    answer = await site.get(path, **query)
    assert (answer.status_code, answer.json()["code"]) == (422, "reference-unknown")
    assert answer.json()["errors"][0]["parameter"] == next(iter(query))


@pytest.mark.parametrize("left", ["rules = 0", "incomplete = true"])
@pytest.mark.parametrize("path", ["/status", "/timeline"])
async def test_rows_of_a_release_before_are_no_figure(site: Any, view: Any, events: Any, path: str, left: str) -> None:
    await some_tasks(view, events)
    async with view.database.transaction() as session:
        # That release folded one of the two.
        await session.execute(text("UPDATE task_history SET directive_id = NULL WHERE organisation_id <> :lead"), LEAD)
        await session.execute(text(f"UPDATE source_view SET {left} WHERE source = 'tasks'"))
    for directive in (PLAN, str(UUID(int=7))):
        answer = await site.get(path, directive=directive)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), "not one of two, nor unknown"
        assert answer.headers["retry-after"] == "30"
    assert (await site.get(path)).status_code == 200, "what counters know is told"


async def test_an_upgrade_reads_the_log_again_without_being_asked(site: Any, view: Any, events: Any) -> None:
    """0.1.0 stored neither directive nor group: until its log was read again they are not known, and then they are."""
    of_plan = {"directive_id": PLAN, "work_group": "data"}
    told = [events.task("a", **of_plan), events.task("b", **of_plan), events.task("c")]
    await view.fold(told)
    async with view.database.transaction() as session:
        for table in ("task_history", "task_state"):
            await session.execute(text(f"UPDATE {table} SET directive_id = NULL, work_group = NULL"))
        await left_by_the_release_before(session, TASK)
    newer = await leading(view.database)
    for path in ("/status", "/timeline", "/provinces", "/attention"):
        answer = await site.get(path, directive=PLAN)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), path
    assert (await site.get("/status")).json()["tasks"]["total"] == 3
    async with view.database.session() as session:
        beside = (await views.sources(session))["tasks"]
    assert (beside.next_replayed, beside.next_rules) == (True, rules_of("tasks"))
    await newer.fold(told, only=beside.next_epoch)
    async with view.database.transaction() as session:
        await activate_next(session, "tasks", token=newer.token)
    assert (await site.get("/status", directive=PLAN)).json()["tasks"]["total"] == 2
    async with view.database.transaction() as session:
        token = await views.take_leadership(session, "the next", newer.now)
        assert await take_over(session, token=token, now=newer.now) == [], "nothing more is to be done"


LEAD = {"lead": organisation_id("G06")}


async def test_a_directive_is_an_identifier(site: Any, view: Any, events: Any) -> None:
    assert (await site.get("/status", directive="57-NQ/TW")).json()["code"] == "invalid-request"


async def test_all_of_a_directive_is_what_the_counters_say(view: Any, events: Any) -> None:
    await view.fold([events.task(str(n), directive_id=PLAN, deadline=NOON + n * DAY) for n in range(1, 12)])
    await view.fold([events.task("x", "completed", status="completed", directive_id=PLAN, submitted_at=NOON)])
    await view.pass_time(NOON + 4 * DAY)
    named = await view.cells_at(view.now, Selection(directive_id=UUID(PLAN)))
    assert named == await view.cells()
