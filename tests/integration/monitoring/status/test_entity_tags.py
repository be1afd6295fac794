"""A page that asks from time to time hears in a few bytes that nothing is new."""

from typing import Any

import pytest

from sixclear.monitoring.status import service as status_service
from sixclear.monitoring.streams import freshness as freshness_module

pytestmark = pytest.mark.asyncio

PATH = "/api/monitoring/v1"


async def ask(site: Any, tag: str, path: str = "/status") -> tuple[int, str]:
    answer = await site.client.get(f"{PATH}{path}", headers={"If-None-Match": tag})
    return answer.status_code, answer.headers["etag"]


@pytest.mark.parametrize("path", ["/status", "/changes"])
async def test_what_did_not_change_is_not_sent_again(site: Any, view: Any, events: Any, path: str) -> None:
    await view.fold([events.task("a")])
    first = await site.client.get(f"{PATH}{path}")
    tag = first.headers["etag"]
    assert (first.status_code, first.headers["access-control-allow-origin"]) == (200, "*")
    site.clock.pass_by(seconds=30)
    again = await site.client.get(f"{PATH}{path}", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["access-control-allow-origin"] == "*"

    await view.fold([events.task("b")])
    status, newer = await ask(site, tag, path)
    assert (status, newer != tag) == (200, True)


async def test_another_question_has_another_tag(site: Any, view: Any, events: Any) -> None:
    await view.fold([events.programme("hanoi"), events.programme("nq57-central"), events.task("a")])
    tags = {(await site.get("/status", **query)).headers["etag"] for query in ({}, {"programme": "hanoi"})}
    assert len(tags) == 2


async def test_figures_that_grow_stale_are_news(
    site: Any, view: Any, events: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that asks must learn that the age of the figures is not known, though they are the same."""
    age: float | None = 1.0
    fresh = freshness_module.freshness

    async def aged(*arguments: Any) -> Any:
        known = await fresh(*arguments)
        return freshness_module.Freshness(age, age, known.sources)

    monkeypatch.setattr(status_service, "freshness", aged)
    await view.fold([events.task("a")])
    tag = (await site.get("/status")).headers["etag"]
    for age, news in ((2.5, False), (7.0, True), (60.0, True), (None, True)):
        status, newer = await ask(site, tag)
        assert status == (200 if news else 304), age
        tag = newer


async def test_a_day_that_ends_is_news(site: Any, view: Any, events: Any) -> None:
    await view.fold([events.task("a"), events.task("a", "progress_reported", status="in_progress")])
    site.clock.now = events.now
    before = await site.get("/status")
    assert before.json()["activity"]["reports_today"] == 1
    site.clock.pass_by(days=1)
    status, _ = await ask(site, before.headers["etag"])
    assert status == 200
