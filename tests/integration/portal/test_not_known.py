"""A figure that cannot be known is said not to be known; no page writes a zero for it."""

import re
from typing import Any

import httpx2
import pytest
from tests.integration.portal.records import Records
from tests.integration.portal.shown_pages import UNIT
from tests.integration.portal.test_pages import Document
from tests.integration.portal.upstream import Upstream

from sixclear.common.ids import stable_id
from sixclear.portal.words.languages import NAMES

pytestmark = pytest.mark.asyncio

WORDS = {"vi": "chưa tính được tỷ lệ", "en": "share not known", "ar": "النسبة غير معروفة"}


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize("path", ["/", "/?as_of=2025-12-04", UNIT, "/styleguide", "/catalogue"])
async def test_a_share_of_nothing_is_not_zero(
    browser: httpx2.AsyncClient, upstream: Upstream, path: str, language: str
) -> None:
    upstream.empty = True
    page = (await browser.get(path, params={**httpx2.URL(path).params, "lang": language})).text
    text = Document(page.replace("</svg>", " ")).text
    assert not re.search(r"(?<![\d.,])0[.,]00\s*%", text)
    if path == "/":
        assert text.count(f"— {WORDS[language]}") == 4


async def test_a_live_share_of_nothing_has_its_words_with_it(browser: httpx2.AsyncClient) -> None:
    page = (await browser.get("/?lang=en")).text
    assert page.count('data-unknown="— share not known"') == 4


async def test_a_unit_without_tasks_has_no_share_and_says_why(browser: httpx2.AsyncClient) -> None:
    page = (await browser.get("/?lang=en")).text
    assert page.count('<span aria-hidden="true">—</span><span class="hidden">no tasks yet</span>') == 2


async def test_a_share_that_is_not_answered_breaks_no_unit(
    browser: httpx2.AsyncClient, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Upstream, "share", staticmethod(lambda part, whole: None))
    answer = await browser.get("/?lang=en")
    assert answer.status_code == 200
    units = answer.text.split('id="units"')[1].split("</section>")[0]
    assert "%" not in Document(units).text.split("as of")[0]


