"""The embedded issuer: client credentials in, access tokens out. For development and tests only."""

import base64
import binascii
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import orjson
from joserfc.jwk import ECKey, KeySet
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from sixclear.common.clock import Clock, utc_now
from sixclear.common.issuer.clients import Client, load_clients
from sixclear.common.issuer.key_store import signing_key
from sixclear.common.issuer.minting import LIFETIME, mint
from sixclear.common.issuer.wrong_secrets import WrongSecrets
from sixclear.common.settings import CommonSettings
from sixclear.common.web.access import Access, RuledRoute
from sixclear.common.web.edge import EdgeMiddleware
from sixclear.common.web.exception_handlers import exception_handlers
from sixclear.common.web.limits import LimitsMiddleware
from sixclear.common.web.unexpected_errors import UnexpectedErrorMiddleware
from sixclear.common.web.visitor import visitor_of

TOKEN_PATH = "/oauth2/token"  # noqa: S105  (a path)
CONFIGURATION_PATH = "/.well-known/openid-configuration"
KEYS_PATH = "/.well-known/jwks.json"

_LONGEST_FORM = 8192
_NO_CLIENT = Client("", "no such client", (), None)
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="sixclear", charset="UTF-8"'}


class IssuerRefused(RuntimeError):
    """The embedded issuer does not run in production."""


class _Refused(Exception):
    """An error answer of RFC 6749 §5.2."""

    def __init__(
        self, error: str, description: str, *, status: int = 400, headers: dict[str, str] | None = None
    ) -> None:
        self.body = {"error": error, "error_description": description}
        self.status = status
        self.headers = headers


class _WrongClient(_Refused):
    """Unknown client or wrong secret: the answer is the same."""

    def __init__(self) -> None:
        text = "The client is not known or its secret is wrong."
        super().__init__("invalid_client", text, status=401, headers=_CHALLENGE)


class _TooManyWrong(_Refused):
    """This visitor was wrong too often; also a right secret waits, or guessing would go on."""

    def __init__(self, seconds: int) -> None:
        text = "Too many wrong secrets came from this address. Wait as long as Retry-After says."
        super().__init__("slow_down", text, status=429, headers={"Retry-After": str(seconds)})


def create_issuer_app(settings: CommonSettings, clock: Clock = utc_now) -> Starlette:
    """The issuer as a Starlette application with full paths; makes its key at first start.

    Clients are those in `identity/clients.json` at the time of the request. Raises IssuerRefused in production.
    """
    if settings.env == "production":
        raise IssuerRefused(
            "The embedded issuer and its demonstration clients do not run with SIXCLEAR_ENV=production. "
            "Set SIXCLEAR_ISSUER_URL and SIXCLEAR_JWKS_URL to your OpenID provider."
        )
    issuer = _Issuer(settings, signing_key(settings.home), clock)
    public = Access.public("clients prove themselves here, and keys are public")

    async def token(request: Request) -> Response:
        try:
            return _json(await issuer.grant(request), no_store=True)
        except _Refused as refused:
            return _json(refused.body, status=refused.status, headers=refused.headers, no_store=True)

    async def configuration(request: Request) -> Response:
        return _json(issuer.configuration())

    async def keys(request: Request) -> Response:
        return _json(issuer.public_keys())

    return Starlette(
        routes=[
            RuledRoute(TOKEN_PATH, token, access=public, methods=["POST"]),
            RuledRoute(CONFIGURATION_PATH, configuration, access=public),
            RuledRoute(KEYS_PATH, keys, access=public),
        ],
        middleware=[
            Middleware(EdgeMiddleware),
            Middleware(UnexpectedErrorMiddleware),
            Middleware(LimitsMiddleware, default_limit=_LONGEST_FORM),
        ],
        exception_handlers=exception_handlers(),
    )


class _Issuer:
    def __init__(self, settings: CommonSettings, key: ECKey, clock: Clock) -> None:
        self._home: Path = settings.home
        self._name = settings.issuer
        self._audience = settings.audiences[0]
        self._key = key
        self._clock = clock
        self._wrong_secrets = WrongSecrets()

    def public_keys(self) -> dict[str, Any]:
        return dict(KeySet([self._key]).as_dict(private=False))

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self._name,
            "token_endpoint": self._name + TOKEN_PATH,
            "jwks_uri": self._name + KEYS_PATH,
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }

    async def grant(self, request: Request) -> dict[str, Any]:
        """The answer of the token endpoint (RFC 6749 §4.4); raises _Refused."""
        form = await _form(request)
        visitor = visitor_of(request.scope)
        if seconds := self._wrong_secrets.waits_seconds(visitor):
            raise _TooManyWrong(seconds)
        try:
            client = self._authenticated(request, form)
        except _WrongClient:
            self._wrong_secrets.add(visitor)
            raise
        if "grant_type" not in form:
            raise _Refused("invalid_request", "grant_type is missing.")
        if form["grant_type"] != "client_credentials":
            raise _Refused("unsupported_grant_type", "Only client_credentials is supported.")
        scopes = _scopes(client, form.get("scope", ""))
        token = mint(
            self._key,
            client_id=client.client_id,
            scopes=scopes,
            organisation_id=client.organisation_id,
            position=client.position,
            mandate=client.mandate,
            issuer=self._name,
            audience=self._audience,
            now=self._clock(),
        )
        lifetime = int(LIFETIME.total_seconds())
        return {"access_token": token, "token_type": "Bearer", "expires_in": lifetime, "scope": " ".join(scopes)}

    def _authenticated(self, request: Request, form: dict[str, str]) -> Client:
        header = request.headers.get("authorization")
        if header is not None and "client_secret" in form:
            raise _Refused("invalid_request", "Send the client's secret in one way only.")
        client_id, secret = (
            _basic(header) if header is not None else (form.get("client_id", ""), form.get("client_secret", ""))
        )
        known = next((client for client in load_clients(self._home) if client.client_id == client_id), None)
        # An unknown client costs the same comparison as a known one with a wrong secret.
        matches = (known or _NO_CLIENT).has_secret(secret)
        if known is None or not matches:
            raise _WrongClient()
        return known


async def _form(request: Request) -> dict[str, str]:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/x-www-form-urlencoded":
        raise _Refused("invalid_request", "Send application/x-www-form-urlencoded.")
    try:
        pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError as error:
        raise _Refused("invalid_request", "The form cannot be read.") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise _Refused("invalid_request", "A parameter is sent more than once.")
    return form


def _basic(header: str) -> tuple[str, str]:
    """Client and secret, each form-encoded before they were joined (RFC 6749 §2.3.1)."""
    kind, _, value = header.partition(" ")
    try:
        client_id, colon, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise _WrongClient() from error
    if kind.lower() != "basic" or not colon:
        raise _WrongClient()
    return unquote_plus(client_id), unquote_plus(secret)


def _scopes(client: Client, asked: str) -> tuple[str, ...]:
    """The asked scopes, or all of the client's when it asks for none."""
    wanted = tuple(dict.fromkeys(asked.split()))
    if not set(wanted) <= set(client.scopes):
        raise _Refused("invalid_scope", "The client may not have this scope.")
    return wanted or client.scopes


def _json(
    body: dict[str, Any], *, status: int = 200, headers: dict[str, str] | None = None, no_store: bool = False
) -> Response:
    caching = {"Cache-Control": "no-store"} if no_store else {"Cache-Control": "public, max-age=300"}
    return Response(orjson.dumps(body), status, headers={**caching, **(headers or {})}, media_type="application/json")
