"""While too many submissions come: a browser works, a form without script waits for a person, and nobody is refused."""

import json
import re
from base64 import b64decode

import httpx2
import pytest
from altcha import Challenge, Payload, solve_challenge
from tests.integration.portal.records import RECEIPT
from tests.integration.portal.test_form_in_steps import ENGLISH, WRITTEN, opened
from tests.integration.portal.test_kept import Form, in_language
from tests.integration.portal.upstream import Upstream

pytestmark = pytest.mark.asyncio

WORK, TOKEN = "Sixclear-Proof-Of-Work", "Sixclear-Form-Token"
LOOKED_AT = {"vi": "trong một ngày làm việc", "en": "within one working day", "ar": "خلال يوم عمل واحد"}
SENT = {"/feedback": "/feedback/sent", "/embed/feedback": "/embed/feedback/sent"}


async def filled_in(browser: httpx2.AsyncClient, path: str = "/feedback", **typed: str) -> dict[str, str]:
    """The form with what a person wrote; with `works`, a script is there."""
    return Form((await browser.get(path)).text).fields | WRITTEN | typed


def challenge_of(page: httpx2.Response) -> Challenge | None:
    """What the page gives to its script."""
    found = re.search(r'id="working"[^>]* data-challenge="([^"]*)"', page.text)
    return Challenge.from_dict(json.loads(found[1].replace("&#34;", '"'))) if found else None


def solved(page: httpx2.Response) -> str:
    """What the script finds."""
    challenge = challenge_of(page)
    assert challenge is not None
    solution = solve_challenge(challenge)
    assert solution is not None
    return Payload(challenge, solution).to_base64()