async def test_a_task_without_a_report_has_no_percent(
    browser: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Records.task

    def without(self: Records, number: int) -> dict[str, Any]:
        unknown = {"percent": 0, "last_report_at": None, "current_deadline": None}
        return {**plain(self, number), **unknown, "kind": "one_off"}

    monkeypatch.setattr(Records, "task", without)
    page = (await browser.get("/tasks?lang=en")).text
    assert '<td class="numeric"><span aria-hidden="true">—</span><span class="hidden">no report yet</span></td>' in page
    assert "–</td>" not in page


async def test_what_remains_this_year_is_said_in_its_two_parts(browser: httpx2.AsyncClient) -> None:
    text = Document((await browser.get("/?lang=en")).text).text
    assert (
        "472 tasks due by the end of this year are not finished "
        "(104 overdue, 4 of them with a deadline in an earlier year; 368 not yet due)." in text
    )
    past = Document((await browser.get("/?lang=en&as_of=2025-12-04")).text).text
    assert "472 tasks due by the end of that year were not finished (92 overdue, 4 of them" in past
    assert "380 not yet due" in past
    vietnamese = Document((await browser.get("/?lang=vi")).text).text
    assert "472 nhiệm vụ có hạn đến hết năm nay chưa xong (104 đã quá hạn, trong đó 4 có hạn của các năm" in vietnamese
    arabic = Document((await browser.get("/?lang=ar")).text).text
    assert "(104 متأخرة، منها 4 بموعد في سنة سابقة؛ 368 لم يحن موعدها بعد)" in arabic


@pytest.mark.parametrize(
    ("path", "age"),
    [
        ("/", "Báo cáo gần nhất của một cơ quan: 30/12/2025 10:00."),
        (UNIT, "Báo cáo gần nhất của một cơ quan: 30/12/2025 10:00."),
        ("/catalogue", "Thay đổi gần nhất trong danh mục: 30/12/2025 10:00."),
    ],
)
async def test_the_age_of_the_data_stands_beside_the_age_of_the_figures(
    browser: httpx2.AsyncClient, upstream: Upstream, path: str, age: str
) -> None:
    text = Document((await browser.get(path, params={"lang": "vi"})).text).text
    assert 0 < text.index(age) - text.index("chậm 2 giây so với lúc được báo") < 100


@pytest.mark.parametrize("path", ["/", UNIT, "/catalogue"])
async def test_an_age_of_figures_that_is_not_known_is_said(
    browser: httpx2.AsyncClient, upstream: Upstream, path: str
) -> None:
    upstream.staleness = None
    page = (await browser.get(path, params={"lang": "en"})).text
    assert "<span data-age hidden>" in page
    assert "<span data-age-unknown>, it is not known how far behind what was reported</span>" in page


async def test_no_report_at_all_is_said(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.last_report_at = None
    page = (await browser.get("/?lang=en")).text
    assert "<span data-reported hidden>" in page
    assert "<span data-never-reported>No body has reported yet.</span>" in page


@pytest.mark.parametrize(
    ("deadline", "listed"),
    [
        ("2026-12-31T10:00:00Z", "31/12/2026"),
        ("2026-12-31T16:59:59Z", "31/12/2026 23:59"),
        ("2026-12-31T04:30:00Z", "31/12/2026 11:30"),
        ("2026-12-30T17:00:00Z", "31/12/2026 00:00"),
        ("2026-12-31T10:00:30Z", "31/12/2026 17:00"),
    ],
)
async def test_a_deadline_at_another_hour_than_the_close_of_office_shows_it_in_lists(
    browser: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, deadline: str, listed: str
) -> None:
    plain = Records.task

    def at(self: Records, number: int) -> dict[str, Any]:
        return {**plain(self, number), "current_deadline": deadline, "bucket": "in_term", "kind": "one_off"}

    monkeypatch.setattr(Records, "task", at)
    for path in ("/tasks", UNIT):
        assert f">{listed}</time></td>" in (await browser.get(path, params={"lang": "vi"})).text
    page = (await browser.get(f"/tasks/{stable_id('task', '1')}", params={"lang": "vi"})).text
    assert f"nhịp đều đến hạn {listed}" in page


@pytest.mark.parametrize(
    ("language", "words"),
    [("vi", "các kỳ của nó chưa được đếm"), ("en", "its periods are not counted yet"), ("ar", "ولا تُحصى فتراتها بعد")],
)
async def test_pages_say_that_periods_are_not_counted(browser: httpx2.AsyncClient, language: str, words: str) -> None:
    for path in ("/", "/tasks"):
        assert words in (await browser.get(path, params={"lang": language})).text
    for number in ("1", "3"):
        page = await browser.get(f"/tasks/{stable_id('task', number)}", params={"lang": "en"})
        assert "not counted yet" not in page.text


@pytest.mark.parametrize(
    ("language", "known", "none_due"),
    [
        (
            "vi",
            r"Các kỳ đã đến hạn tính đến ([^:]*(?:10:00)?): 1\.204, trong đó báo cáo đúng hạn: 1\.100, "
            r"báo cáo muộn: 60, chưa báo cáo: 44\.",
            "chưa có kỳ nào đến hạn",
        ),
        (
            "en",
            r"Periods due as of ([^:]*(?:10:00)?): 1,204, of which reported on time: 1,100, reported late: 60, "
            r"not reported: 44\.",
            "no period is due",
        ),
        ("ar", r"الفترات المستحقة حتى ([^:]*(?:10:00)?): 1,204، منها", "لم تُستحق أي فترة"),
    ],
)
async def test_a_page_says_of_how_many_periods_how_many_are_missing_and_as_of_when(
    browser: httpx2.AsyncClient, upstream: Upstream, language: str, known: str, none_due: str
) -> None:
    upstream.periods = {"due": 1204, "on_time": 1100, "late": 60, "missing": 44}
    days: tuple[tuple[str, dict[str, str], set[str]], ...] = (
        ("/", {}, {"2026", "10:00"}),
        ("/", {"as_of": "2025-12-04"}, {"2025"}),
        (UNIT, {}, {"2026", "10:00"}),
    )
    for path, asked, said in days:
        text = Document((await browser.get(path, params={"lang": language, **asked})).text).text
        found = re.search(known, text)
        assert found is not None, text
        assert all(part in found[1] for part in said)
    upstream.periods = dict.fromkeys(upstream.periods, 0)
    upstream.passed += 60  # what was answered before is kept for a moment
    assert none_due in Document((await browser.get("/", params={"lang": language})).text).text


@pytest.mark.parametrize("path", ["/tasks", "/styleguide"])
async def test_states_that_no_task_reaches_yet_say_so_where_they_are_offered(
    browser: httpx2.AsyncClient, path: str
) -> None:
    page = (await browser.get(path, params={"lang": "en"})).text
    assert re.search(r'<option value="draft"[^>]*>Draft \(not in use yet\)</option>', page)
    assert page.count("(not in use yet)") == 1
