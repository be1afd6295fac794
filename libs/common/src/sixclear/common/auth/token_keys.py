"""The issuer's public keys: where they come from, and which of them may prove a token."""

import warnings
from pathlib import Path
from typing import Protocol

import httpx2
import orjson
import structlog
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, JWKRegistry, Key, KeySet, OKPKey, RSAKey

from sixclear.common.auth.discovery import endpoint_of
from sixclear.common.auth.provider import Unusable, ask, authorities, json_object, provider_client
from sixclear.common.auth.refusals import Reason, TokenRefused
from sixclear.common.errors import Unavailable

_log = structlog.get_logger(__name__)

_SMALLEST_RSA_BITS = 2048  # NIST SP 800-131A
_MOST_KEYS = 100
_CURVES = {"ES256": ("P-256",), "EdDSA": ("Ed25519", "Ed448")}


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
            return public_keys(orjson.loads(self._path.read_bytes()))
        except (OSError, ValueError) as error:
            _log.error("key file cannot be read", error=type(error).__name__)
            raise Unavailable("The issuer's keys cannot be read.") from error


class KeyUrl:
    """A JWKS document behind a URL, or the one that the configuration of `issuer` names where there is no URL."""

    def __init__(
        self,
        url: str | None,
        *,
        issuer: str = "",
        ca_file: Path | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ):
        self._url = url
        self._issuer = issuer
        self._ca_file = ca_file
        self._transport = transport

    async def load(self) -> KeySet:
        try:
            return await self.fetch()
        except Unusable as error:
            _log.error("keys cannot be fetched", error=str(error))
            raise Unavailable("The issuer cannot be reached.") from error
        except (httpx2.HTTPError, OSError) as error:
            _log.error("keys cannot be fetched", error=type(error).__name__)
            raise Unavailable("The issuer cannot be reached.") from error

    async def fetch(self) -> KeySet:
        """The keys now; raises Unusable with its reason, an error of the HTTP client, or OSError for the file."""
        async with provider_client(authorities(self._ca_file), self._transport) as client:
            # Asked for each time: it is rare, and a provider may move its keys.
            address = self._url or await endpoint_of(client, self._issuer, "jwks_uri")
            what = "the list of the issuer's keys"
            document = json_object(*await ask(client, "GET", address, what=what), what)
        try:
            return public_keys(document)
        except ValueError as error:
            raise Unusable(f"{what} has no key that can be used") from error


def public_keys(document: object) -> KeySet:
    """The asymmetric keys of a JWKS document; what cannot be read is passed over, for issuers publish other keys too.

    Only the first hundred entries count. Raises ValueError when there is none.
    """
    entries = document.get("keys") if isinstance(document, dict) else None
    listed = entries[:_MOST_KEYS] if isinstance(entries, list) else []
    keys = [key for entry in listed if (key := _imported(entry)) is not None]
    if not keys:
        raise ValueError("no key can be used")
    return KeySet(keys)


def _imported(entry: object) -> Key | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # a weak key is refused where it would be used
            key = JWKRegistry.import_key(entry)  # type: ignore[arg-type]  # whatever stands there
            if not isinstance(key, RSAKey | ECKey | OKPKey):
                return None
            return JWKRegistry.import_key(key.as_dict(private=False)) if key.is_private else key
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None


def key_for(keys: KeySet, kid: str | None, algorithm: str) -> Key:
    """The key that `kid` names and that is made for `algorithm`; without a `kid` the only one that fits.

    Raises TokenRefused.
    """
    named = [key for key in keys if kid is None or key.kid == kid]
    if not named:
        raise TokenRefused(Reason.KEY_UNKNOWN)
    fitting = [key for key in named if fits(key, algorithm)]
    if not fitting:
        raise TokenRefused(Reason.KEY_UNFIT)
    if kid is None and len(fitting) > 1:
        raise TokenRefused(Reason.KEY_UNKNOWN)
    return fitting[0]


def fits(key: Key, algorithm: str) -> bool:
    """Whether `key` is of the type, size and purpose of `algorithm`: one key must never serve another algorithm."""
    stated, operations = key.get("alg"), key.get("key_ops")
    if key.get("use") not in (None, "sig"):
        return False
    if operations is not None and not (isinstance(operations, list) and "verify" in operations):
        return False
    if stated not in (None, algorithm) and not (algorithm == "EdDSA" and stated in _CURVES["EdDSA"]):
        return False
    if algorithm in ("RS256", "PS256"):
        return isinstance(key, RSAKey) and key.public_key.key_size >= _SMALLEST_RSA_BITS
    kind: type[ECKey | OKPKey] = ECKey if algorithm == "ES256" else OKPKey
    return isinstance(key, kind) and key.curve_name in _CURVES.get(algorithm, ())
