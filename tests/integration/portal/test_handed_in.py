"""A page blames no body for the delay of another: what was handed in waits for the body that confirms it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from tests.integration.portal.records import NOW, Records, iso
from tests.integration.portal.shown_pages import UNIT
from tests.integration.portal.test_pages import Document
from tests.integration.portal.upstream import Upstream

from sixclear.common.ids import stable_id
from sixclear.portal.words.formats import Formatter

pytestmark = pytest.mark.asyncio

SINCE = Formatter("en").instant(NOW - timedelta(days=23))
TASK = f"/tasks/{stable_id('task', '1')}"
Handed = Callable[[bool], None]


def text_of(page: httpx2.Response) -> str:
    return " ".join(Document(page.text).text.split())


@pytest.fixture
def handed_in(monkeypatch: pytest.MonkeyPatch) -> Handed:
    """Every task was handed in, in time or not, and waits."""
    plain = Records.task

    def make(on_time: bool) -> None:
        facts = {"status": "submitted", "submitted_at": iso(NOW - timedelta(days=23)), "handed_in_on_time": on_time}

        def waiting(self: Records, number: int) -> dict[str, Any]:
            return {**plain(self, number), **facts}

        monkeypatch.setattr(Records, "task", waiting)

    return make


@pytest.mark.parametrize(
    ("language", "title", "words"),
    [
        ("vi", "Chờ cơ quan khác xác nhận", "chờ {} xác nhận từ"),
        ("en", "Waiting for another body to confirm", "waits for confirmation by {} since"),
        ("ar", "في انتظار تأكيد جهة أخرى", "في انتظار تأكيد {} منذ"),
    ],
)
async def test_attention_says_for_whose_word_a_task_waits(
    browser: httpx2.AsyncClient, language: str, title: str, words: str
) -> None:
    page = await browser.get("/", params={"lang": language})
    section = page.text.split('id="attention-awaiting_confirmation"')[1].split("</section>")[0]
    text = " ".join(Document(section.replace("</svg>", " ")).text.split())
    assert title in text
    before, after = words.split("{}")
    assert before in text
    assert after in text
    on_time = {"vi": "báo xong đúng hạn", "en": "handed in on time", "ar": "سُلّمت في موعدها"}[language]
    assert on_time in text
    assert "overdue" not in text


@pytest.mark.parametrize("path", ["/", UNIT])
async def test_figures_say_how_much_of_what_is_overdue_waits_for_another_body(
    browser: httpx2.AsyncClient, upstream: Upstream, path: str
) -> None:
    upstream.handed_in = 7
    text = text_of(await browser.get(path, params={"lang": "en"}))
    assert "Of the overdue ones, handed in on time and waiting for another body to confirm: 7." in text


async def test_nothing_is_said_of_it_where_nothing_waits(browser: httpx2.AsyncClient) -> None:
    assert "Of the overdue ones" not in text_of(await browser.get("/", params={"lang": "en"}))


@pytest.mark.parametrize(("on_time", "words"), [(True, "on time"), (False, "after the deadline")])
async def test_a_list_and_the_page_of_a_task_say_since_when_it_waits(
    browser: httpx2.AsyncClient, handed_in: Handed, on_time: bool, words: str
) -> None:
    handed_in(on_time)
    listed = text_of(await browser.get("/tasks", params={"lang": "en"}))
    task = text_of(await browser.get(TASK, params={"lang": "en"}))
    for text in (listed, task):
        assert f"since {SINCE}, handed in {words}" in text
        assert "days overdue" not in text
    assert "it waits for confirmation by" in task


async def test_the_page_of_a_completed_task_says_how_its_accepted_result_came(browser: httpx2.AsyncClient) -> None:
    page = text_of(await browser.get(f"/tasks/{stable_id('task', '2')}", params={"lang": "en"}))
    assert "The accepted result was handed in on time." in page
