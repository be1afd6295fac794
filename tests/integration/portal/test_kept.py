"""What was typed, and the receipt: no refusal, language or way back takes them or makes a second case."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import httpx2
import pytest
from tests.integration.portal.records import RECEIPT
from tests.integration.portal.upstream import Upstream

from sixclear.portal.words.languages import NAMES

pytestmark = pytest.mark.asyncio

TYPED = {
    "kind": "initiative",
    "title": "Mã QR & <b>đối chiếu</b>",
    "text": "Dòng một\nDòng hai; 100% “đúng”",
    "programme": "nq57-central",
    "contact": "a@b.example",
}
MESSAGE = {"receipt_code": RECEIPT, "text": "Xin bổ sung", "form_key": "k" * 24}
PHOTO = ("photo", ("anh.jpg", b"\xff\xd8\xff" + bytes(range(256)) * 40, "image/jpeg"))
LARGE_PHOTO = ("photo", ("anh.jpg", b"\xff\xd8\xff" + b"\r\n--x" * 200_000, "image/jpeg"))
ENGLISH = {"accept-language": "en"}


class Form(HTMLParser):
    """The form `kept` of a page: its fields, and where it and its buttons of other languages are sent."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.languages: dict[str, tuple[str, str, str]] = {}
        self._in = False
        self._choice = self._area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._in = found.get("id") == "kept"
            self.action = found["action"] if self._in else self.action
        if tag == "button" and found.get("form") == "kept" and "lang" in found:
            self.languages[found["lang"]] = (found["formaction"], found["name"], found["value"])
        if not self._in:
            return
        if tag == "textarea":
            self._area = found["name"]
            self.fields[self._area] = ""
        elif tag == "select":
            self._choice = found["name"]
        elif tag == "option" and "selected" in found:
            self.fields[self._choice] = found["value"]
        elif tag == "input" and (found.get("type") != "radio" or "checked" in found):
            self.fields[found["name"]] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in = False
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._in and self._area:
            self.fields[self._area] += data


async def typed_form(browser: httpx2.AsyncClient) -> dict[str, str]:
    return {**Form((await browser.get("/feedback")).text).fields, **TYPED}


async def in_language(
    browser: httpx2.AsyncClient, page: httpx2.Response, language: str, **typed: str
) -> httpx2.Response:
    """Presses the button of a language, as a browser without script does."""
    form = Form(page.text)
    action, name, value = form.languages[language]
    answer = await browser.post(action, data={**form.fields, **typed, name: value})
    assert answer.headers["content-language"] == language
    return answer


def assert_kept(page: httpx2.Response, typed: dict[str, str]) -> None:
    shown = Form(page.text).fields
    assert {name: shown.get(name) for name in typed} == typed


@pytest.mark.parametrize("language", NAMES)
async def test_another_language_keeps_what_was_typed_and_sends_nothing(
    browser: httpx2.AsyncClient, upstream: Upstream, language: str
) -> None:
    page = await browser.get("/feedback")
    for _ in range(2):
        page = await in_language(browser, page, language, **TYPED)
        assert page.status_code == 200
        assert "error-summary" not in page.text
        assert_kept(page, TYPED)
    assert upstream.submissions == {}


@pytest.mark.parametrize("language", NAMES)
async def test_another_language_keeps_the_receipt_and_makes_no_second_case(
    browser: httpx2.AsyncClient, upstream: Upstream, language: str
) -> None:
    receipt = await browser.post("/feedback/sent", data=await typed_form(browser))
    for _ in range(2):
        receipt = await in_language(browser, receipt, language)
        assert receipt.status_code == 200
        assert RECEIPT in receipt.text
    assert len(upstream.submissions) == 1


