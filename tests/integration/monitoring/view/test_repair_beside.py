"""An operator repairs what readers see while the next generation is folded beside it: neither is damaged."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.monitoring.conftest import NOON, View, leading, left_by_the_release_before

from sixclear.common.clock import civil_day_end
from sixclear.monitoring.kinds import rules_of
from sixclear.monitoring.kinds.task import TASK
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.generations import activate_next, begin_recounted
from sixclear.monitoring.view.reconcile import differences, take_over

pytestmark = pytest.mark.asyncio

PLAN = "00000000-0000-0000-0000-00000000000a"
DAY = timedelta(days=1)


def story(events: Any) -> list[Any]:
    """Tasks of a plan and of none, one of which was withdrawn."""
    told = [events.organisation("01", level="province"), events.organisation("00004", parent="01", level="commune")]
    told += [
        events.task(f"t{number}", lead="00004", deadline=NOON + number * DAY, directive_id=PLAN if number % 2 else None)
        for number in range(6)
    ]
    told += [events.task(f"t{n}", "progress_reported", lead="00004", deadline=NOON + n * DAY) for n in (0, 2)]
    return [*told, events.task("t4", "withdrawn")]


async def source(view: View) -> views.SourceState:
    async with view.database.session() as session:
        return (await views.sources(session))["tasks"]


async def repaired(site: Any) -> dict[str, Any]:
    """What an operator is answered who has the view compared and repaired."""
    headers = site.issuer.headers("monitoring:operate")
    path = "/api/monitoring/v1/reconciliations"
    answer = await site.client.post(path, json={"repair": True}, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def spoil(view: View, epoch: int) -> None:
    """A counter of a generation, and one of its states, are not what its history says."""
    async with view.database.transaction() as session:
        spoiled = "UPDATE counter SET n = n + 7 WHERE measure = 'task' AND epoch = :epoch"
        await session.execute(text(spoiled), {"epoch": epoch})
        await session.execute(text("UPDATE task_state SET status = 'paused' WHERE epoch = :epoch"), {"epoch": epoch})


async def swap(view: View) -> None:
    async with view.database.transaction() as session:
        await activate_next(session, "tasks", token=view.token)


async def figures(site: Any, **asked: str) -> Any:
    """The figures of now and of a past day, whose ages do not matter here."""
    found = []
    for at in ({}, {"as_of": civil_day_end(NOON.date()).isoformat()}):
        answer = await site.get("/status", **asked, **at)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        found.append([told[name] for name in ("tasks", "rates_percent", "activity")])
    return found


async def agrees(view: View) -> None:
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []


async def test_while_a_rebuild_is_half_way(site: Any, view: View, events: Any) -> None:
    told = story(events)
    await view.fold(told)
    view.now = site.clock.now = NOON + 3.5 * DAY
    await view.pass_time(view.now)
    expected = await figures(site, organisation="01"), await figures(site, directive=PLAN)
    async with view.database.transaction() as session:
        await views.ask_for_rebuild(session, "tasks")
        await begin_recounted(session, "tasks", token=view.token, now=view.now)
    number = (await source(view)).next_epoch
    assert number is not None
    # The commune has come, what is above it has not; of some tasks only later versions.
    await view.fold(told[1:7], only=number)
    for epoch in (1, number):
        await spoil(view, epoch)
    answer = await repaired(site)
    assert (answer["reconciled"], answer["repaired"], len(answer["differences"]) > 0) == (True, True, True)
    assert (await figures(site, organisation="01"), await figures(site, directive=PLAN)) == expected
    await agrees(view)
    state = await source(view)
    assert (state.active_epoch, state.next_epoch, state.rules) == (1, number, rules_of("tasks"))

    await view.fold(told, only=number)
    assert (await figures(site, organisation="01"), await figures(site, directive=PLAN)) == expected
    await swap(view)
    assert (await figures(site, organisation="01"), await figures(site, directive=PLAN)) == expected
    await agrees(view)


async def test_while_an_upgrade_reads_the_log_again(site: Any, view: View, events: Any) -> None:
    """Rows of the release before hold no directive: a repair counts them by the rules of now, and cannot know it."""
    told = story(events)
    await view.fold(told)
    view.now = site.clock.now = NOON + 3.5 * DAY
    await view.pass_time(view.now)
    expected = await figures(site, organisation="01"), await figures(site, directive=PLAN)
    async with view.database.transaction() as session:
        for table in ("task_history", "task_state"):
            await session.execute(text(f"UPDATE {table} SET directive_id = NULL, original_deadline = NULL"))
        await left_by_the_release_before(session, TASK)
    newer = await leading(view.database)
    newer.now = view.now
    number = (await source(newer)).next_epoch
    assert number is not None
    await newer.fold(told[:5], only=number)
    await spoil(newer, 1)
    answer = await repaired(site)
    assert (answer["reconciled"], answer["repaired"]) == (True, True)
    total = (await site.get("/status", organisation="01")).json()["tasks"]["total"]
    assert total == expected[0][0][0]["total"], "what its rows tell is told again"
    refused = await site.get("/status", directive=PLAN)
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable"), "not what half of the rows say"
    assert (await site.get("/status", directive=PLAN.replace("a", "b"))).status_code == 503, "nor that it is unknown"
    state = await source(newer)
    assert (state.next_epoch, state.next_replayed, state.next_rules) == (number, True, rules_of("tasks"))

    await newer.fold(told, only=number)
    await swap(newer)
    assert (await figures(site, organisation="01"), await figures(site, directive=PLAN)) == expected
    await agrees(newer)
    async with newer.database.transaction() as session:
        token = await views.take_leadership(session, "the next", newer.now)
        assert await take_over(session, token=token, now=newer.now) == [], "nothing more is to be done"


async def test_a_generation_of_another_release_is_left_to_that_release(site: Any, view: View, events: Any) -> None:
    """In a rolling upgrade the leader may fold a generation by rules that the process that repairs does not have."""
    told = story(events)
    await view.fold(told)
    view.now = site.clock.now = NOON + 3.5 * DAY
    async with view.database.transaction() as session:
        await views.ask_for_rebuild(session, "tasks")
        await begin_recounted(session, "tasks", token=view.token, now=view.now)
        await session.execute(text("UPDATE source_view SET next_rules = next_rules + 1 WHERE source = 'tasks'"))
    number = (await source(view)).next_epoch
    assert number is not None
    await view.fold(told, only=number)
    counted = text("SELECT scope, measure, slot, n FROM counter WHERE epoch = :epoch ORDER BY 1, 2, 3")
    theirs = text("UPDATE counter SET n = 2 * n WHERE epoch = :epoch")
    async with view.database.transaction() as session:
        await session.execute(theirs, {"epoch": number})
        before = (await session.execute(counted, {"epoch": number})).all()
    await spoil(view, 1)
    assert (await repaired(site))["reconciled"]
    async with view.database.session() as session:
        assert (await session.execute(counted, {"epoch": number})).all() == before
