"""The portal speaks for its visitors: services hear of each one, and nothing that one writes is a fault of ours."""

import inspect
import re
import typing
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote, urljoin
from uuid import UUID

import httpx2
import pytest
from tests.integration.portal.records import RECEIPT, organisations
from tests.integration.portal.upstream import Upstream

from sixclear.common.visitor import trusted_networks
from sixclear.common.web.visitor import VisitorEdge
from sixclear.portal.errors import PortalError
from sixclear.portal.upstream.gateway import Gateway

pytestmark = pytest.mark.asyncio

VISITOR = "203.0.113.5"
# Kept for a moment and given to everybody: asked once, for no visitor.
FOR_ALL = {"status", "timeline", "provinces", "changes", "attention", "programmes", "organisations", "programme_lists"}
FOR_ALL |= {"indicators", "budgets", "documents", "log_status", "fields", "satisfaction", "statistics", "notices"}


async def _nothing() -> AsyncIterator[bytes]:
    for piece in (b"",):
        yield piece


# What a call needs, by its annotation; a new kind of argument needs a line here.
MADE: dict[Any, Any] = {
    str: "k" * 20,
    str | None: None,
    int: 1,
    bool: True,
    UUID: UUID(int=1),
    Mapping[str, Any]: {},
    Mapping[str, str]: {},
    Mapping[str, str] | None: None,
    AsyncIterator[bytes]: _nothing(),
    Mapping[str, str | int | None]: {},
}


def calls_of(gateway: Gateway) -> dict[str, Callable[[], Any]]:
    """Every public call of the gateway with arguments that are made up."""
    made: dict[str, Callable[[], Any]] = {}
    services = (gateway.tasks, gateway.measured, gateway.feedback, gateway.data_catalog, gateway.monitoring)
    for name, method in (pair for one in services for pair in inspect.getmembers(one, inspect.iscoroutinefunction)):
        kinds = typing.get_type_hints(method)
        kinds.pop("return")
        arguments = {argument: MADE[kind] for argument, kind in kinds.items()}
        made[name] = partial(method, **arguments)
    return made


class Heard:
    """What services hear, whatever is asked of them."""

    def __init__(self) -> None:
        self.requests: list[httpx2.Request] = []

    def client(self, _service: str) -> httpx2.AsyncClient:
        async def answer(request: httpx2.Request) -> httpx2.Response:
            self.requests.append(request)
            return httpx2.Response(418, json={})

        return httpx2.AsyncClient(transport=httpx2.MockTransport(answer), base_url="http://service")


async def test_every_call_for_a_visitor_says_for_whom_it_is_made() -> None:
    heard = Heard()
    gateway = Gateway(heard.client, 1.0)
    calls = calls_of(gateway.asking_for(VISITOR))
    for name, call in calls.items():
        before = len(heard.requests)
        with pytest.raises(PortalError):
            await call()
        assert len(heard.requests) > before, f"{name} asked nothing"
        for request in heard.requests[before:]:
            told = request.headers.get_list("x-forwarded-for")
            assert told == ([] if name in FOR_ALL and request.method == "GET" else [VISITOR]), name
    await gateway.close()
    assert {"submit", "mailbox", "reply", *FOR_ALL} < set(calls)
    assert {request.method for request in heard.requests} == {"GET", "POST"}


async def test_nothing_is_written_for_nobody() -> None:
    heard = Heard()
    gateway = Gateway(heard.client, 1.0)
    refused = set()
    for name, call in calls_of(gateway).items():
        try:
            await call()
        except PortalError:
            continue
        except RuntimeError:
            refused.add(name)
    await gateway.close()
    assert {request.method for request in heard.requests} == {"GET"}
    steps = {"rate", "reopen", "appeal", "withdraw", "raise_identity", "change_consent", "endorse", "erase", "copy"}
    steps |= {"change_notice", "send_file", "read_file"}
    assert refused == {"submit", "mailbox", "reply", "statements", "new_code", "alike"} | steps


async def test_figures_that_one_visitor_chooses_are_asked_for_that_visitor(app: Any, upstream: Upstream) -> None:
    """Else one address that asks for day after day fills the turns that all pages share."""
    heard: dict[str, set[str | None]] = {}
    unit = organisations()[2]["organisation_id"]
    pages = {"now": "/", "past": "/?as_of=2025-11-03", "unit": f"/organisations/{unit}", "none": "/?programme=none"}
    async with visitors(app) as browser:
        for name, path in pages.items():
            upstream.visitors.clear()
            answer = await browser.get(path, headers={"X-Forwarded-For": VISITOR})
            assert answer.status_code == (404 if name == "none" else 200), path
            heard[name] = {
                visitor
                for asked, visitor in upstream.visitors
                if asked in ("/api/monitoring/v1/status", "/api/monitoring/v1/provinces")
            }
    assert heard == {"now": {None}, "past": {VISITOR}, "unit": {VISITOR}, "none": set()}


def visitors(app: Any, peer: str = "10.1.2.3") -> httpx2.AsyncClient:
    """Browsers behind a gateway that is not on this machine, and which the process trusts."""
    edge = VisitorEdge(app, trusted_networks("10.0.0.0/8"))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(edge, client=(peer, 1)), base_url="http://portal")


