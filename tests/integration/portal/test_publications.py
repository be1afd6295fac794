"""Public copies: the list of what others asked, the search that leaves no trace, and the page of one copy."""

import re

import httpx2
import pytest
from tests.integration.portal.public_records import COPY_ID, OPEN_ID, endorsements
from tests.integration.portal.records import HOSTILE, organisations
from tests.integration.portal.shown_pages import COPY
from tests.integration.portal.test_pages import Document
from tests.integration.portal.test_results import rows_of, text_of
from tests.integration.portal.upstream import Upstream

pytestmark = pytest.mark.asyncio

LIST, SEARCH = "/feedback/public", "/feedback/public/search"
ENGLISH = {"accept-language": "en"}


async def read(browser: httpx2.AsyncClient, address: str) -> str:
    return await text_of(browser, address)


def asked(upstream: Upstream) -> list[dict[str, str]]:
    return [query for _, path, query in upstream.requests if path.endswith("/publications")]


async def test_those_with_an_answer_come_first_and_the_others_are_one_link_away(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    page = await browser.get(LIST, headers=ENGLISH)
    said = Document(page.text).text
    assert "Public submissions with an answer: 1" in said
    assert "Bỏ bản giấy khi đã nộp trực tuyến" in said
    assert "Xe buýt cho người khuyết tật" not in said
    assert "Without an answer: 1" in said
    assert f"{LIST}?answered=false" in Document(page.text).links
    others = await read(browser, f"{LIST}?answered=false")
    assert "Public submissions without an answer: 1" in others
    assert "Xe buýt cho người khuyết tật Demonstration data Initiative, not-known-yet" in others
    assert "no public answer yet" in others


async def test_a_copy_stands_with_body_field_place_outcome_and_day(browser: httpx2.AsyncClient) -> None:
    rows = await rows_of(browser, LIST)
    place = organisations()[-1]["name_vi"]
    row = list(rows.values())[1]
    assert f"Recommendation, Health, {place} Ministry of Science and Technology Accepted in part" in row
    assert "20 November 2026" in row


async def test_a_list_says_how_many_there_are_and_which_part_it_shows(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    said = await read(browser, LIST)
    assert "This page has 1 of 1 copies, opened from 20 November 2026 to 20 November 2026" in said
    upstream.many = True
    page = await browser.get(f"{LIST}?field=health", headers=ENGLISH)
    assert "1 of more than 10,000 copies" in Document(page.text).text
    assert f"{LIST}?field=health&cursor=1" in Document(page.text).links


async def test_filters_of_the_address_are_asked_for(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    page = await browser.get(f"{LIST}?kind=recommendation&field=health&organisation=G06&lang=en")
    chosen = {"kind": "recommendation", "field": "health", "organisation": "G06"}
    assert {**chosen, "answered": "true", "limit": "50"} in asked(upstream)
    assert {**chosen, "answered": "false", "limit": "1"} in asked(upstream)
    assert 'value="health" dir="auto" selected' in page.text


@pytest.mark.parametrize(
    "filters", ["field=astrology", "organisation=nobody", "cursor=zzz", "answered=perhaps", "open_steps=some"]
)
async def test_a_filter_that_is_none_costs_the_page_nothing_but_that_filter(
    browser: httpx2.AsyncClient, filters: str
) -> None:
    page = await browser.get(f"{LIST}?{filters}", headers=ENGLISH)
    assert page.status_code == 422
    assert "Public submissions with an answer: 1" in Document(page.text).text


async def test_a_search_finds_what_is_alike_and_its_words_stand_in_no_address(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    words = "Xã vẫn đòi bản giấy"
    page = await browser.post(SEARCH, data={"q": words}, headers=ENGLISH)
    said = Document(page.text).text
    assert page.status_code == 200
    assert upstream.looked_for == [words]
    assert "2 public submissions are like this sentence" in said
    assert "at most 20 copies, answered ones first" in said
    assert "2,000" not in said
    assert f'value="{words}"' in page.text
    assert page.headers["cache-control"] == "no-store"
    assert not any(words in str(query) for _, _, query in upstream.requests)
    back = await browser.get(SEARCH)
    assert (back.status_code, back.headers["location"]) == (303, LIST)


async def test_a_search_says_when_it_compared_a_part_alone(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.many = True
    page = await browser.post(SEARCH, data={"q": "bản giấy"}, headers=ENGLISH)
    assert "only the newest 2,000 were compared" in Document(page.text).text


async def test_a_search_that_finds_nothing_says_what_to_do(browser: httpx2.AsyncClient) -> None:
    page = await browser.post(SEARCH, data={"q": "none"}, headers=ENGLISH)
    assert "No public submission of the last 18 months is like this sentence." in Document(page.text).text


@pytest.mark.parametrize(
    ("words", "status", "problem"),
    [("", 422, "Write what you look for."), ("x" * 301, 422, "longer than 300 characters"), ("a\x07b", 422, "control")],
)
async def test_a_search_that_cannot_be_meant_says_so_at_its_field(
    browser: httpx2.AsyncClient, upstream: Upstream, words: str, status: int, problem: str
) -> None:
    page = await browser.post(SEARCH, data={"q": words}, headers=ENGLISH)
    assert page.status_code == status
    assert problem in Document(page.text).text
    assert 'aria-invalid="true"' in page.text
    assert upstream.looked_for == []


async def test_a_search_without_the_service_keeps_its_words(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.away.add("feedback")
    page = await browser.post(SEARCH, data={"q": "bản giấy"}, headers=ENGLISH)
    assert page.status_code == 503
    assert 'value="bản giấy"' in page.text


async def test_a_form_of_another_site_searches_nothing(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    headers = ENGLISH | {"origin": "https://elsewhere.example"}
    page = await browser.post(SEARCH, data={"q": "bản giấy"}, headers=headers)
    assert page.status_code == 403
    assert upstream.looked_for == []


async def test_a_copy_shows_text_answer_points_of_the_head_and_days_alone(browser: httpx2.AsyncClient) -> None:
    said = await read(browser, COPY)
    for part in (
        "Answered: Accepted in part.",
        "Xã tôi vẫn đòi bản giấy sau khi đã nộp trực tuyến.",
        "Từ tháng 12 không đòi bản giấy nữa.",
        "The head answers point by point",
        "Đòi bản giấy là saiĐúng, đã nhắc các xã.",
        "20 November 2026; last changed 21 November 2026",
        "This copy has days alone and leads to no case",
    ):
        assert part in said


async def test_support_counts_verified_and_others_apart(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    assert (
        "187 verified people support it; 1,204 times not verified; from 200 verified people on, the head must answer"
        in await read(browser, COPY)
    )
    upstream.support = endorsements(verified=201, owed_on="2026-11-18")
    said = await read(browser, COPY)
    assert "200 verified people were reached on 18 November 2026" in said
    assert "Not answered yet." in said
    upstream.support = endorsements(verified=201, owed_on="2026-11-18", head_answered_on="2026-11-21")
    assert "Answered 21 November 2026." in await read(browser, COPY)


async def test_a_copy_leads_to_others_that_are_alike_and_not_to_itself(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    links = Document((await browser.get(COPY)).text).links
    assert f"/feedback/public/{OPEN_ID}" in links
    assert f"/feedback/public/{COPY_ID}" not in links
    assert upstream.looked_for == ["Bỏ bản giấy khi đã nộp trực tuyến"]


async def test_a_copy_that_was_taken_down_is_no_page(browser: httpx2.AsyncClient) -> None:
    assert (await browser.get(COPY.replace(COPY_ID, "0" * 32))).status_code == 404
    assert (await browser.get(f"{LIST}/not-a-copy")).status_code == 404


async def test_words_of_people_stay_text(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.titles = [HOSTILE]
    for page in (await browser.post(SEARCH, data={"q": HOSTILE}), await browser.get(COPY)):
        assert "<script>alert" not in page.text
        assert "<img" not in page.text


async def test_a_copy_tells_its_clock_and_what_was_promised_by_days(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    said = await read(browser, COPY)
    for part in (
        "Received on19 October 2026",
        "To be answered by24 November 2026; first told: 9 November 2026",
        "Answered to the sender on18 November 2026, in time",
        "Nhắc mọi xãdue 19 November 2026; done 18 November 2026",
        "No public words for this step yetdue 20 November 2026; overdue, not done",
        "As of the start of 21 November 2026.",
    ):
        assert part in said
    late = await read(browser, f"{LIST}/{OPEN_ID}")
    assert "Overdue, not answered" in late
    upstream.told_clock = False
    assert "The clock of this copy is not told" in await read(browser, COPY)
    assert "not told" in await read(browser, LIST)


async def test_a_list_shows_what_is_overdue_and_what_was_promised_and_not_done(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    late = await read(browser, f"{LIST}?overdue=true")
    assert "Public submissions without an answer: 1" in late
    assert "Overdue, not answered due 9 November 2026" in late
    assert {"overdue": "true", "answered": "false", "limit": "50"} in asked(upstream)
    promised = await read(browser, f"{LIST}?open_steps=true")
    assert "Answered 18 November 2026, in time" in promised
    assert "1 promised step open" in promised


def hidden_of(page: httpx2.Response) -> dict[str, str]:
    """What the form of a page sends beside what is typed."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))


async def endorsing(browser: httpx2.AsyncClient) -> dict[str, str]:
    """The form behind the button of a copy."""
    assert f'action="{COPY}/endorse"' in (await browser.get(COPY, headers=ENGLISH)).text
    page = await browser.get(f"{COPY}/endorse", headers=ENGLISH)
    assert page.headers["cache-control"] == "no-store"
    return hidden_of(page)


async def test_a_form_that_is_sent_twice_endorses_once(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    form = await endorsing(browser)
    for _ in range(2):
        page = await browser.post(f"{COPY}/endorse", data=form, headers=ENGLISH)
        said = Document(page.text).text
        assert page.status_code == 200
        assert "One endorsement is counted" in said
        assert "187 verified people support it; 1,205 times not verified; from 200 verified people on" in said
    assert upstream.endorsed == [form["form_key"]] * 2
    assert (await endorsing(browser))["form_key"] != form["form_key"], "no page gives two visitors one key"
    assert "set-cookie" not in page.headers


async def test_another_language_of_the_form_counts_nothing(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    form = await endorsing(browser)
    page = await browser.post(f"{COPY}/endorse", data=form | {"keep": "1"}, headers={"accept-language": "vi"})
    assert form["form_key"] in page.text
    assert upstream.endorsed == []


async def test_an_endorsement_that_is_not_counted_says_so_and_can_be_sent_again(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    form = await endorsing(browser)
    upstream.too_many = True
    page = await browser.post(f"{COPY}/endorse", data=form, headers=ENGLISH)
    assert page.status_code == 429
    assert "Too many from your network." in Document(page.text).text
    assert hidden_of(page) == form
    foreign = await browser.post(
        f"{COPY}/endorse", data=form, headers=ENGLISH | {"origin": "https://elsewhere.example"}
    )
    assert foreign.status_code == 403
    unknown = await browser.get(COPY.replace(COPY_ID, "0" * 32) + "/endorse")
    assert unknown.status_code == 404
    assert upstream.endorsed == []
