"""Who the visitor is behind trusted proxies; nothing that a stranger writes makes somebody else of him."""

import httpx2
import pytest
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import Receive, Scope, Send

from sixclear.common.settings import CommonSettings
from sixclear.common.visitor import address_in, client_address, network_of, trusted_networks
from sixclear.common.web.visitor import VisitorEdge, visitor_of

TRUSTED = trusted_networks("127.0.0.1, ::1,10.0.0.0/24")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1 ", "192.0.2.1"),
        ("192.0.2.1:5678", "192.0.2.1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ('"[2001:db8::1]:443"', "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[::ffff:192.0.2.1]:80", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25eth0]:80", "fe80::1"),
    ],
)
def test_port_brackets_and_zone_are_cut(text: str, address: str) -> None:
    assert str(address_in(text)) == address


@pytest.mark.parametrize(
    "text",
    [
        *("", ":", "%", "unknown", "_hidden", "nonsense", "192.0.2", "192.0.2.1 5", "0x7f.1", "1" * 10_000),
        *("192.0.2.1:", "192.0.2.1:http", "192.0.2.1:123456", "192.0.2.1:\u0668", "\u0661.0.2.1"),
        *("[2001:db8::1", "[2001:db8::1]x", "[]:1", "[%]:1", "::1::"),
    ],
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert address_in(text) is None


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:80", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ],
)
def test_a_household_is_one_client(address: str, network: str) -> None:
    assert network_of(address) == network


def test_only_a_trusted_peer_says_for_whom_it_asks() -> None:
    assert client_address("192.0.2.9", ["203.0.113.1"], TRUSTED) == "192.0.2.9"
    assert client_address("127.0.0.1", ["203.0.113.1"], TRUSTED) == "203.0.113.1"
    assert client_address("127.0.0.1", ["6.6.6.6, 203.0.113.1, 10.0.0.1"], TRUSTED) == "203.0.113.1"
    assert client_address("127.0.0.1", ["6.6.6.6", "203.0.113.1"], TRUSTED) == "203.0.113.1"
    assert client_address("127.0.0.1", ["6.6.6.6,203.0.113.1:999 ,, [::1]:5,"], TRUSTED) == "203.0.113.1"
    assert client_address("127.0.0.1", [], TRUSTED) == "127.0.0.1"
    assert client_address("::ffff:127.0.0.1", ["203.0.113.1"], TRUSTED) == "203.0.113.1"


def test_what_cannot_be_read_is_the_proxy_that_said_it() -> None:
    assert client_address("127.0.0.1", ["nonsense"], TRUSTED) == "127.0.0.1"
    assert client_address("127.0.0.1", ["203.0.113.1, nonsense, 10.0.0.7"], TRUSTED) == "10.0.0.7"
    assert client_address("192.0.2.9", ["nonsense"], TRUSTED) == "192.0.2.9"


def test_a_network_of_proxies_is_trusted_as_a_whole() -> None:
    trusted = trusted_networks("10.42.0.0/16,fd00::/8")
    assert client_address("10.42.7.9", ["203.0.113.1, 10.42.0.3"], trusted) == "203.0.113.1"
    assert client_address("10.43.0.1", ["203.0.113.1"], trusted) == "10.43.0.1"
    assert client_address("fd12::1", ["2001:db8::7"], trusted) == "2001:db8::7"


