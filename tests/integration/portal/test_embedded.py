"""The form of feedback in a frame of another site's page: it alone may be framed, and it needs no cookie."""

import re
from collections.abc import Sequence
from html.parser import HTMLParser

import httpx2
import pytest
from tests.integration.portal.records import NOW, RECEIPT
from tests.integration.portal.shown_pages import PAGES
from tests.integration.portal.test_form_in_steps import ENGLISH, WRITTEN, steps_of
from tests.integration.portal.test_kept import Form, in_language
from tests.integration.portal.upstream import Upstream, clients

from sixclear.portal.app import create_app
from sixclear.portal.settings import Settings
from sixclear.portal.shell.rendering import Pages
from sixclear.portal.upstream.gateway import Gateway

pytestmark = pytest.mark.asyncio

FRAMED = "/embed/feedback"
SENT = "/embed/feedback/sent"


def framed_by(answer: httpx2.Response) -> tuple[str, str | None]:
    """Who may show an answer in a frame, in the words of today's and of old browsers."""
    found = re.search(r"frame-ancestors ([^;]*)", answer.headers["content-security-policy"])
    assert found is not None
    return found[1], answer.headers.get("x-frame-options")


class Targets(HTMLParser):
    """Where links and forms of a page open: each with its address, target and the target of the whole page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.base: str | None = None
        self.opened: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "base":
            self.base = given["target"]
        if tag in ("a", "form"):
            self.opened.append((given.get("href") or given.get("action") or "", given.get("target") or self.base))


@pytest.mark.parametrize("path", [path for path in PAGES if not path.startswith(FRAMED)])
async def test_no_other_page_may_be_framed(browser: httpx2.AsyncClient, path: str) -> None:
    assert framed_by(await browser.get(path)) == ("'none'", "DENY")


async def test_what_stands_in_the_frame_may_be_framed_and_nothing_else_that_a_form_is_answered_with(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    form = await browser.get(FRAMED)
    receipt = await browser.post(SENT, data=WRITTEN)
    wrong = await browser.post(SENT, data={})
    foreign = await browser.post(SENT, data=WRITTEN, headers={"origin": "https://elsewhere.example"})
    nothing = await browser.get(f"{FRAMED}/nothing")
    back = await browser.get(SENT)
    upstream.away.add("feedback")
    away = await browser.post(SENT, data=WRITTEN | {"text": "Khác"})
    shown = (form, receipt, wrong, foreign, nothing, back, away)
    assert [answer.status_code for answer in shown] == [200, 200, 422, 403, 404, 303, 503]
    assert {framed_by(answer) for answer in shown} == {("*", None)}
    for path, data in (("/feedback/sent", WRITTEN), ("/feedback/sent", {}), ("/feedback/mailbox", {})):
        assert framed_by(await browser.post(path, data=data)) == ("'none'", "DENY")
    style = "/static/" + form.text.partition("/static/")[2].partition('"')[0]
    assert framed_by(await browser.get(style)) == ("'none'", "DENY")


@pytest.mark.parametrize(
    ("sites", "said"),
    [
        ("https://xa.example, https://*.gov.vn/", ("https://xa.example https://*.gov.vn", None)),
        ("", ("'none'", "DENY")),
        ("*", ("*", None)),
    ],
)
async def test_an_operator_says_whose_pages_show_the_form(
    upstream: Upstream, pages: Pages, sites: str, said: tuple[str, str | None]
) -> None:
    settings = Settings.model_validate({"embed_origins": sites})
    gateway = Gateway(clients(upstream), timeout_seconds=3.0)
    app = create_app(settings=settings, clock=lambda: NOW, gateway=gateway, pages=pages)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://portal") as client:
        assert framed_by(await client.get(FRAMED)) == said
        assert framed_by(await client.post(SENT, data=WRITTEN)) == said
        line = (await client.get("/embed", headers=ENGLISH)).text
    assert ("may not show the form" in line, "can show the form: " in line) == (sites == "", "xa.example" in sites)


@pytest.mark.parametrize("site", ["https://a.example/path", "a.example", "https://*", "*, https://a.example", "'self'"])
async def test_a_site_that_could_change_the_policy_is_refused(site: str) -> None:
    with pytest.raises(ValueError, match="must be origins"):
        Settings.model_validate({"embed_origins": site})


async def test_a_frame_sets_no_cookie_and_keeps_its_language_without_one(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    form = await browser.get(f"{FRAMED}?body=48&lang=en")
    wrong = await browser.post(Form(form.text).action, data=Form(form.text).fields | WRITTEN | {"title": ""})
    arabic = await in_language(browser, wrong, "ar", **WRITTEN)
    receipt = await browser.post(Form(arabic.text).action, data=Form(arabic.text).fields)
    again = await in_language(browser, receipt, "en")
    answers = (form, wrong, arabic, receipt, again)
    assert [answer.headers["content-language"] for answer in answers] == ["en", "en", "ar", "ar", "en"]
    assert all("set-cookie" not in answer.headers for answer in answers)
    assert not browser.cookies
    assert RECEIPT in receipt.text
    assert RECEIPT in again.text
    assert [sent["organisation_id"] for sent in upstream.submissions.values()] == ["48"]


async def test_a_cookie_of_the_site_says_nothing_in_a_frame(browser: httpx2.AsyncClient) -> None:
    headers = ENGLISH | {"cookie": "sixclear_language=ar"}
    assert (await browser.get("/feedback", headers=headers)).headers["content-language"] == "ar"
    for path in (FRAMED, f"{FRAMED}/nothing"):
        assert (await browser.get(path, headers=headers)).headers["content-language"] == "en"


async def test_the_address_of_a_sent_form_leads_back_to_the_form_of_its_body(browser: httpx2.AsyncClient) -> None:
    form = await browser.get(f"{FRAMED}?body=48&lang=en")
    receipt = await browser.post(Form(form.text).action, data=Form(form.text).fields | WRITTEN)
    for page in (form, receipt):
        back = await browser.get(Form(page.text).action)
        assert back.headers["location"] == f"{FRAMED}?body=48&lang=en"


async def test_the_frame_asks_what_the_form_asks(browser: httpx2.AsyncClient) -> None:
    whole = steps_of(await browser.get("/feedback", headers=ENGLISH))
    framed = steps_of(await browser.get(FRAMED, headers=ENGLISH))
    assert list(framed) == list(whole)
    for name, step in whole.items():
        assert re.findall(r'name="(\w+)"', framed[name]) == re.findall(r'name="(\w+)"', step)


async def test_every_link_of_a_frame_opens_outside_of_it_but_those_of_the_form(browser: httpx2.AsyncClient) -> None:
    pages = [await browser.get(path) for path in (f"{FRAMED}?body=48", f"{FRAMED}/x")]
    pages.append(await browser.post(SENT, data={}))
    pages.append(await browser.post(SENT, data=WRITTEN))
    stays = set()
    for page in pages:
        for address, target in Targets(page.text).opened:
            within = address.startswith(("#", FRAMED))
            assert target == ("_self" if within else "_blank"), address
            stays.add(within)
    assert stays == {True, False}
    mailbox = [target for address, target in Targets(pages[-1].text).opened if address.startswith("/feedback/mailbox")]
    assert mailbox == ["_blank", "_blank"], "the link, and the form that opens it with the code"


@pytest.mark.parametrize("path", ["/feedback", FRAMED, "/embed"])
async def test_a_form_for_a_body_says_its_name(browser: httpx2.AsyncClient, path: str) -> None:
    named = await browser.get(f"{path}?body= 48", headers=ENGLISH)
    assert named.status_code == 200
    assert re.search(r"To: \s*<bdi[^>]*>Đà Nẵng", named.text)
    for wrong in ("nowhere", "a/b", "x" * 200, ".", ".."):
        answer = await browser.get(path, params={"body": wrong}, headers=ENGLISH)
        assert answer.status_code == 422
        assert "Receiving agency does not take this value" in answer.text
        assert "To: " not in answer.text


async def test_a_body_that_feedback_does_not_know_costs_nothing_that_was_typed(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    upstream.unknown_bodies = {"48"}
    refused = await browser.post(SENT, data=WRITTEN | {"body": "48"}, headers=ENGLISH)
    assert refused.status_code == 422
    assert "The agency that this form is addressed to is not known here." in refused.text
    kept = Form(refused.text).fields
    assert {name: kept[name] for name in WRITTEN} == WRITTEN
    assert RECEIPT in (await browser.post(SENT, data=kept)).text
    assert ["organisation_id" in sent for sent in upstream.submissions.values()] == [False]


async def test_a_form_for_a_body_works_while_its_name_cannot_be_had(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    upstream.away.add("tasks")
    form = await browser.get(f"{FRAMED}?body=48", headers=ENGLISH)
    assert "To: <bdi>48</bdi>" in form.text
    assert RECEIPT in (await browser.post(SENT, data=Form(form.text).fields | WRITTEN)).text
    assert [sent["organisation_id"] for sent in upstream.submissions.values()] == ["48"]


async def test_the_line_to_copy_leads_to_the_form_of_its_body(
    browser: httpx2.AsyncClient, upstream: Upstream, pages: Pages
) -> None:
    class Line(HTMLParser):
        """What stands in the field to copy from."""

        text = ""
        within = False

        def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
            self.within = tag == "textarea"

        def handle_data(self, data: str) -> None:
            self.text += data if self.within else ""

        def handle_endtag(self, tag: str) -> None:
            self.within = False

    settings = Settings(own_origins=["https://gop-y.example"])
    gateway = Gateway(clients(upstream), timeout_seconds=3.0)
    app = create_app(settings=settings, clock=lambda: NOW, gateway=gateway, pages=pages)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://portal") as client:
        line = Line()
        line.feed((await client.get("/embed?body=48&lang=vi")).text)
    assert line.text.startswith('<iframe src="https://gop-y.example/embed/feedback?body=48&amp;lang=vi" title="')
    assert line.text.endswith("</iframe>")
    assert "\n" not in line.text
    forged = await browser.get("/embed", headers={"host": "evil.example"})
    assert "evil" not in forged.text
