"""What an OpenID provider says of itself: where its keys are, and where it gives tokens (OpenID Connect Discovery)."""

import ssl
from pathlib import Path
from typing import Any

import httpx2

_PATH = "/.well-known/openid-configuration"


class NotDescribed(Exception):
    """The configuration of the issuer cannot be used; the text says why and holds nothing secret."""


async def endpoint_of(client: httpx2.AsyncClient, issuer: str, name: str) -> str:
    """The address that the configuration of `issuer` names; raises NotDescribed, or an error of the HTTP client.

    It must be the configuration of this very issuer (RFC 8414 §3.3), and must not lead from https to http.
    """
    found = _object(await client.get(issuer.rstrip("/") + _PATH))
    if found.get("issuer") != issuer:
        raise NotDescribed("the configuration at SIXCLEAR_ISSUER_URL is that of another issuer")
    address = found.get(name)
    allowed = ("https://",) if issuer.startswith("https://") else ("https://", "http://")
    if not isinstance(address, str) or not address.startswith(allowed):
        raise NotDescribed(f"the issuer's configuration names no usable {name}")
    return address


def _object(answer: httpx2.Response) -> dict[str, Any]:
    try:
        body = answer.json() if answer.status_code == 200 else None
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise NotDescribed(f"the issuer's configuration is no JSON object (status {answer.status_code})")
    return body


def authorities(ca_file: Path | None) -> ssl.SSLContext | bool:
    """Whom calls to the provider trust: those of the file, else the system's. Raises OSError for an unusable file."""
    return True if ca_file is None else ssl.create_default_context(cafile=ca_file)