def test_what_is_no_network_stops_the_start() -> None:
    with pytest.raises(ValidationError, match="trusted_proxies"):
        CommonSettings(trusted_proxies="127.0.0.1,ingress")
    with pytest.raises(ValidationError, match="replicas"):
        CommonSettings(replicas=0)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Says for whom it is asked, and sends on to an address of its own."""
    request = Request(scope)
    answer = RedirectResponse(str(request.url.replace(path="/there")))
    answer.headers["visitor"] = visitor_of(scope)
    await answer(scope, receive, send)


async def asked(peer: str, trusted: str, *headers: tuple[str, str]) -> httpx2.Response:
    edge = VisitorEdge(app, trusted_networks(trusted))
    transport = httpx2.ASGITransport(edge, client=(peer, 50000))
    async with httpx2.AsyncClient(transport=transport, base_url="http://sixclear.test") as client:
        return await client.get("/here", headers=list(headers))


@pytest.mark.asyncio
async def test_behind_a_gateway_elsewhere_visitor_and_https_are_the_visitors() -> None:
    said = (("X-Forwarded-For", "203.0.113.1:4711"), ("X-Forwarded-Proto", "https"))
    answer = await asked("10.1.2.3", "10.0.0.0/8", *said)
    assert (answer.headers["visitor"], answer.headers["location"]) == ("203.0.113.1", "https://sixclear.test/there")


@pytest.mark.asyncio
async def test_a_stranger_is_believed_in_nothing() -> None:
    said = (("X-Forwarded-For", "203.0.113.1"), ("X-Forwarded-Proto", "https"))
    answer = await asked("192.0.2.9", "10.0.0.0/8", *said)
    assert (answer.headers["visitor"], answer.headers["location"]) == ("192.0.2.9", "http://sixclear.test/there")


@pytest.mark.asyncio
async def test_behind_a_gateway_that_writes_its_own_host_the_host_is_the_visitors() -> None:
    for said in ("sixclear.example", "evil.example, sixclear.example", "SIXCLEAR.example"):
        answer = await asked("10.1.2.3", "10.0.0.0/8", ("X-Forwarded-Host", said))
        assert answer.headers["location"].lower() == "http://sixclear.example/there"
    with_port = await asked("10.1.2.3", "10.0.0.0/8", ("X-Forwarded-Host", "[2001:db8::1]:8443"))
    assert with_port.headers["location"] == "http://[2001:db8::1]:8443/there"


@pytest.mark.asyncio
async def test_of_several_hosts_the_last_is_that_of_the_known_proxy() -> None:
    said = (("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Host", "sixclear.example"))
    answer = await asked("10.1.2.3", "10.0.0.0/8", *said)
    assert answer.headers["location"] == "http://sixclear.example/there"


@pytest.mark.asyncio
async def test_a_strangers_host_is_the_one_of_the_request() -> None:
    answer = await asked("192.0.2.9", "10.0.0.0/8", ("X-Forwarded-Host", "evil.example"))
    assert answer.headers["location"] == "http://sixclear.test/there"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "host", ["", "a b", "evil.example/x", "evil.example:99999999", "a@b", "[::1", "x\ty", "đ", "a,"]
)
async def test_a_host_that_is_none_changes_nothing(host: str) -> None:
    edge = VisitorEdge(app, trusted_networks("10.0.0.0/8"))
    headers = [(b"host", b"sixclear.test"), (b"x-forwarded-host", host.encode())]
    transport = httpx2.ASGITransport(edge, client=("10.1.2.3", 50000))
    async with httpx2.AsyncClient(transport=transport, base_url="http://sixclear.test") as client:
        answer = await client.get("/here", headers=headers)
    assert answer.headers["location"] == "http://sixclear.test/there"


@pytest.mark.asyncio
@pytest.mark.parametrize("scheme", ["javascript", "", "wss", "https\t;"])
async def test_a_scheme_that_is_none_changes_nothing(scheme: str) -> None:
    answer = await asked("10.1.2.3", "10.0.0.0/8", ("X-Forwarded-Proto", scheme))
    assert answer.headers["location"] == "http://sixclear.test/there"


@pytest.mark.asyncio
async def test_of_several_schemes_the_last_is_that_of_the_known_proxy() -> None:
    answer = await asked("10.1.2.3", "10.0.0.0/8", ("X-Forwarded-Proto", "http, HTTPS"))
    assert answer.headers["location"].startswith("https://")


def test_a_peer_without_an_address_is_on_this_machine() -> None:
    assert visitor_of({"client": None}) == "127.0.0.1"
    assert visitor_of({}) == "127.0.0.1"
