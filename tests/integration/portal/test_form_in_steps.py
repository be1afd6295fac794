"""The form of feedback asks one question at a time, without script, and says the law before anything is typed."""

import re

import httpx2
import pytest
from tests.integration.portal.records import RECEIPT
from tests.integration.portal.test_kept import Form, in_language
from tests.integration.portal.upstream import Upstream

from sixclear.portal.words.languages import NAMES

pytestmark = pytest.mark.asyncio

WRITTEN = {"kind": "feedback", "title": "Cổng báo lỗi", "text": "Từ thứ hai không nộp được hồ sơ."}
ENGLISH = {"accept-language": "en"}


def steps_of(page: httpx2.Response) -> dict[str, str]:
    """Each step of the form by its name, in the order of the page."""
    _, *parts = re.split(r'<div class="step(?= |")', page.text.partition("</form>\n<p>")[0])
    return {re.search(r'id="step-(\w+)"', part)[1]: part for part in parts}  # type: ignore[index]


def opened(page: httpx2.Response) -> list[str]:
    return [name for name, part in steps_of(page).items() if part.startswith(" open")]


@pytest.mark.parametrize("language", NAMES)
async def test_one_question_leads_to_the_next_and_back(browser: httpx2.AsyncClient, language: str) -> None:
    page = await browser.get("/feedback", headers={"accept-language": language})
    steps = steps_of(page)
    names = list(steps)
    assert names == ["kind", "title", "text", "programme", "sealed", "sender", "consent", "send"]
    assert opened(page) == ["kind"]
    for before, name, after in zip([None, *names], names, [*names[1:], None], strict=False):
        links = re.findall(r'href="#step-(\w+)"', steps[name])
        assert links == [step for step in (after, before) if step]
    assert [name for name, part in steps.items() if 'type="submit"' in part] == ["send"]


@pytest.mark.parametrize("language", NAMES)
async def test_the_law_stands_before_the_first_field(browser: httpx2.AsyncClient, language: str) -> None:
    first = steps_of(await browser.get("/feedback", headers={"accept-language": language}))["kind"]
    before = first[: first.index("<input")]
    for law in ("02/2011/QH13", "25/2018/QH14", "42/2013/QH13"):
        assert law in before
    assert re.search("1 Ng[ôo] Th[ìi] Nh[ậa]m", before)


@pytest.mark.parametrize(
    ("typed", "step"),
    [
        ({"kind": ""}, "kind"),
        ({"title": ""}, "title"),
        ({"text": "", "title": "x" * 301}, "title"),
        ({"text": ""}, "text"),
        ({"contact": "9" * 301}, "sender"),
    ],
)
async def test_a_mistake_opens_its_question(browser: httpx2.AsyncClient, typed: dict[str, str], step: str) -> None:
    page = await browser.post("/feedback/sent", data=WRITTEN | typed)
    assert page.status_code == 422
    assert opened(page) == [step]


async def test_another_language_opens_the_first_question_without_an_answer(browser: httpx2.AsyncClient) -> None:
    page = await browser.get("/feedback")
    assert opened(await in_language(browser, page, "en", kind="feedback", title="Cổng báo lỗi")) == ["text"]
    assert opened(await in_language(browser, page, "ar", **WRITTEN)) == ["send"]


async def test_without_names_of_programmes_their_question_is_left_out(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    upstream.away.add("tasks")
    steps = steps_of(await browser.get("/feedback"))
    assert list(steps) == ["kind", "title", "text", "sealed", "sender", "consent", "send"]
    assert 'href="#step-sealed"' in steps["text"]


async def test_the_key_enter_sends_nothing(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    """Enter presses the first button of a form: it must not be the one that sends."""
    page = await browser.get("/feedback")
    buttons = re.findall(r'<button type="submit"[^>]*form="kept"[^>]*>', page.text)  # those of languages come after it
    first = re.search(r' name="(\w+)" value="(\w+)" formaction="([^"]+)"', buttons[0])
    assert first is not None
    name, value, action = first.groups()
    answer = await browser.post(action, data={**WRITTEN, name: value})
    assert answer.status_code == 200
    assert opened(answer) == ["send"]
    assert upstream.submissions == {}


async def test_an_anonymous_sender_is_told_that_proof_takes_two_hours(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    known = await browser.post("/feedback/sent", data=WRITTEN, headers=ENGLISH)
    hidden = await browser.post("/feedback/sent", data=WRITTEN | {"identity_level": "anonymous"}, headers=ENGLISH)
    assert RECEIPT in hidden.text
    assert ("within two hours" in known.text, "takes some seconds" in known.text) == (False, True)
    assert ("within two hours" in hidden.text, "takes some seconds" in hidden.text) == (True, False)
    assert [sent.get("identity_level") for sent in upstream.submissions.values()] == [None, "anonymous"]
    again = await in_language(browser, hidden, "vi")
    assert "trong vòng hai giờ" in again.text
    assert len(upstream.submissions) == 2


async def test_an_anonymous_sender_leaves_no_contact(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    typed = WRITTEN | {"identity_level": "anonymous", "contact": "0912 345 678"}
    page = await browser.post("/feedback/sent", data=typed, headers=ENGLISH)
    assert page.status_code == 422
    assert "An anonymous sender leaves no way to be reached." in page.text
    assert opened(page) == ["sender"]
    assert upstream.submissions == {}
    kept = Form(page.text).fields
    assert {name: kept[name] for name in typed} == typed
    assert RECEIPT in (await browser.post("/feedback/sent", data=kept | {"identity_level": ""})).text
