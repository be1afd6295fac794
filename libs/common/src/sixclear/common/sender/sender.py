"""One request to an address that people entered, within bounds both ways.

It uses the transport alone, without a client above it: no redirect is followed, since it could lead to a machine that
was never looked at; no proxy of the environment is asked, no cookie is kept, and no connection is used again: one that
was opened under another name was proved for that name only.
"""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from sixclear.common.sender.addresses import Resolve, checked, resolve
from sixclear.common.sender.errors import NotSent
from sixclear.common.visitor import Network

_CONNECT_SECONDS = 5.0
_ONE_USE = httpx2.Limits(max_connections=None, max_keepalive_connections=0)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is sent. Headers may hold secrets: it is never logged."""

    method: str
    address: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: also a redirect or a refusal. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a request may take in all, and how many bytes go out and come in at most."""

    seconds: float = 30.0
    sent_bytes: int = 4 * 1024 * 1024
    received_bytes: int = 256 * 1024


class Sender:
    """Sends to public addresses, and to the networks of `allowed`; plain http only to these."""

    def __init__(
        self,
        allowed: Sequence[Network] = (),
        ca_file: Path | None = None,
        bounds: Bounds | None = None,
        ask: Resolve = resolve,
    ) -> None:
        self._allowed, self._ca_file, self._ask = allowed, ca_file, ask
        self._bounds = bounds or Bounds()
        self._timeout = httpx2.Timeout(self._bounds.seconds, connect=_CONNECT_SECONDS).as_dict()
        self._transport: httpx2.AsyncHTTPTransport | None = None

    async def send(self, outgoing: Outgoing) -> Reply:
        """The reply to a request, whatever its status; raises NotSent.

        After a NotSent the request may have arrived all the same: send it again under the key that it had.
        """
        if len(outgoing.content) > self._bounds.sent_bytes:
            raise NotSent("content-too-large", again=False)
        try:
            async with asyncio.timeout(self._bounds.seconds):
                return await self._sent(outgoing)
        except TimeoutError:
            raise NotSent("too-slow") from None

    async def close(self) -> None:
        """Close what is open; the sender opens it again when it is used."""
        if self._transport is not None:
            await self._transport.aclose()
            self._transport = None

    async def _sent(self, outgoing: Outgoing) -> Reply:
        url = _url(outgoing.address)
        addresses, own = await checked(_host(url), url.port or _PORTS[url.scheme], self._allowed, self._ask)
        if url.scheme == "http" and not own:
            raise NotSent("plain-http", again=False)
        failure = NotSent("no-connection", down=True)
        for address in addresses:
            try:
                return await self._sent_to(outgoing, url, address)
            except httpx2.ConnectError as error:  # nothing was sent yet: the next address may be reachable
                code = "certificate-refused" if _is_about_certificate(error) else "no-connection"
                failure = NotSent(code, down=True)
            except httpx2.HTTPError:
                raise NotSent("connection-broken") from None
        raise failure

    async def _sent_to(self, outgoing: Outgoing, url: httpx2.URL, address: str) -> Reply:
        request = httpx2.Request(
            outgoing.method,
            url.copy_with(host=address),
            headers={"Accept-Encoding": "identity", **outgoing.headers, "Host": url.netloc.decode("ascii")},
            content=outgoing.content,
            # The certificate is that of the name, though the connection goes to the address.
            extensions={"sni_hostname": _host(url), "timeout": self._timeout},
        )
        reply = await self._opened().handle_async_request(request)
        try:
            content = await _bounded(reply, self._bounds.received_bytes)
        finally:
            await reply.aclose()
        return Reply(reply.status_code, {name.lower(): value for name, value in reply.headers.items()}, content)

    def _opened(self) -> httpx2.AsyncHTTPTransport:
        if self._transport is None:
            context = (
                httpx2.create_ssl_context(trust_env=False)
                if self._ca_file is None
                else ssl.create_default_context(cafile=self._ca_file)
            )
            self._transport = httpx2.AsyncHTTPTransport(verify=context, trust_env=False, limits=_ONE_USE)
        return self._transport


_PORTS = {"http": 80, "https": 443}


def _url(address: str) -> httpx2.URL:
    try:
        url = httpx2.URL(address)
    except httpx2.InvalidURL:
        raise NotSent("address-invalid", again=False) from None
    if url.scheme not in _PORTS or not url.host or url.userinfo:
        raise NotSent("address-invalid", again=False)
    return url


def _host(url: httpx2.URL) -> str:
    """The name as the resolver and certificates have it."""
    return url.raw_host.decode("ascii")


async def _bounded(reply: httpx2.Response, most: int) -> bytes:
    """The body as it comes on the wire: what is compressed stays so, however large it would become."""
    body = bytearray()
    async for part in reply.aiter_raw():
        body += part
        if len(body) > most:
            # The request arrived. Another try would bring the same.
            raise NotSent("reply-too-large", again=False)
    return bytes(body)


def _is_about_certificate(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