async def test_a_receipt_loaded_again_is_the_same_receipt(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    form = await typed_form(browser)
    first = await browser.post("/feedback/sent", data=form)
    again = await browser.post("/feedback/sent", data=form)
    assert RECEIPT in first.text
    assert RECEIPT in again.text
    assert len(upstream.submissions) == 1


async def test_back_after_sending_makes_no_second_case(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    sent = await typed_form(browser)
    await browser.post("/feedback/sent", data=sent)
    # The form is fetched again and has a new key; the browser puts back what was typed.
    again = await typed_form(browser)
    assert again["form_key"] != sent["form_key"]
    assert RECEIPT in (await browser.post("/feedback/sent", data=again)).text
    assert list(upstream.submissions) == [sent["form_key"]]


async def test_other_content_after_sending_is_a_new_case_and_the_page_says_so(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    assert "other content is a new submission" not in (await browser.get("/feedback", headers=ENGLISH)).text
    await browser.post("/feedback/sent", data=await typed_form(browser))
    assert "other content is a new submission" in (await browser.get("/feedback", headers=ENGLISH)).text
    other = {**await typed_form(browser), "text": "Việc khác"}
    assert RECEIPT in (await browser.post("/feedback/sent", data=other)).text
    assert [sent["text"] for sent in upstream.submissions.values()] == [TYPED["text"], "Việc khác"]


async def test_what_a_browser_remembers_is_a_key_alone(browser: httpx2.AsyncClient) -> None:
    answer = await browser.post("/feedback/sent", data=await typed_form(browser))
    cookie = answer.headers["set-cookie"]
    assert RECEIPT not in cookie
    assert re.fullmatch(r"sixclear_form=[\w-]{32}; HttpOnly; Max-Age=3600; Path=/feedback; SameSite=lax", cookie)


@pytest.mark.parametrize("cookie", ["", "short", "ơ", "a b" * 9, "k" * 5_000, "k.sent"])
async def test_a_cookie_that_cannot_be_used_costs_nothing(
    browser: httpx2.AsyncClient, upstream: Upstream, cookie: str
) -> None:
    headers = {b"cookie": f"sixclear_form={cookie}".encode()}
    assert RECEIPT in (await browser.post("/feedback/sent", data=TYPED, headers=headers)).text
    assert len(upstream.submissions) == 1


async def test_the_empty_form_may_be_kept_by_the_browser_and_the_receipt_may_not(browser: httpx2.AsyncClient) -> None:
    assert (await browser.get("/feedback")).headers["cache-control"] == "private, no-cache"
    sent = await browser.post("/feedback/sent", data=await typed_form(browser))
    assert sent.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("photo", "status"), [(PHOTO, 422), (LARGE_PHOTO, 413)])
@pytest.mark.parametrize("first", [True, False])
async def test_a_photo_in_the_form_costs_only_the_photo(
    browser: httpx2.AsyncClient, upstream: Upstream, photo: tuple[str, Any], status: int, first: bool
) -> None:
    form = [(name, (None, text)) for name, text in (await typed_form(browser)).items()]
    parts = [photo, *form] if first else [*form, photo]
    page = await browser.post("/feedback/sent", files=parts, headers=ENGLISH)
    assert page.status_code == status
    assert "Pictures and files cannot be sent with this form." in page.text
    assert_kept(page, TYPED)
    assert upstream.submissions == {}
    assert RECEIPT in (await browser.post("/feedback/sent", data=Form(page.text).fields)).text


async def test_a_form_in_parts_without_a_photo_is_taken(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    form = [(name, (None, text)) for name, text in (await typed_form(browser)).items()]
    assert RECEIPT in (await browser.post("/feedback/sent", files=form)).text
    assert [sent["text"] for sent in upstream.submissions.values()] == [TYPED["text"]]


@pytest.mark.parametrize("letters", [100_000, 400_000])
async def test_a_text_that_is_far_too_long_comes_back(browser: httpx2.AsyncClient, letters: int) -> None:
    form = await typed_form(browser)
    page = await browser.post("/feedback/sent", data={**form, "text": "data:image/jpeg;base64," + "A" * letters * 3})
    assert page.status_code == 413
    shown = Form(page.text).fields
    assert {name: shown[name] for name in ("title", "contact", "kind", "programme")} == {
        name: TYPED[name] for name in ("title", "contact", "kind", "programme")
    }
    assert len(shown["text"]) >= min(3 * letters, 500_000)
    assert ("bị cắt" in page.text) == (3 * letters > 524_288)


async def test_a_form_of_another_site_comes_back_with_a_key_of_ours(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    for headers in ({"origin": "null"}, {"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}):
        data = {**TYPED, "form_key": "c" * 32}
        page = await browser.post("/feedback/sent", data=data, headers={**headers, **ENGLISH})
        assert page.status_code == 403
        assert "Nothing was sent." in page.text
        assert_kept(page, TYPED)
        assert Form(page.text).fields["form_key"] != "c" * 32, "another site would know how to ask for the receipt"
        assert "set-cookie" not in page.headers
    assert upstream.submissions == {}


@pytest.mark.parametrize("body", [b"&text=%ff%fe", b"&other=%00", "".join(f"&f{n}=1" for n in range(60)).encode()])
async def test_a_body_with_a_part_that_cannot_be_read_gives_back_the_rest(
    browser: httpx2.AsyncClient, upstream: Upstream, body: bytes
) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded", **ENGLISH}
    page = await browser.post("/feedback/sent", content=b"kind=initiative&title=Xin+ch%C3%A0o" + body, headers=headers)
    assert page.status_code == 422
    assert "A part of the form cannot be read." in page.text
    assert_kept(page, {"kind": "initiative", "title": "Xin chào"})
    assert upstream.submissions == {}


@pytest.mark.parametrize(
    ("headers", "files", "status", "reason"),
    [
        ({"origin": "null"}, None, 403, "This form came from another site"),
        ({}, PHOTO, 422, "Pictures and files cannot be sent"),
        ({}, LARGE_PHOTO, 413, "Pictures and files cannot be sent"),
    ],
)
async def test_a_message_that_is_not_taken_stays_with_its_code(
    browser: httpx2.AsyncClient,
    upstream: Upstream,
    headers: dict[str, str],
    files: tuple[str, Any] | None,
    status: int,
    reason: str,
) -> None:
    parts = [(name, (None, text)) for name, text in {**MESSAGE, "reply": "1"}.items()]
    sent = {"files": [*parts, files]} if files else {"data": {**MESSAGE, "reply": "1"}}
    page = await browser.post("/feedback/mailbox", headers={**headers, **ENGLISH}, **sent)
    assert page.status_code == status
    assert reason in page.text
    assert_kept(page, {"receipt_code": RECEIPT, "text": "Xin bổ sung"})
    assert upstream.messages == []
    assert (await browser.post("/feedback/mailbox", data=Form(page.text).fields)).status_code == 200
    assert len(upstream.messages) == 1


@pytest.mark.parametrize("language", NAMES)
async def test_another_language_keeps_the_case_and_the_message_that_is_being_written(
    browser: httpx2.AsyncClient, upstream: Upstream, language: str
) -> None:
    opened = await browser.post("/feedback/mailbox", data={"receipt_code": RECEIPT})
    for _ in range(2):
        opened = await in_language(browser, opened, language, text="Xin bổ sung")
        assert opened.status_code == 200
        assert_kept(opened, {"receipt_code": RECEIPT, "text": "Xin bổ sung"})
        assert "Mã QR cho hồ sơ" in opened.text
    assert upstream.messages == []
    await browser.post("/feedback/mailbox", data=Form(opened.text).fields)
    assert [message["text"] for message in upstream.messages] == ["Xin bổ sung"]


@pytest.mark.parametrize("language", NAMES)
async def test_another_language_keeps_a_code_that_is_being_typed(
    browser: httpx2.AsyncClient, upstream: Upstream, language: str
) -> None:
    door = await browser.get("/feedback/mailbox")
    for code in ("", "7K2M-Q9"):
        page = await in_language(browser, door, language, receipt_code=code)
        assert page.status_code == 200
        assert "error-summary" not in page.text
        assert_kept(page, {"receipt_code": code})
    assert not any(path.endswith("/mailbox") for service, path, _ in upstream.requests if service == "feedback")


@pytest.mark.parametrize("problem", [{"receipt_code": "WRONG"}, {"receipt_code": ""}])
async def test_another_language_keeps_what_waits_at_the_door(
    browser: httpx2.AsyncClient, problem: dict[str, str]
) -> None:
    waiting = await browser.post("/feedback/mailbox", data={**MESSAGE, "reply": "1", **problem})
    assert_kept(await in_language(browser, waiting, "ar"), {"text": "Xin bổ sung", "form_key": MESSAGE["form_key"]})


async def test_no_address_of_a_page_with_private_things_holds_any_of_them(browser: httpx2.AsyncClient) -> None:
    pages = [
        await browser.post("/feedback/sent", data={**TYPED, "kind": ""}),
        await browser.post("/feedback/sent", data=TYPED),
        await browser.post("/feedback/mailbox", data={**MESSAGE, "reply": "1"}),
    ]
    for page in pages:
        addresses = unescape(" ".join(re.findall(r'(?:href|action|formaction|src)="([^"]*)"', page.text)))
        for secret in (RECEIPT, "a@b", "a%40b", "form_key", "text=", "contact="):
            assert secret not in addresses


async def test_the_page_says_before_sending_what_a_message_on_an_answered_case_does(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    said = "by itself it does not reopen the case"
    code = {"receipt_code": RECEIPT}
    assert said not in (await browser.post("/feedback/mailbox", data=code, headers=ENGLISH)).text
    upstream.answer = {"outcome": "accepted", "reason": "Đúng", "legal_basis": "Nghị định 1", "text": "Sẽ làm"}
    page = (await browser.post("/feedback/mailbox", data=code, headers=ENGLISH)).text
    assert page.index(said) < page.index("<textarea")
    after = await browser.post("/feedback/mailbox", data={**MESSAGE, "reply": "1"}, headers=ENGLISH)
    assert "The case stays answered." in after.text


async def test_a_withdrawn_case_offers_no_message(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.case_status = "withdrawn"
    page = await browser.post("/feedback/mailbox", data={"receipt_code": RECEIPT}, headers=ENGLISH)
    assert "takes no more messages" in page.text
    assert "<textarea" not in page.text
    assert_kept(await in_language(browser, page, "vi"), {"receipt_code": RECEIPT})
