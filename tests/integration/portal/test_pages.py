"""Every page in every language: whole, translated, safe, and shown with what is known when a service is away."""

import re
from html.parser import HTMLParser
from typing import Any

import httpx2
import pytest
from tests.integration.portal.records import HOSTILE, RECEIPT
from tests.integration.portal.shown_pages import DATA_PATHS, PAGES, RECORDS
from tests.integration.portal.upstream import Upstream
from tests.integration.private_answers import kept, walk_private_answers

from sixclear.common.ids import stable_id
from sixclear.common.testing.spoiled import reads_survive
from sixclear.common.web.access import access_rules
from sixclear.portal.upstream.answer import Listing
from sixclear.portal.upstream.programmes import Programme
from sixclear.portal.upstream.tasks import Tasks
from sixclear.portal.upstream.waiting import PAUSE_SECONDS
from sixclear.portal.words.languages import NAMES

pytestmark = pytest.mark.asyncio


class Document(HTMLParser):
    """What a strict policy would refuse, what a reader reads, and what is linked."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.root: dict[str, Any] = {}
        self._script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "html":
            self.root = values
        self.inline += [f"{tag} {name}" for name in values if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag == "style" or (tag == "script" and not values.get("src")) else []
        self.ids += [values["id"] or ""] if "id" in values else []
        self.links += [values["href"] or ""] if tag == "a" and "href" in values else []
        self._script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._script = False

    def handle_data(self, data: str) -> None:
        if not self._script:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize("path", PAGES)
async def test_every_page_is_shown_in_every_language(browser: httpx2.AsyncClient, path: str, language: str) -> None:
    response = await browser.get(path, params={**httpx2.URL(path).params, "lang": language})
    assert response.status_code == 200
    page = Document(response.text)
    assert page.root["lang"] == response.headers["content-language"] == language
    assert page.root["dir"] == ("rtl" if language == "ar" else "ltr")
    assert page.inline == []
    assert len(set(page.ids)) == len(page.ids)
    assert "%(" not in page.text
    assert "Undefined" not in page.text


@pytest.mark.parametrize("path", [*PAGES, "/nothing-here", "/?as_of=2199-01-01"])
async def test_every_answer_carries_a_strict_policy(browser: httpx2.AsyncClient, path: str) -> None:
    response = await browser.get(path)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-request-id"]


async def test_the_home_page_says_the_finding(browser: httpx2.AsyncClient) -> None:
    vietnamese = Document((await browser.get("/", params={"lang": "vi"})).text).text
    assert "104 trên 1.287 nhiệm vụ đang quá hạn, nhiều hơn 12 so với một tuần trước." in vietnamese
    assert "46,70 %" in vietnamese
    english = Document((await browser.get("/", params={"lang": "en"})).text).text
    assert "104 of 1,287 tasks are overdue, 12 more than a week ago." in english
    assert "46.70 %" in english
    assert "As of 22 November 2026, 10:00" in english


async def test_the_programme_that_people_come_for_stands_first(browser: httpx2.AsyncClient) -> None:
    text = Document((await browser.get("/", params={"lang": "en"})).text).text
    names = ("Tasks of the central steering committee", "Demonstration programme", "Tasks of the city of Hanoi")
    assert [name for _, name in sorted((text.index(name), name) for name in names)] == list(names)


async def test_a_day_of_the_past_is_asked_for_as_its_end(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    page = (await browser.get("/?as_of=2025-12-04&lang=vi")).text
    asked = {query["as_of"] for _, path, query in upstream.requests if path.endswith("/provinces")}
    assert asked == {"2025-12-04T16:59:59.999999Z"}
    assert "Đây là quá khứ" in page
    assert "data-stream" not in page
    assert not any(path.endswith(("/changes", "/attention")) for _, path, _ in upstream.requests)


async def test_figures_of_the_past_do_not_lead_to_the_records_of_today(browser: httpx2.AsyncClient) -> None:
    page = Document((await browser.get("/?as_of=2025-12-03&lang=en")).text)
    assert not any("bucket=" in link for link in page.links)
    assert "These are figures of the past; the list of tasks shows today: Open today's list" in page.text


async def test_the_chosen_day_is_a_point_of_the_timeline_with_its_own_figures(browser: httpx2.AsyncClient) -> None:
    page = (await browser.get("/?as_of=2025-12-03&lang=en")).text
    assert "At the end of 3 December 2025, 92 of 1,287 tasks were overdue" in Document(page).text
    assert "[&#34;2025-12-03&#34;, 601, 404, 92, 178]" in page
    assert re.search(r'as_of=2025-12-03">3 December 2025</a></th><td class="numeric">601', page)


async def test_today_is_now(browser: httpx2.AsyncClient) -> None:
    page = (await browser.get("/?as_of=2026-11-22&lang=vi")).text
    assert "Đây là quá khứ" not in page
    assert "data-stream" in page


@pytest.mark.parametrize(
    "address", ["/?as_of=2026-11-23", "/?as_of=2025-02-30", "/?as_of=yesterday", "/tasks?cursor=zzz"]
)
async def test_an_address_that_cannot_be_read_says_so(browser: httpx2.AsyncClient, address: str) -> None:
    response = await browser.get(address, headers={"accept-language": "en"})
    assert response.status_code == 422
    assert "The address has a value that cannot be read" in response.text


@pytest.mark.parametrize("path", ["/", "/tasks", "/catalogue", "/organisations"])
@pytest.mark.parametrize("name", ["path", "_loop_vars", "_block_vars", "self", "caller", "lang", "pairs", "%00", "%ff"])
async def test_a_parameter_that_nobody_asked_for_breaks_no_page(
    browser: httpx2.AsyncClient, path: str, name: str
) -> None:
    assert (await browser.get(f"{path}?{name}=1&{name}=2")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/tasks/not-a-task",
        f"/tasks/{stable_id('task', 'x')}",
        "/nothing",
        "/?programme=unknown",
        "/problems/A",
        "/problems/no-such-code",
    ],
)
async def test_what_does_not_exist_is_said_to_be_missing(browser: httpx2.AsyncClient, path: str) -> None:
    response = await browser.get(path, headers={"accept-language": "en"})
    assert response.status_code == 404
    assert "There is no page at this address" in response.text


@pytest.mark.parametrize(
    ("language", "remedy"),
    [
        ("vi", "Đọc lại bản ghi, xem thay đổi có còn đúng không, rồi gửi với"),
        ("en", "Read the entity again, check whether the change is still right, and send it with the new"),
        ("ar", "اقرأ السجل من جديد، وتحقق من أن التغيير ما زال صحيحًا، ثم أرسله مع"),
    ],
)
async def test_a_problem_code_is_explained_with_what_to_do(
    browser: httpx2.AsyncClient, language: str, remedy: str
) -> None:
    response = await browser.get("/problems/stale-version", params={"lang": language})
    assert response.status_code == 200
    assert "412 stale-version" in response.text
    assert f"{remedy} <code" in response.text


@pytest.mark.parametrize(("path", "service"), DATA_PATHS.items())
async def test_a_page_is_shown_without_a_service_that_is_away(
    browser: httpx2.AsyncClient, upstream: Upstream, path: str, service: str
) -> None:
    for switch in (upstream.away, upstream.slow):
        switch.add(service)
        response = await browser.get(path, params={"lang": "en"})
        assert response.status_code == 200
        assert "This page is not complete." in response.text
        switch.clear()
    upstream.passed += PAUSE_SECONDS
    assert "This page is not complete." not in (await browser.get(path, params={"lang": "en"})).text


@pytest.mark.parametrize("path", PAGES)
async def test_no_page_breaks_when_every_service_is_away(
    browser: httpx2.AsyncClient, upstream: Upstream, path: str
) -> None:
    upstream.away.update({"tasks", "feedback", "data-catalog", "monitoring"})
    response = await browser.get(path)
    assert response.status_code == (503 if path in RECORDS else 200)
    if response.status_code == 503:
        assert response.headers["retry-after"]


@pytest.mark.parametrize("path", PAGES)
async def test_pages_without_records_say_what_would_be_there(
    browser: httpx2.AsyncClient, upstream: Upstream, path: str
) -> None:
    upstream.empty = True
    assert (await browser.get(path)).status_code == 200


async def test_an_answer_that_cannot_be_read_is_a_service_that_is_away(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    upstream.unreadable = True
    response = await browser.get("/", params={"lang": "en"})
    assert response.status_code == 200
    assert "The figures could not be read just now." in response.text


@pytest.mark.parametrize("path", PAGES)
async def test_hostile_titles_stay_text(browser: httpx2.AsyncClient, upstream: Upstream, path: str) -> None:
    upstream.titles = [HOSTILE]
    response = await browser.get(path)
    assert "<script>alert" not in response.text
    assert "<img" not in response.text


@pytest.mark.parametrize("value", ["\"><script>alert('x')</script>", "' onfocus='alert(1)", "</title><svg onload=x>"])
async def test_hostile_filters_stay_text(browser: httpx2.AsyncClient, value: str) -> None:
    for name in ("q", "status", "programme", "bucket"):
        response = await browser.get("/tasks", params={name: value})
        assert Document(response.text).inline == []
        assert "<script>alert" not in response.text
        assert "<svg onload" not in response.text


async def test_every_figure_leads_to_its_records(browser: httpx2.AsyncClient) -> None:
    links = Document((await browser.get("/")).text).links
    for bucket in ("completed", "in_term", "overdue", "recurring"):
        assert f"/tasks?programme=nq57-central&bucket={bucket}" in links


async def test_a_list_keeps_its_filters_from_page_to_page(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    first = Document((await browser.get("/tasks", params={"bucket": "overdue", "q": "đất"})).text)
    following = next(link for link in first.links if "cursor=24" in link)
    upstream.requests.clear()
    await browser.get(following)
    asked = next(query for _, path, query in upstream.requests if path == "/api/tasks/v1/tasks")
    assert asked == {"bucket": "overdue", "q": "đất", "cursor": "24", "limit": "50"}


async def test_demonstration_is_marked(browser: httpx2.AsyncClient) -> None:
    for path in ("/tasks", "/catalogue", "/?programme=demonstration"):
        assert "Demonstration data" in (await browser.get(path, headers={"accept-language": "en"})).text


async def test_a_language_is_remembered(browser: httpx2.AsyncClient) -> None:
    response = await browser.post("/language", data={"lang": "en", "next": "/tasks?q=x"})
    assert response.status_code == 303
    assert response.headers["location"] == "/tasks?q=x"
    assert "httponly" in response.headers["set-cookie"].lower()
    assert "samesite=lax" in response.headers["set-cookie"].lower()
    assert (await browser.get("/tasks", headers={"accept-language": "vi"})).headers["content-language"] == "en"


async def test_the_way_back_never_leads_elsewhere(browser: httpx2.AsyncClient) -> None:
    response = await browser.post("/language", data={"lang": "en", "next": "//elsewhere.example/x"})
    assert response.headers["location"] == "/"


async def test_static_files_are_kept_for_ever_under_their_fingerprint(browser: httpx2.AsyncClient) -> None:
    page = (await browser.get("/")).text
    addresses = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    assert len(addresses) >= 6
    for address in addresses:
        response = await browser.get(address)
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
    stale = await browser.get("/static/0000000000000000/css/tokens.css")
    assert stale.headers["cache-control"] == "no-cache"
    assert (await browser.get("/static/0000000000000000/../../app.py")).status_code == 404


async def test_every_file_that_a_style_sheet_names_exists(browser: httpx2.AsyncClient) -> None:
    page = (await browser.get("/")).text
    sheet = re.search(r'href="(/static/[^"]+/css/)tokens.css"', page)
    assert sheet is not None
    text = (await browser.get(f"{sheet[1]}tokens.css")).text
    for name in set(re.findall(r'url\("([^"]+)"\)', text)):
        assert (await browser.get(sheet[1] + name)).headers["content-type"] == "font/woff2"


async def test_every_route_has_a_rule(app: Any) -> None:
    rules = access_rules(app)
    assert len(rules) >= 15
    assert [(method, path) for method, path, rule in rules if rule is None] == []


async def test_unexpected_errors_become_a_page_without_their_text(
    browser: httpx2.AsyncClient, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Tasks) -> None:
        raise RuntimeError(f"secret {RECEIPT}")

    monkeypatch.setattr(Tasks, "programmes", fail)
    response = await browser.get("/", headers={"accept-language": "en"})
    assert response.status_code == 500
    assert "This page has a fault" in response.text
    assert "secret" not in response.text


async def test_what_is_only_shown_is_marked_and_lateness_is_that_of_monitoring(browser: httpx2.AsyncClient) -> None:
    text = (await browser.get("/?lang=en")).text
    ledger, attention = text.split("data-ledger ")[1].split("<template")[0], text.split('id="attention-title"')[1]
    assert ledger.count("Demonstration data") == 1
    returned = attention.split('id="attention-returned_twice"')[1].split("</section>")[0]
    assert "Returned at least twice" in returned
    assert "returned 2 times, last on 22 November 2026" in returned
    assert "Demonstration data" in returned
    told = ("60 days overdue", "Without movement", "Report for 2026-W18, programme plan")
    assert [one for one in told if one not in attention] == []
    assert "Obstacle: resources, waits for a decision at the level: Province or city" in attention


async def test_a_platform_without_any_programme_says_that_nothing_was_entered(
    browser: httpx2.AsyncClient, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none_yet(_: Tasks) -> Listing[Programme]:
        return Listing[Programme](items=[])

    monkeypatch.setattr(Tasks, "programmes", none_yet)
    upstream.empty = True
    answer = await browser.get("/")
    assert "Chưa có nhiệm vụ nào được ghi nhận" in answer.text
    asked = [query for _, path, query in upstream.requests if path.endswith("/status") and "as_of" not in query]
    assert {} in asked


@pytest.mark.asyncio
@pytest.mark.parametrize("day", ["0001-01-01", "20251204", "2025-W49-4", "2025-12-04T00:00", "9999-12-31", "yesterday"])
async def test_a_day_that_cannot_be_meant_is_explained(browser: httpx2.AsyncClient, day: str) -> None:
    assert (await browser.get(f"/?as_of={day}&lang=en")).status_code == 422


async def test_no_cache_keeps_what_is_not_for_everybody(app: Any, browser: httpx2.AsyncClient) -> None:
    statuses = await walk_private_answers(app, browser, {"Authorization": "Bearer of-somebody"})
    assert 200 in statuses
    assert await kept(browser, "/"), "everybody may keep what is for everybody"


async def test_no_spoiled_address_or_header_makes_a_page_fail(browser: httpx2.AsyncClient) -> None:
    read = {
        "/": ("programme", "as_of", "lang"),
        "/tasks": ("programme", "organisation", "q"),
        "/catalogue": ("list", "q"),
        "/organisations": ("q",),
    }
    reads = {path: [("query", name) for name in names] for path, names in read.items()}
    await reads_survive(browser, reads | {"/tasks/{one}": [("path", "one")]}, {}, {})
