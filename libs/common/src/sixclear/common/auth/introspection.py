"""Whether the provider still stands by a token (RFC 7662): so a revoked one is refused within a minute."""

import asyncio
import ssl
import time
from collections import OrderedDict
from typing import Protocol

import httpx2
import structlog

from sixclear.common.auth.discovery import endpoint_of
from sixclear.common.auth.own_token import NoToken, client_secret
from sixclear.common.auth.provider import (
    Unusable,
    ask,
    authorities,
    client_proof,
    json_object,
    provider_client,
)
from sixclear.common.errors import Unavailable
from sixclear.common.settings import CommonSettings

_log = structlog.get_logger(__name__)

_WHAT = "the answer of the introspection endpoint"
_ANSWER_SECONDS = 5.0
_REFUSED_SECONDS = 60.0
_REFUSED_TOKENS = 4096
_ENDPOINT_SECONDS = 600.0
_PAUSE_SECONDS = 1.0  # who comes meanwhile is told so without a question
_QUIET_SECONDS = 10.0
_AT_A_TIME = 16


class TokenState(Protocol):
    """Who knows whether a token that was verified still holds."""

    async def confirmed(self, token: str, digest: bytes) -> float | None:
        """Seconds since the question to which the answer was that it holds; None where it does not.

        Raises Unavailable where that cannot be told.
        """


class Introspection:
    """Asks the provider about a token whose signature and claims are right already; strangers cause no question.

    One question serves all who come with the same token meanwhile, and at most sixteen are on their way. That a token
    no longer holds is remembered for a minute; that it holds, the verifier remembers. A provider that is away, answers
    otherwise or takes more than five seconds leaves the state unknown: Unavailable, never a guess. After a
    failure it is not asked for a second. The endpoint is the setting's address, else the one that the issuer names.
    """

    def __init__(self, settings: CommonSettings, *, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._settings = settings
        self._transport = transport
        self._found: tuple[str, float] | None = None
        self._trusted: ssl.SSLContext | None = None
        self._asking: dict[bytes, tuple[asyncio.Task[bool], float]] = {}
        self._refused: OrderedDict[bytes, float] = OrderedDict()
        self._places = asyncio.Semaphore(_AT_A_TIME)
        self._away_until = 0.0
        self._quiet_until = 0.0

    @classmethod
    def from_settings(cls, settings: CommonSettings) -> "Introspection | None":
        """What the settings describe; None where no provider is asked."""
        return None if settings.identity_introspection == "off" else cls(settings)

    async def confirmed(self, token: str, digest: bytes) -> float | None:
        """Seconds since the question, None where the token does not hold; raises Unavailable without an answer."""
        if time.monotonic() < self._refused.get(digest, 0.0):
            return None
        if digest not in self._asking:
            task = asyncio.create_task(self._answer(token), name="token introspection")
            self._asking[digest] = task, time.monotonic()
            task.add_done_callback(lambda done: self._answered(digest, done))
        asking, asked_at = self._asking[digest]
        active = await asyncio.shield(asking)  # who leaves does not take the answer from the others
        return time.monotonic() - asked_at if active else None

    async def ask_once(self, token: str) -> bool:
        """What the provider says, without what is remembered; raises Unusable, NoToken, an HTTP error or OSError."""
        settings = self._settings
        secret = settings.identity_introspection_secret
        proof = client_proof(
            settings.identity_introspection_client or settings.client_id or "",
            secret.get_secret_value() if secret is not None else client_secret(settings),
        )
        form = {"token": token, "token_type_hint": "access_token"}
        async with asyncio.timeout(_ANSWER_SECONDS):
            self._trusted = self._trusted or authorities(settings.identity_ca_file)
            async with provider_client(self._trusted, self._transport) as client:
                address = await self._endpoint(client)
                found = json_object(*await ask(client, "POST", address, what=_WHAT, data=form, auth=proof), _WHAT)
        if not isinstance(found.get("active"), bool):
            raise Unusable(f"{_WHAT} does not say whether the token is active")
        return found["active"] is True

    async def _answer(self, token: str) -> bool:
        try:
            async with self._places:
                if time.monotonic() < self._away_until:
                    raise _unknown()
                return await self.ask_once(token)
        except (Unusable, NoToken) as error:
            raise self._failed(str(error)) from error
        except (httpx2.HTTPError, OSError) as error:  # TimeoutError is an OSError
            self._trusted = None  # there may be a new authority; to read it at each refusal would hold up everybody
            raise self._failed(type(error).__name__) from error

    def _answered(self, digest: bytes, done: asyncio.Task[bool]) -> None:
        del self._asking[digest]
        if done.cancelled() or done.exception() is not None or done.result():
            return
        self._refused[digest] = time.monotonic() + _REFUSED_SECONDS
        self._refused.move_to_end(digest)
        while len(self._refused) > _REFUSED_TOKENS:
            self._refused.popitem(last=False)

    def _failed(self, reason: str) -> Unavailable:
        self._found = None  # the provider may have moved
        self._away_until = time.monotonic() + _PAUSE_SECONDS
        if time.monotonic() >= self._quiet_until:
            self._quiet_until = time.monotonic() + _QUIET_SECONDS
            _log.error("state of a token not known", error=reason, look_at="SIXCLEAR_IDENTITY_INTROSPECTION")
        return _unknown()

    async def _endpoint(self, client: httpx2.AsyncClient) -> str:
        """The setting's address, or the issuer's, which is asked for again after ten minutes and after a failure."""
        if self._settings.identity_introspection != "on":
            return self._settings.identity_introspection
        if self._found is None or time.monotonic() > self._found[1]:
            address = await endpoint_of(client, self._settings.issuer, "introspection_endpoint")
            self._found = address, time.monotonic() + _ENDPOINT_SECONDS
        return self._found[0]


def _unknown() -> Unavailable:
    return Unavailable("The issuer cannot be asked whether the token still holds.", retry_after_seconds=2)
