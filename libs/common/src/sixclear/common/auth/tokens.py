"""Access tokens: verified by the issuer's public keys, never by asking it."""

import asyncio
import hashlib
import logging
from collections import OrderedDict
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import httpx2
import orjson
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from sixclear.common.auth.access import Caller, InvalidToken
from sixclear.common.clock import Clock, utc_now
from sixclear.common.settings import CommonSettings
from sixclear.common.web.problems import Unavailable

logger = logging.getLogger(__name__)

ALGORITHM = "ES256"
TOKEN_TYPE = "at+jwt"  # noqa: S105  (RFC 9068's name for access tokens)

_LONGEST_TOKEN = 8192
_REMEMBERED_SECONDS = 60
_REMEMBERED_TOKENS = 4096
_FRESH_SECONDS = 600
_REFETCH_SECONDS = 10
_FIRST_FETCH_SECONDS = 1
_LEEWAY_SECONDS = 5


class KeySource(Protocol):
    """Where an issuer's public keys come from."""

    async def load(self) -> KeySet:
        """The keys now; raises Unavailable when they cannot be had."""


class KeyFile:
    """A JWKS file of this machine: the embedded issuer's."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def load(self) -> KeySet:
        try:
            return _public_keys(self._path.read_bytes())
        except (OSError, ValueError, KeyError, JoseError) as error:
            logger.error("key file cannot be read: %s", type(error).__name__)
            raise Unavailable("The issuer's keys cannot be read.") from error


class KeyUrl:
    """A JWKS document behind a URL."""

    def __init__(self, url: str, *, timeout_seconds: float = 5.0, transport: httpx2.AsyncBaseTransport | None = None):
        self._url = url
        self._timeout_seconds = timeout_seconds
        self._transport = transport

    async def load(self) -> KeySet:
        try:
            async with httpx2.AsyncClient(timeout=self._timeout_seconds, transport=self._transport) as client:
                answer = await client.get(self._url)
                answer.raise_for_status()
                return _public_keys(answer.content)
        except (httpx2.HTTPError, ValueError, KeyError, JoseError) as error:
            logger.error("keys cannot be fetched: %s", type(error).__name__)
            raise Unavailable("The issuer cannot be reached.") from error


def _public_keys(document: bytes) -> KeySet:
    keys = KeySet.import_key_set(orjson.loads(document))
    return KeySet.import_key_set(keys.as_dict(private=False))


class TokenVerifier:
    """Checks signature (ES256 only), type, issuer, audience and times of a token, and says who calls.

    Verified tokens are remembered by hash for up to a minute, but never past their `exp`. Keys are fetched again after
    ten minutes, and at once for an unknown key id, though at most every ten seconds. While the issuer is away, known
    keys stay good, and while it hangs only those wait whose key is not known, and one who fetches again.
    """

    def __init__(self, *, issuer: str, audience: str, keys: KeySource, clock: Clock = utc_now) -> None:
        self._issuer = issuer
        self._audience = audience
        self._source = keys
        self._clock = clock
        self._keys: KeySet | None = None
        self._loaded_at = 0.0
        self._tried_at = float("-inf")
        self._lock = asyncio.Lock()
        self._remembered: OrderedDict[bytes, tuple[float, Caller]] = OrderedDict()
        self._registry = jws.JWSRegistry(algorithms=[ALGORITHM])

    @classmethod
    def from_settings(cls, settings: CommonSettings, clock: Clock = utc_now) -> "TokenVerifier":
        """The verifier that the settings describe: a JWKS URL, or the embedded issuer's key file."""
        source: KeySource = (
            KeyUrl(settings.jwks_url) if settings.jwks_url else KeyFile(settings.home / "identity" / "jwks.json")
        )
        return cls(issuer=settings.issuer, audience=settings.audience, keys=source, clock=clock)

    async def verify(self, token: str) -> Caller:
        """The client that `token` was issued to. Raises InvalidToken, or Unavailable when no keys can be had."""
        now = self._clock()
        digest = _digest(token)
        known = self._remembered.get(digest)
        if known is not None and now.timestamp() < known[0]:
            return known[1]
        claims = await self._verified_claims(token, now)
        caller = _caller(claims)
        self._remember(digest, min(now.timestamp() + _REMEMBERED_SECONDS, float(claims["exp"])), caller)
        return caller

    def remembers(self, token: str) -> bool:
        """Whether `token` was verified a moment ago: costs a hash and asks nobody."""
        known = self._remembered.get(_digest(token))
        return known is not None and self._clock().timestamp() < known[0]

    def _remember(self, digest: bytes, until: float, caller: Caller) -> None:
        self._remembered[digest] = (until, caller)
        self._remembered.move_to_end(digest)
        while len(self._remembered) > _REMEMBERED_TOKENS:
            self._remembered.popitem(last=False)

    async def _verified_claims(self, token: str, now: datetime) -> dict[str, Any]:
        if len(token) > _LONGEST_TOKEN or not token.isascii():
            raise InvalidToken
        try:
            header = jws.extract_compact(token.encode()).headers()
            if header.get("alg") != ALGORITHM or str(header.get("typ")).lower() != TOKEN_TYPE:
                raise InvalidToken
            keys = await self._keys_with(header.get("kid"), now.timestamp())
            decoded = jwt.decode(token, keys, algorithms=[ALGORITHM], registry=self._registry)
            self._claims_registry(now).validate(decoded.claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise InvalidToken from error
        return decoded.claims

    def _claims_registry(self, now: datetime) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )

    async def _keys_with(self, kid: object, now: float) -> KeySet:
        known = self._keys is not None and kid in {key.kid for key in self._keys}
        due = not known or now - self._loaded_at > _FRESH_SECONDS
        if due and not (known and self._lock.locked()):
            async with self._lock:
                if now - self._tried_at >= (_REFETCH_SECONDS if self._keys else _FIRST_FETCH_SECONDS):
                    await self._reload(now)
        if self._keys is None:
            raise Unavailable("The issuer cannot be reached.")
        return self._keys

    async def _reload(self, now: float) -> None:
        self._tried_at = now
        try:
            self._keys = await self._source.load()
            self._loaded_at = now
        except Unavailable:
            if self._keys is None:
                raise


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _caller(claims: dict[str, Any]) -> Caller:
    organisation = claims.get("organisation_id")
    scope = claims.get("scope", "")
    if not isinstance(scope, str) or not isinstance(organisation, str | None):
        raise InvalidToken
    try:
        organisation_id = UUID(organisation) if organisation else None
    except ValueError as error:
        raise InvalidToken from error
    return Caller(client_id=claims["sub"], organisation_id=organisation_id, scopes=frozenset(scope.split()))
