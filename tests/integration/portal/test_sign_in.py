"""Signing in to the working pages: which tokens are taken where, and where the page leads."""

import httpx2
import pytest
from tests.integration.portal.test_form_in_steps import ENGLISH
from tests.integration.portal.upstream import Upstream

pytestmark = pytest.mark.asyncio
SIGN_IN = "/own/sign-in"
CASES = "/own/cases"


@pytest.mark.parametrize(("letters", "kept"), [(3_800, True), (3_801, False), (8_192, False)])
async def test_a_token_that_a_browser_cannot_keep_is_said_to_be_too_long(
    browser: httpx2.AsyncClient, letters: int, kept: bool
) -> None:
    answer = await browser.post(SIGN_IN, data={"token": "a" * letters, "next": CASES}, headers=ENGLISH)
    assert (answer.status_code, "set-cookie" in answer.headers) == ((303, True) if kept else (422, False))
    assert ("too long for a browser" in answer.text) is not kept


@pytest.mark.parametrize(("letters", "asked"), [(8_192, True), (8_193, False)])
async def test_a_proxy_may_bring_as_long_a_token_as_services_take(
    browser: httpx2.AsyncClient, upstream: Upstream, letters: int, asked: bool
) -> None:
    await browser.get(CASES, headers={"Authorization": f"Bearer {'a' * letters}"})
    assert any(path.endswith("/submissions") for _, path, _ in upstream.requests) is asked


async def test_another_language_leads_on_to_the_same_page(browser: httpx2.AsyncClient) -> None:
    for page in (
        await browser.get(SIGN_IN, params={"next": CASES, "why": "scope"}),
        await browser.post(SIGN_IN, params={"next": CASES}, data={"token": "no token", "next": CASES}),
    ):
        assert 'name="next" value="/own/sign-in?next=%2Fown%2Fcases' in page.text
    chosen = await browser.post("/language", data={"lang": "en", "next": f"{SIGN_IN}?next=%2Fown%2Fcases"})
    page = await browser.get(chosen.headers["location"])
    assert page.headers["content-language"] == "en"
    assert f'name="next" value="{CASES}"' in page.text


async def test_the_page_speaks_to_experts_and_to_who_asks_them(browser: httpx2.AsyncClient) -> None:
    page = await browser.get(SIGN_IN, params={"next": CASES, "why": "scope"}, headers=ENGLISH)
    assert "invited person" not in page.text
    for path in (CASES, "/own/reviews"):
        assert f'href="{path}"' in page.text
