"""Calls to the OpenID provider: whom they trust, and how long and large an answer may be."""

import asyncio
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import httpx2
import orjson

_SECONDS = 10.0
_CONNECT_SECONDS = 5.0
_LONGEST_BYTES = 1_048_576  # a hundred keys with their certificates take a third of it


class Unusable(Exception):
    """What the provider answered cannot be used; the text says why and holds nothing secret."""


def authorities(ca_file: Path | None) -> ssl.SSLContext:
    """Whom calls to the provider trust: those of the file, else the system's. Raises OSError for an unusable file.

    Costs about 20 ms, in which the process answers no request: a frequent caller keeps it.
    """
    return httpx2.create_ssl_context() if ca_file is None else ssl.create_default_context(cafile=ca_file)


def provider_client(trusted: ssl.SSLContext, transport: httpx2.AsyncBaseTransport | None = None) -> httpx2.AsyncClient:
    """A client for the provider alone. It follows no redirect: who redirects could name another machine, or http."""
    return httpx2.AsyncClient(
        transport=transport, timeout=_CONNECT_SECONDS, verify=trusted, headers={"Accept-Encoding": "identity"}
    )


def client_proof(client_id: str, secret: str) -> httpx2.BasicAuth:
    """Name and secret of a client, each form-encoded before they are joined (RFC 6749 §2.3.1)."""
    return httpx2.BasicAuth(quote_plus(client_id), quote_plus(secret))


async def ask(client: httpx2.AsyncClient, method: str, address: str, *, what: str, **options: Any) -> tuple[int, bytes]:
    """Status and body of an answer of at most 1 MiB that is whole within ten seconds; `what` names it in refusals.

    Raises Unusable, or an error of the HTTP client. The bounds are for a provider that was taken over or whose address
    is another server's: it may not fill the memory of every service, nor hold callers for as long as it drips.
    """
    try:
        async with (
            asyncio.timeout(_SECONDS),
            client.stream(method, address, headers={"Accept": "application/json"}, **options) as answer,
        ):
            if answer.is_redirect:
                raise Unusable(f"{what} leads to another address ({answer.status_code}); redirects are not followed")
            if "content-encoding" in answer.headers:
                raise Unusable(f"{what} is compressed, which was not asked for")
            return answer.status_code, await _bounded(answer, what)
    except TimeoutError as error:
        raise Unusable(f"{what} was not whole within {_SECONDS:.0f} s") from error


async def _bounded(answer: httpx2.Response, what: str) -> bytes:
    body = bytearray()
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > _LONGEST_BYTES:
            raise Unusable(f"{what} is longer than {_LONGEST_BYTES} bytes")
    return bytes(body)


def json_object(status: int, body: bytes, what: str) -> dict[str, Any]:
    """The JSON object of an answer with status 200; raises Unusable."""
    if status != 200:
        raise Unusable(f"{what} was answered with status {status}")
    try:
        found = orjson.loads(body)
    except ValueError as error:
        raise Unusable(f"{what} is not JSON") from error
    if not isinstance(found, dict):
        raise Unusable(f"{what} is no JSON object")
    return found
