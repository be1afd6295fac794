"""The sealed lane: an initiative whose text few read, in the form and in the mailbox."""

import re

import httpx2
import pytest
from tests.integration.portal.records import NOW, RECEIPT, iso
from tests.integration.portal.test_form_in_steps import opened
from tests.integration.portal.test_pages import Document
from tests.integration.portal.upstream import Upstream
from tests.integration.portal.upstream_steps import BODY

pytestmark = pytest.mark.asyncio

ENGLISH = {"accept-language": "en"}
IDEA = {"kind": "initiative", "title": "Pin mới", "text": "Công thức của pin.", "visibility": "sealed"}
PUBLIC = {"abstract": "Một loại pin rẻ hơn.", "embargo_until": "2027-11-22"}


async def sent(browser: httpx2.AsyncClient, **typed: str) -> httpx2.Response:
    return await browser.post("/feedback/sent", data=IDEA | typed, headers=ENGLISH)


async def mailbox(browser: httpx2.AsyncClient) -> str:
    page = await browser.post("/feedback/mailbox", data={"receipt_code": RECEIPT}, headers=ENGLISH)
    return Document(re.sub("</dt>|</bdi>", " ", page.text)).text


async def test_an_initiative_is_sealed_with_its_abstract_and_its_day(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    page = await sent(browser, **PUBLIC)
    assert RECEIPT in page.text
    body = next(iter(upstream.submissions.values()))
    assert {name: body[name] for name in ("visibility", *PUBLIC)} == {"visibility": "sealed", **PUBLIC}
    assert "is there within two hours" in Document(page.text).text


async def test_abstract_and_day_may_be_left_out(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    await sent(browser, abstract=" ", embargo_until="")
    body = next(iter(upstream.submissions.values()))
    assert body["visibility"] == "sealed"
    assert not PUBLIC.keys() & body.keys()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"kind": "feedback"}, "Only an initiative can be sealed."),
        ({"visibility": "", "abstract": "Một loại pin."}, "A public abstract belongs to a sealed initiative."),
        ({"visibility": "", "embargo_until": "2027-11-22"}, "An end of the seal belongs to a sealed initiative."),
        ({"abstract": "x" * 2_001}, "The public abstract is longer than 2,000 characters."),
        ({"embargo_until": "soon"}, "The seal ends from tomorrow up to ten years from now"),
    ],
)
async def test_a_mistake_opens_its_question_and_sends_nothing(
    browser: httpx2.AsyncClient, upstream: Upstream, typed: dict[str, str], said: str
) -> None:
    page = await sent(browser, **typed)
    assert page.status_code == 422
    assert said in Document(page.text).text
    assert opened(page) == ["sealed"]
    assert "Công thức của pin." in page.text
    assert upstream.submissions == {}


async def test_what_is_not_sealed_says_nothing_of_it(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    await sent(browser, visibility="")
    assert not {"visibility", *PUBLIC} & next(iter(upstream.submissions.values())).keys()
    assert "Sealed initiative" not in await mailbox(browser)


async def test_the_sender_sees_each_reading_by_body_and_hour(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    readings = [{"what": "sealed_text", "read_at": iso(NOW), "organisation": one} for one in (BODY, None)]
    upstream.case |= {
        "visibility": "sealed",
        "accesses": [*readings, {"what": "contact", "read_at": iso(NOW)}],
        **PUBLIC,
    }
    said = await mailbox(browser)
    for part in (
        "Sealed until 22 November 2027",
        "Một loại pin rẻ hơn. Not open: you did not agree that everyone may read it.",
        "Ministry of Science and Technology 22 November 2026, 10:00",
        "an expert, or a body whose name is not known 22 November 2026, 10:00",
        "2 readings, and these are all",
        "contact was read at 22 November 2026, 10:00.",
    ):
        assert part in said
    assert "the sealed text was read" not in said


async def test_nobody_has_read_yet(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.case |= {"visibility": "sealed", "abstract": None, "embargo_until": None, "accesses": []}
    said = await mailbox(browser)
    assert "Nobody has read it." in said
    assert "Sealed until it has no end" in said
    assert "there is none: nobody else reads anything" in said


async def test_a_list_of_readings_that_is_cut_says_so(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    reading = {"what": "sealed_text", "read_at": iso(NOW), "organisation": BODY}
    upstream.case |= {"visibility": "sealed", "accesses": [reading] * 100, "consent": True, **PUBLIC}
    said = await mailbox(browser)
    assert "These are the newest 100 readings" in said
    assert "Not open yet: a person who does not draft the answer has to look at it." in said