async def test_behind_a_gateway_the_cookie_is_secure_and_services_hear_of_the_visitor(
    app: Any, upstream: Upstream
) -> None:
    said = {"X-Forwarded-Proto": "https", "X-Forwarded-For": f"{VISITOR}:4711"}
    async with visitors(app) as browser:
        chosen = await browser.post("/language", data={"lang": "en", "next": "/tasks"}, headers=said)
        by_address = await browser.get("/feedback?lang=ar", headers=said)
        sent_on = await browser.get("/organisations/", headers=said)
        plain = await browser.get("/feedback?lang=ar", headers={"X-Forwarded-For": VISITOR})
        await browser.post("/feedback/mailbox", data={"receipt_code": RECEIPT}, headers=said)
    async with visitors(app, peer="192.0.2.9") as stranger:
        forged = await stranger.get("/feedback?lang=ar", headers=said)
    for answer in (chosen, by_address):
        assert "; secure" in answer.headers["set-cookie"].lower()
    assert sent_on.status_code == 307
    assert urljoin("https://portal/organisations/", sent_on.headers["location"]) == "https://portal/organisations"
    for answer in (plain, forged):
        assert "; secure" not in answer.headers["set-cookie"].lower()


async def test_a_form_of_the_host_that_the_gateway_names_is_our_own(app: Any) -> None:
    """The gateway writes its own `Host`; what the browser sees stands in X-Forwarded-Host."""
    own = {"Origin": "https://sixclear.example", "X-Forwarded-Host": "sixclear.example", "X-Forwarded-Proto": "https"}
    foreign = own | {"Origin": "https://evil.example"}
    async with visitors(app) as browser:
        taken = await browser.post("/language", data={"lang": "en", "next": "/tasks"}, headers=own)
        assert (taken.status_code, taken.headers["location"]) == (303, "/tasks")
        assert (await browser.post("/language", data={"lang": "en"}, headers=foreign)).status_code == 403
        assert (
            await browser.post("/language", data={"lang": "en"}, headers=own | {"Origin": "null"})
        ).status_code == 403
        same = own | {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
        assert (await browser.post("/language", data={"lang": "en"}, headers=same)).status_code == 303
    async with visitors(app, peer="192.0.2.9") as stranger:
        said = {"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example"}
        assert (await stranger.post("/language", data={"lang": "en"}, headers=said)).status_code == 403


async def test_no_page_repeats_a_forged_host(app: Any) -> None:
    for peer in ("10.1.2.3", "192.0.2.9"):
        async with visitors(app, peer) as browser:
            for name in ("Host", "X-Forwarded-Host"):
                for path in ("/tasks/", "/", "/nowhere", "/feedback"):
                    answer = await browser.get(path, headers={name: "evil.example"})
                    assert "evil" not in answer.text + str(answer.headers)


NASTY = ["http://[", "http://[::1", "//[", "/\t/[", "/\t//x", "\\[", "http://a:99999999999", "http://a:b", "x" * 5_000]
NASTY += ["%", "%%5B", "nan", "1e999", "9" * 400, "null", "\u202e", "[" * 500, ";q=", "=;=", ",", "0x1", "-1", "\ud7ff"]
FIELDS = ["next", "lang", "form_key", "kind", "title", "text", "programme", "contact", "receipt_code", "reply"]
FIELDS += ["step", "step_key", "rating", "rating_words", "sure", "agreed", "erased_at", "body", "form_token", "work"]
HEADERS = ["origin", "host", "accept-language", "cookie", "sec-fetch-site", "accept-encoding", "x-forwarded-for"]
HEADERS += ["x-forwarded-host"]
HEADERS += ["x-forwarded-proto", "x-request-id", "referer", "traceparent", "if-none-match"]
QUERY = ("lang", "programme", "as_of", "q", "organisation", "status", "list", "next")
# Each is tried with each of these.
FORMS = ("/language", "/feedback/sent", "/feedback/mailbox")
PAGES = ("/", "/tasks", "/organisations", "/catalogue", "/feedback", "/feedback/mailbox", "/tasks/x", "/static/x")


@pytest.mark.parametrize("nasty", NASTY)
async def test_nothing_that_a_visitor_writes_is_a_fault_of_ours(app: Any, nasty: str) -> None:
    raw = nasty.encode().replace(b"\t", b" ")
    failed = []
    async with visitors(app) as browser:

        async def tried(method: str, path: str, **given: Any) -> None:
            answer = await browser.request(method, path, **given)
            if answer.status_code >= 500:
                failed.append((method, path, given))

        for path in FORMS:
            for field in FIELDS:
                await tried("POST", path, data={"receipt_code": RECEIPT, field: nasty})
            for header in HEADERS:
                form = "application/x-www-form-urlencoded"
                await tried("POST", path, content=b"next=/", headers=[("content-type", form), (header, raw)])
            await tried("POST", path, content=b"next=/", headers={"content-type": raw})
        for path in PAGES:
            await tried("GET", f"{path}?" + "&".join(f"{name}={quote(nasty)}" for name in QUERY))
            await tried("GET", f"{path}?{re.sub('[^!-~]', '', nasty)}")
        for path in ("/feedback", "/tasks/x", "/static/x"):
            for header in HEADERS:
                await tried("GET", path, headers=[(header, raw)])
        for path in ("/tasks/", "/organisations/", "/problems/", "/static/", "/"):
            await tried("GET", path + quote(nasty[:400], safe=""))
    assert failed == []


@pytest.mark.asyncio
async def test_a_program_hears_of_an_unknown_address_in_its_own_form(browser: httpx2.AsyncClient) -> None:
    for method in ("GET", "POST"):
        response = await browser.request(method, "/api/nothing", headers={"sec-fetch-site": "none"})
        assert (response.status_code, response.json()["code"]) == (404, "not-found")
        assert response.headers["content-type"] == "application/problem+json"
