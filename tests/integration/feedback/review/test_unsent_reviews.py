"""A review that could not be sent: nothing typed is lost, and nothing that another site typed is shown as one's own."""

import httpx2
import pytest
from tests.integration.feedback.conftest import Service
from tests.integration.feedback.review.experts import done
from tests.integration.feedback.review.test_blindness import Case, the_case
from tests.integration.feedback.review.test_pages_of_experts import LIST, WORDS, Portal, pages, portal_of, typed
from tests.integration.portal.test_kept import Form, in_language

from sixclear.portal.shell.rendering import Pages

pytestmark = pytest.mark.asyncio
__all__ = ["pages"]
FOREIGN = [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]


async def accepted(service: Service) -> tuple[Case, str]:
    """A case whose first expert reads it, and the page of that review."""
    case = await the_case(service)
    await done(service, "expert-1", f"/own/reviews/{case.first}/declaration", {"conflict": False})
    return case, f"{LIST}/{case.first}"


def assert_all_there(page: httpx2.Response) -> None:
    """The words can be read, and one button sends the whole review again."""
    assert WORDS in page.text.partition("<form id")[0], "to read and to copy"
    kept = Form(page.text).fields
    assert {name: kept[name] for name in typed()} == typed()


@pytest.mark.parametrize("said", FOREIGN)
async def test_another_site_cannot_have_a_review_sent_from_our_page(
    service: Service, pages: Pages, said: dict[str, str]
) -> None:
    """The browser withholds the cookie from such a form; a page that gave it back would send it with the cookie."""
    _, path = await accepted(service)
    async with portal_of(service, pages) as portal:
        for signed_in in ({}, {"Authorization": "Bearer not.a.token"}, service.headers("expert-1")):
            for more in ({}, {"keep": "1"}, {"step": "conflict"}):
                page = await portal.browser.post(path, data=typed(**more), headers=signed_in | said)
                assert page.status_code == 403
                assert not [shown for shown in (WORDS, 'value="opinion"', 'value="conflict"') if shown in page.text]
    assert [row["status"] for row in await service.rows("review")].count("given") == 0


async def test_what_the_hub_took_back_meanwhile_is_told_and_the_words_stay(service: Service, pages: Pages) -> None:
    case, path = await accepted(service)
    async with portal_of(service, pages) as portal:
        await done(service, "feedback-hub", f"{case.path}/reviews/{case.first}/withdraw", {})
        gone = await portal.browser.post(path, data=typed(), headers=service.headers("expert-1"))
        assert gone.status_code == 404
        assert_all_there(gone)


@pytest.mark.parametrize(("client", "status"), [("expert-2", 404), ("ministry", 403), (None, 401)])
async def test_a_wrong_account_loses_no_review_and_the_right_one_sends_it(
    service: Service, pages: Pages, client: str | None, status: int
) -> None:
    _, path = await accepted(service)
    async with portal_of(service, pages) as portal:
        headers = service.headers(client) if client else {}
        unsent = await portal.browser.post(path, data=typed(), headers=headers)
        assert unsent.status_code == status
        assert_all_there(unsent)
        assert '"/own/sign-in' in unsent.text
        sent = await portal.browser.post(path, data=Form(unsent.text).fields, headers=service.headers("expert-1"))
        assert sent.status_code == 303
    assert [row["status"] for row in await service.rows("review")].count("given") == 1


@pytest.mark.parametrize("client", ["expert-2", "ministry", None])
async def test_another_language_keeps_what_could_not_be_sent(
    service: Service, pages: Pages, client: str | None
) -> None:
    _, path = await accepted(service)
    async with portal_of(service, pages) as portal:
        portal.browser.headers.update(service.headers(client) if client else {})
        unsent = await portal.browser.post(path, data=typed())
        for language in ("en", "ar", "vi"):
            other = await in_language(portal.browser, unsent, language)
            assert other.headers["content-language"] == language
            assert_all_there(other)
    assert await _given(portal) == 0


async def _given(portal: Portal) -> int:
    return [row["status"] for row in await portal.service.rows("review")].count("given")