async def test_a_quiet_day_asks_for_nothing(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    form = await browser.get("/feedback")
    assert challenge_of(form) is None
    sent = await browser.post("/feedback/sent", data=await filled_in(browser, works="1"), headers=ENGLISH)
    assert RECEIPT in sent.text
    assert LOOKED_AT["en"] not in sent.text
    assert upstream.shown == []


@pytest.mark.parametrize("path", SENT)
@pytest.mark.parametrize("language", LOOKED_AT)
async def test_without_script_it_is_received_and_says_that_a_person_looks_at_it(
    browser: httpx2.AsyncClient, upstream: Upstream, language: str, path: str
) -> None:
    upstream.work_needed = True
    data = await filled_in(browser, path)
    receipt = await browser.post(SENT[path], data=data, headers={"accept-language": language})
    assert RECEIPT in receipt.text
    assert LOOKED_AT[language] in receipt.text
    again = await in_language(browser, receipt, "en")
    assert LOOKED_AT["en"] in again.text
    assert (upstream.shown, len(upstream.submissions)) == ([TOKEN], 1)


async def test_who_has_no_script_is_counted_once(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.work_needed = True
    data = await filled_in(browser)
    assert RECEIPT in (await browser.post("/feedback/sent", data=data)).text
    assert sum(path.endswith("/submissions") for _, path, _ in upstream.requests) == 1


@pytest.mark.parametrize("path", SENT)
async def test_a_browser_with_script_works_and_is_received_as_ever(
    browser: httpx2.AsyncClient, upstream: Upstream, path: str
) -> None:
    data = await filled_in(browser, path, works="1")
    upstream.work_needed = True  # The load came while the person wrote.
    asked = await browser.post(SENT[path], data=data, headers=ENGLISH)
    assert asked.status_code == 422
    assert opened(asked) == ["send"]
    assert "data-at-once" in asked.text
    assert "Very many people are sending now." in asked.text
    kept = Form(asked.text).fields
    assert {name: kept[name] for name in WRITTEN} == WRITTEN
    assert kept["form_key"] == data["form_key"]
    receipt = await browser.post(SENT[path], data=kept | {"works": "1", "work": solved(asked)}, headers=ENGLISH)
    assert RECEIPT in receipt.text
    assert LOOKED_AT["en"] not in receipt.text
    assert (upstream.shown, len(upstream.submissions)) == ([WORK], 1)
    assert "form_token" not in Form(receipt.text).fields


async def test_a_page_that_is_opened_under_load_brings_the_work_along(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    upstream.work_needed = True
    form = await browser.get("/feedback")
    assert "data-at-once" not in form.text
    sent = Form(form.text).fields | WRITTEN | {"works": "1", "work": solved(form)}
    assert RECEIPT in (await browser.post("/feedback/sent", data=sent)).text
    assert upstream.shown == [WORK]


async def test_a_reader_who_does_not_want_to_compute_sends_as_without_script(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    upstream.work_needed = True
    sent = await filled_in(browser, works="1", unworked="1")
    receipt = await browser.post("/feedback/sent", data=sent, headers=ENGLISH)
    assert LOOKED_AT["en"] in receipt.text
    assert upstream.shown == [TOKEN]


async def test_who_sends_within_ten_seconds_is_asked_to_wait_and_loses_nothing(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    upstream.work_needed = upstream.hasty = True
    wait = await browser.post("/feedback/sent", data=await filled_in(browser), headers=ENGLISH)
    assert wait.status_code == 422
    assert "wait ten seconds" in wait.text
    assert "data-at-once" not in wait.text
    upstream.hasty = False
    later = await browser.post("/feedback/sent", data=Form(wait.text).fields, headers=ENGLISH)
    assert "wait ten seconds" in later.text, "the token of the page is as young as the page"
    receipt = await browser.post("/feedback/sent", data=Form(later.text).fields)
    assert RECEIPT in receipt.text
    assert len(upstream.submissions) == 1


async def test_a_challenge_that_was_used_is_asked_for_again(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.work_needed = True
    form = await browser.get("/feedback")
    work = {"works": "1", "work": solved(form)}
    assert RECEIPT in (await browser.post("/feedback/sent", data=Form(form.text).fields | WRITTEN | work)).text
    other = await filled_in(browser, text="Khác")
    browser.cookies.clear()
    asked = await browser.post("/feedback/sent", data=other | work)
    assert asked.status_code == 422
    assert challenge_of(asked) is not None
    assert Form(asked.text).fields["work"] == ""


async def test_a_form_works_where_nothing_is_given_to_it(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.no_offers = True
    assert RECEIPT in (await browser.post("/feedback/sent", data=await filled_in(browser, works="1"))).text
    upstream.work_needed = True
    asked = await browser.post("/feedback/sent", data=await filled_in(browser, text="Khác", works="1"), headers=ENGLISH)
    assert asked.status_code == 422
    assert "wait ten seconds" in asked.text
    upstream.no_offers = False
    again = await browser.post("/feedback/sent", data=Form(asked.text).fields | {"works": "1"})
    assert challenge_of(again) is not None
    held = await browser.post("/feedback/sent", data=Form(again.text).fields | {"works": "1", "unworked": "1"})
    assert RECEIPT in held.text


async def test_who_is_given_no_work_goes_to_the_held_lane_by_the_form_that_was_open(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    data = await filled_in(browser, works="1")
    upstream.no_offers = upstream.work_needed = True
    wait = await browser.post("/feedback/sent", data=data, headers=ENGLISH)
    assert (wait.status_code, "wait ten seconds" in wait.text) == (422, True)
    held = await browser.post("/feedback/sent", data=Form(wait.text).fields | {"works": "1"}, headers=ENGLISH)
    assert RECEIPT in held.text
    assert LOOKED_AT["en"] in held.text
    assert upstream.shown == [TOKEN]


@pytest.mark.parametrize("nasty", ["a\r\nX-Evil: 1", "ơ", "x" * 3_000, "=" * 40, b64decode("AAAA").decode()])
async def test_nothing_that_is_written_into_a_hidden_field_is_a_fault_of_ours(
    browser: httpx2.AsyncClient, upstream: Upstream, nasty: str
) -> None:
    upstream.work_needed = True
    for works in ("", "1"):
        sent = WRITTEN | {"form_token": nasty, "work": nasty, "works": works}
        assert (await browser.post("/feedback/sent", data=sent)).status_code == 422
    assert upstream.submissions == {}
