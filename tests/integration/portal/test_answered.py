"""Pages show what the services answer: what is late, alive or a share is not worked out again."""

from typing import Any

import httpx2
import pytest
from tests.integration.portal import upstream_catalog
from tests.integration.portal.records import NOW, iso
from tests.integration.portal.shown_pages import TASK, UNIT
from tests.integration.portal.test_pages import Document
from tests.integration.portal.upstream import Upstream

pytestmark = pytest.mark.asyncio


async def text_of(browser: httpx2.AsyncClient, path: str) -> str:
    return Document((await browser.get(path, params={"lang": "en"})).text).text


@pytest.mark.parametrize(("status", "bucket", "late"), [("in_progress", "overdue", True), ("proposed", None, False)])
async def test_a_task_is_late_when_tasks_says_so(
    browser: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, status: str, bucket: str | None, late: bool
) -> None:
    passed = {**Upstream().full_task(1), "status": status, "bucket": bucket}
    assert passed["current_deadline"] < iso(NOW)
    monkeypatch.setattr(Upstream, "full_task", lambda _self, _number: passed)
    assert ("days overdue" in await text_of(browser, TASK)) == late


async def test_a_share_is_the_one_that_monitoring_answers(
    browser: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Upstream, "share", staticmethod(lambda _part, _whole: 12.5))
    for path in ("/", UNIT):
        page = await text_of(browser, path)
        assert page.count("12.50 %") >= 4
        assert "46.70 %" not in page


@pytest.mark.parametrize(("freshness", "said"), [("late", "Late: last sign of life"), ("fresh", "Updated")])
async def test_a_database_is_as_alive_as_the_catalogue_answers(
    browser: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, freshness: str, said: str
) -> None:
    def heartbeat(_number: int) -> dict[str, Any]:
        at = iso(NOW)
        return {"promised_period_seconds": 60, "last_at": at, "fresh_until": at, "freshness": freshness}

    monkeypatch.setattr(upstream_catalog, "heartbeat", heartbeat)
    assert (await text_of(browser, "/catalogue")).count(said) == 12
