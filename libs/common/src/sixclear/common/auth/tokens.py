"""Access tokens: verified by the issuer's public keys, and where a setting says so by asking it once a minute."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import KeySet

from sixclear.common.auth.introspection import Introspection, TokenState
from sixclear.common.auth.refusals import Reason, Refusals, TokenRefused
from sixclear.common.auth.token_keys import KeyFile, KeySource, KeyUrl, key_for
from sixclear.common.auth.token_rules import TokenRules
from sixclear.common.caller import Caller, InvalidToken
from sixclear.common.clock import Clock, utc_now
from sixclear.common.errors import Unavailable
from sixclear.common.settings import CommonSettings

_LONGEST_TOKEN = 8192
_REMEMBERED_SECONDS = 60
_REMEMBERED_TOKENS = 4096
_FRESH_SECONDS = 600
_REFETCH_SECONDS = 10
_FIRST_FETCH_SECONDS = 1


@dataclass(frozen=True, slots=True)
class _Known:
    """A verified token; `since` is there for a clock that is set back, by which it would hold for longer."""

    since: float
    until: float
    caller: Caller


class _Registry(jws.JWSRegistry):
    """The algorithms of the rules and no others; a header parameter that is not known is passed over (RFC 7515 §4)."""

    def __init__(self, algorithms: Collection[str]) -> None:
        super().__init__(algorithms=algorithms, strict_check_header=False)

    def get_alg(self, name: str) -> Any:
        # Not super(): it warns at every token that RFC 9864 has new names for EdDSA, which providers do not send yet.
        if not self.allowed or name not in self.allowed:
            raise TokenRefused(Reason.ALGORITHM)
        return self.algorithms[name]


class TokenVerifier:
    """Checks a token's header, signature, issuer, audience and times by the rules, and says who calls.

    Verified tokens are remembered by hash for up to a minute, but never past their `exp`. Where there is a `state`, it
    is asked before a token is remembered, and the minute begins with the question: what is revoked later is refused
    within a minute. A cache in front of this one would make it two; `recognised` reads it without waiting. Keys are
    fetched again after ten minutes, and immediately for an unknown key id, though at most every ten seconds. While the
    issuer is away, known keys stay good; while it hangs, only callers with an unknown key wait, and one that fetches.
    """

    def __init__(
        self, rules: TokenRules, keys: KeySource, clock: Clock = utc_now, state: TokenState | None = None
    ) -> None:
        self._rules = rules
        self._state = state
        self._source = keys
        self._clock = clock
        self._keys: KeySet | None = None
        self._loaded_at = 0.0
        self._tried_at = float("-inf")
        self._lock = asyncio.Lock()
        self._remembered: OrderedDict[bytes, _Known] = OrderedDict()
        self._registry = _Registry(rules.algorithms)
        self._refusals = Refusals()

    @classmethod
    def from_settings(cls, settings: CommonSettings, clock: Clock = utc_now) -> "TokenVerifier":
        """The verifier that the settings describe: an outside provider's keys, or the embedded issuer's key file."""
        source: KeySource = (
            KeyUrl(settings.jwks_url, issuer=settings.issuer, ca_file=settings.identity_ca_file)
            if settings.outside_provider
            else KeyFile(settings.home / "identity" / "jwks.json")
        )
        return cls(TokenRules.from_settings(settings), source, clock, Introspection.from_settings(settings))

    async def verify(self, token: str) -> Caller:
        """The client that `token` was issued to. Raises InvalidToken, or Unavailable when no keys can be had.

        Unavailable also where the provider is to be asked and cannot be: what is not known is not let through. The
        reason of a refusal is logged and counted, and not told.
        """
        known = self.recognised(token)
        if known is not None:
            return known
        digest = _digest(token)
        try:
            caller, expires_at = await self._verified(token, self._clock())
            age = await self._state.confirmed(token, digest) if self._state is not None else 0.0
            if age is None:
                raise TokenRefused(Reason.NOT_ACTIVE)
        except TokenRefused as refused:
            self._refusals.note(refused.reason)
            raise InvalidToken from refused
        since = self._clock().timestamp() - age
        self._remember(digest, _Known(since, min(since + _REMEMBERED_SECONDS, expires_at), caller))
        return caller

    def recognised(self, token: str) -> Caller | None:
        """The client of a token that was verified within the last minute, else None: costs a hash and no request."""
        known = self._remembered.get(_digest(token))
        return known.caller if known is not None and known.since <= self._clock().timestamp() < known.until else None

    def remembers(self, token: str) -> bool:
        """Whether `token` was verified a moment ago: costs a hash and no request."""
        return self.recognised(token) is not None

    def _remember(self, digest: bytes, known: _Known) -> None:
        self._remembered[digest] = known
        self._remembered.move_to_end(digest)
        while len(self._remembered) > _REMEMBERED_TOKENS:
            self._remembered.popitem(last=False)

    async def _verified(self, token: str, now: datetime) -> tuple[Caller, float]:
        """The caller, and until when the token is good."""
        header = _header(token)
        self._rules.check_header(header)
        keys = await self._keys_with(header.get("kid"), now.timestamp())
        key = key_for(keys, header.get("kid"), header["alg"])
        try:
            claims = jwt.decode(token, key, registry=self._registry).claims
        except BadSignatureError as error:
            raise TokenRefused(Reason.SIGNATURE) from error
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise TokenRefused(Reason.MALFORMED) from error
        return self._rules.caller_of(header, claims, now), float(claims["exp"])

    async def _keys_with(self, kid: str | None, now: float) -> KeySet:
        """The keys, fetched again where they are old or do not have `kid`; raises Unavailable without any.

        A provider's new key must be fetched when its first token comes, but a stranger can name a new key in each
        request, and would have us ask the provider each time. So every try counts, a failed one too: the next one comes
        ten seconds later (one, before there are any keys), and all who wait share it. While the provider hangs,
        callers with an unknown key wait, and the one that fetches. Limit: a second new key within ten seconds is
        refused until they are over, and a key that was withdrawn counts for ten minutes, or for as long as the provider
        is away (`test_a_new_key_is_fetched_but_not_for_every_made_up_key_id`).
        """
        known = self._keys is not None and (kid is None or kid in {key.kid for key in self._keys})
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


def _header(token: str) -> dict[str, Any]:
    """The header, of which nothing is proved yet; raises TokenRefused for what is no token."""
    if len(token) > _LONGEST_TOKEN or not token.isascii():
        raise TokenRefused(Reason.MALFORMED)
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise TokenRefused(Reason.MALFORMED) from error
    if not isinstance(header, dict):
        raise TokenRefused(Reason.MALFORMED)
    return header


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
