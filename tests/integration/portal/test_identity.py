"""A sender says later who they are: only the sender, and only more."""

import httpx2
import pytest
from tests.integration.portal.test_pages import Document
from tests.integration.portal.test_steps import offered, opened, press
from tests.integration.portal.upstream import Upstream
from tests.integration.portal.upstream_steps import ERASED

pytestmark = pytest.mark.asyncio


async def test_a_name_raises_the_level_once(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    page = await opened(browser)
    assert "Level now: without a name." in Document(page.text).text
    for _ in range(2):  # the button is pressed twice
        said = await press(browser, page, "step", "identity", identity_name="Trần Văn A", identity_email=" ")
    assert upstream.steps == [("identity", {"name": "Trần Văn A"})]
    assert "What you wrote is in the case, kept apart from it." in Document(said.text).text
    assert "Level now: with a name." in Document(said.text).text
    assert 'value="Trần Văn A"' not in said.text


async def test_one_of_three_is_enough_and_none_is_not(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    nothing = await press(browser, await opened(browser), "step", "identity", identity_name=" ")
    assert nothing.status_code == 422
    assert "Write at least one of name, e-mail and phone." in Document(nothing.text).text
    long = await press(browser, nothing, "step", "identity", identity_phone="9" * 301)
    assert "Longer than 300 characters." in Document(long.text).text
    assert upstream.steps == []
    await press(browser, long, "step", "identity", identity_phone="0912 345 678")
    assert upstream.steps == [("identity", {"phone": "0912 345 678"})]


async def test_what_is_refused_stays_where_it_was_typed(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    page = await opened(browser)
    upstream.refusal = (409, "transition-not-allowed")
    said = await press(browser, page, "step", "identity", identity_email="binh@example.invalid")
    assert said.status_code == 422
    assert 'value="binh@example.invalid"' in said.text
    assert "This cannot be done any more" in Document(said.text).text


async def test_it_is_offered_while_there_is_a_case_to_say_it_of(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    assert "identity" in offered(await opened(browser))
    upstream.case["status"] = "withdrawn"
    assert "identity" not in offered(await opened(browser))
    upstream.case |= {"status": "assigned", "erasures": [{"what": "contact", **ERASED}]}
    assert "identity" not in offered(await opened(browser))


async def test_who_was_anonymous_is_told_that_hours_stay(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.case["identity_level"] = "anonymous"
    assert "keeps the hour of each step alone" in Document((await opened(browser)).text).text


async def test_a_refused_transfer_says_why(browser: httpx2.AsyncClient) -> None:
    said = Document((await opened(browser)).text).text
    assert "refused: it is not clear what you ask" in said
