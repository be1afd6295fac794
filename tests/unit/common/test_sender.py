"""What goes out to addresses that people entered: to whom, how long, how much, and never anywhere else."""

import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

import pytest
from tests.unit.common.provider_server import Handler, ProviderServer, provider_server, send

from sixclear.common.sender.addresses import checked
from sixclear.common.sender.errors import NotSent
from sixclear.common.sender.sender import Bounds, Outgoing, Reply, Sender
from sixclear.common.testing.authority import Authority
from sixclear.common.visitor import trusted_networks

pytestmark = [pytest.mark.asyncio]

THIS_MACHINE = trusted_networks("127.0.0.0/8")


@pytest.fixture
def receiver() -> Iterator[ProviderServer]:
    with provider_server() as server:
        yield server


def named(*addresses: str) -> Callable[[str, int], Awaitable[Sequence[str]]]:
    async def ask(host: str, port: int) -> Sequence[str]:
        return addresses

    return ask


async def refused(sender: Sender, address: str, content: bytes = b"{}") -> NotSent:
    with pytest.raises(NotSent) as caught:
        await sender.send(Outgoing("POST", address, {"Authorization": "Bearer secret"}, content))
    assert "secret" not in str(caught.value)
    assert address not in str(caught.value)
    return caught.value


async def test_a_report_reaches_its_receiver(receiver: ProviderServer) -> None:
    receiver.answers["/reports"] = {"id": "7"}
    reply = await Sender(THIS_MACHINE).send(
        Outgoing("POST", f"{receiver.url}/reports", {"Authorization": "Bearer secret"}, b"a=1")
    )
    assert (reply.status, reply.content) == (200, b'{"id": "7"}')
    assert receiver.asked == [("/reports", {"a": ["1"]}, "Bearer secret")]
    assert "secret" not in repr(Outgoing("POST", "https://a.vn", {"Authorization": "Bearer secret"}, b"secret"))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::1",
        "fec0::1",
        "64:ff9b:1::a00:1",
        "::ffff:0:a00:1",
    ],
)
async def test_no_machine_of_the_own_network_is_reached(address: str) -> None:
    with pytest.raises(NotSent) as caught:
        await checked("receiver.example", 443, (), named(address))
    assert (caught.value.code, caught.value.again) == ("address-private", False)


async def test_one_private_address_among_several_refuses_all() -> None:
    with pytest.raises(NotSent, match="address-private"):
        await checked("receiver.example", 443, (), named("203.0.114.10", "10.0.0.1"))
    assert await checked("receiver.example", 443, (), named("203.0.114.10", "2a00:1450::1")) == (
        ["203.0.114.10", "2a00:1450::1"],
        False,
    )


async def test_a_mapped_address_is_the_one_that_a_setting_allows() -> None:
    assert await checked("receiver.example", 443, THIS_MACHINE, named("::ffff:127.0.0.1")) == (["127.0.0.1"], True)


async def test_a_name_that_changes_its_address_reaches_nothing(receiver: ProviderServer) -> None:
    """The name is asked for once: the machine that it has at that moment is the one that is connected to."""
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    receiver.answers["/"] = {}
    port = receiver.url.rpartition(":")[2]
    reply = await Sender(THIS_MACHINE, ask=rebinding).send(Outgoing("PUT", f"http://receiver.example:{port}/"))
    # The test's server takes no PUT: it was reached, by the name that it is called.
    assert (reply.status, asked) == (501, ["receiver.example"])
    with pytest.raises(NotSent, match="address-private"):
        await Sender(THIS_MACHINE, ask=rebinding).send(Outgoing("PUT", f"http://receiver.example:{port}/"))


async def test_this_machine_is_refused_unless_it_is_allowed(receiver: ProviderServer) -> None:
    for address in (receiver.url, receiver.url.replace("127.0.0.1", "localhost")):
        assert (await refused(Sender(), address)).code == "address-private"
    assert receiver.asked == []


@pytest.mark.parametrize("address", ["ftp://a.vn", "file:///etc/passwd", "https://", "https://a:b@a.vn", "a.vn"])
async def test_what_is_no_address_of_a_server_is_refused(address: str) -> None:
    failure = await refused(Sender(THIS_MACHINE), address)
    assert (failure.code, failure.again) == ("address-invalid", False)


async def test_nothing_goes_over_plain_http_to_strangers() -> None:
    assert (await refused(Sender(ask=named("203.0.114.10")), "http://receiver.example/")).code == "plain-http"


async def test_a_redirect_is_not_followed(receiver: ProviderServer) -> None:
    receiver.answers["/"] = lambda handler: send(handler, b"", 307, Location=f"{receiver.url}/elsewhere")
    reply: Reply = await Sender(THIS_MACHINE).send(Outgoing("POST", f"{receiver.url}/"))
    assert reply.status == 307
    assert [path for path, _, _ in receiver.asked] == ["/"]


async def test_a_receiver_that_drips_is_left(receiver: ProviderServer) -> None:
    def drip(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not receiver.ends.wait(0.02):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    receiver.answers["/"] = drip
    failure = await refused(Sender(THIS_MACHINE, bounds=Bounds(seconds=0.3)), receiver.url)
    assert (failure.code, failure.again) == ("too-slow", True)


async def test_an_endless_reply_is_cut(receiver: ProviderServer) -> None:
    def flood(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while not receiver.ends.is_set():
                handler.wfile.write(b"x" * 65_536)
        except OSError:
            pass

    receiver.answers["/"] = flood
    failure = await refused(Sender(THIS_MACHINE, bounds=Bounds(received_bytes=100_000)), receiver.url)
    assert (failure.code, failure.again) == ("reply-too-large", False)


async def test_too_much_is_not_sent(receiver: ProviderServer) -> None:
    bounds = Bounds(sent_bytes=10)
    assert (await refused(Sender(THIS_MACHINE, bounds=bounds), receiver.url, b"x" * 11)).code == "content-too-large"
    assert receiver.asked == []


async def test_a_receiver_that_is_away_is_asked_again_later() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
        failure = await refused(Sender(THIS_MACHINE), address)
    assert (failure.code, failure.again) == ("no-connection", True)
    assert (await refused(Sender(ask=named()), "https://receiver.example")).code == "name-unknown"


async def test_a_certificate_is_that_of_the_name_and_of_the_named_authority(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    authority, other = Authority(tmp_path), Authority(tmp_path / "other")
    with provider_server(authority.certificate("receiver")) as receiver:
        receiver.answers["/"] = {}
        assert (await refused(Sender(THIS_MACHINE, other.file), receiver.url)).code == "certificate-refused"
        called = receiver.url.replace("127.0.0.1", "elsewhere.example")
        stranger = Sender(THIS_MACHINE, authority.file, ask=named("127.0.0.1"))
        assert (await refused(stranger, called)).code == "certificate-refused"
        assert receiver.asked == []
        sender = Sender(THIS_MACHINE, authority.file)
        assert (await sender.send(Outgoing("POST", f"{receiver.url}/"))).status == 200
        await sender.close()
