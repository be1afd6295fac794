"""What an OpenID provider says of itself: where its keys are, and where it gives tokens (OpenID Connect Discovery)."""

import httpx2

from sixclear.common.auth.provider import Unusable, ask, json_object

_PATH = "/.well-known/openid-configuration"
_WHAT = "the issuer's configuration"


async def endpoint_of(client: httpx2.AsyncClient, issuer: str, name: str) -> str:
    """The address that the configuration of `issuer` names; raises Unusable, or an error of the HTTP client.

    It must be the configuration of this very issuer (RFC 8414 §3.3), and must not lead from https to http.
    """
    found = json_object(*await ask(client, "GET", issuer.rstrip("/") + _PATH, what=_WHAT), _WHAT)
    if found.get("issuer") != issuer:
        raise Unusable("the configuration at SIXCLEAR_ISSUER_URL is that of another issuer")
    address = found.get(name)
    allowed = ("https://",) if issuer.startswith("https://") else ("https://", "http://")
    if not isinstance(address, str) or not address.startswith(allowed):
        raise Unusable(f"the issuer's configuration names no usable {name}")
    return address
