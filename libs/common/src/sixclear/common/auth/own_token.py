"""A process's own access token: got by OAuth client credentials, renewed before it expires and when it was refused."""

import asyncio
import math
import random
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx2
import orjson
import structlog

from sixclear.common.auth.discovery import endpoint_of
from sixclear.common.auth.provider import Unusable, ask, authorities, client_proof, provider_client
from sixclear.common.settings import CommonSettings

_log = structlog.get_logger(__name__)

_STOP_SECONDS = 1.0
_RENEW_AT = 0.8  # of a token's life
_SHORTEST_LIFE, _USUAL_LIFE, _LONGEST_LIFE = 2.0, 60.0, 12 * 3600.0
_QUIET_SECONDS = 60.0
_TOKEN = re.compile(r"[\x21-\x7e]{1,16000}")
_ERROR_CODE = re.compile(r"[a-z_]{1,40}")


class NoToken(Exception):
    """The provider gave none; the text says why and holds nothing secret."""


@dataclass(frozen=True, slots=True)
class _Kept:
    token: str
    got_at: float
    lives_seconds: float

    @property
    def due_at(self) -> float:
        return self.got_at + self.lives_seconds * _RENEW_AT

    @property
    def ends_at(self) -> float:
        return self.got_at + self.lives_seconds


class OwnToken:
    """Keeps the access token with which this process calls others in its own name.

    Client and secret are `SIXCLEAR_CLIENT_ID` and `SIXCLEAR_CLIENT_SECRET` (or `…_FILE`, read at each renewal); the
    token endpoint is `SIXCLEAR_TOKEN_URL`, else what the issuer's configuration names. A provider that is away is tried
    again with growing pauses and said in the log once a minute; no caller ever waits for it. Without a client the value
    is the deprecated `SIXCLEAR_STREAMS_TOKEN`, if there is one.
    """

    def __init__(
        self,
        settings: CommonSettings,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        first_pause_seconds: float = 0.5,
        longest_pause_seconds: float = 30.0,
        least_age_seconds: float = 10.0,
    ) -> None:
        self._settings = settings
        self._transport = transport
        self._first_pause, self._longest_pause = first_pause_seconds, longest_pause_seconds
        self._least_age = least_age_seconds
        self._endpoint: str | None = None
        self._kept: _Kept | None = None
        self._refused = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._quiet_until = 0.0

    @property
    def configured(self) -> bool:
        """Whether there is any way to a token."""
        return self._has_client or self._settings.streams_token is not None

    @property
    def value(self) -> str | None:
        """The token now; None while there is none that holds. May be read from any thread."""
        if not self._has_client:
            given = self._settings.streams_token
            return given.get_secret_value() if given is not None else None
        kept = self._kept
        return kept.token if kept is not None and time.monotonic() < kept.ends_at else None

    async def ask_once(self) -> None:
        """Ask the provider for a token that is not kept; raises NoToken or an error of the HTTP client."""
        await self._fetch()

    async def fetch(self) -> str:
        """A token from the provider that is not kept; raises as `ask_once`."""
        return (await self._fetch()).token

    def refused(self, token: str) -> None:
        """Say that a server did not take `token`: it is not used again, another one is asked for. From any thread."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # the loop is closed: the process ends
                loop.call_soon_threadsafe(self._drop, token)

    def start(self) -> None:
        """Begin in the background, where there is a client."""
        if self._has_client:
            self._loop = asyncio.get_running_loop()
            self._task = asyncio.create_task(self._run(), name="own access token")

    async def stop(self) -> None:
        """End within a second, whatever the provider does."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=_STOP_SECONDS)
            self._task = None

    @property
    def _has_client(self) -> bool:
        settings = self._settings
        return settings.client_id is not None and (settings.client_secret or settings.client_secret_file) is not None

    def _drop(self, token: str) -> None:
        if self._kept is not None and self._kept.token == token:
            self._refused.set()

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                self._kept = await self._fetch()
            except Exception as error:  # whatever it was: without this task there would never be a token again
                failures += 1
                self._endpoint = None
                self._complain(error, failures)
                longest = min(self._longest_pause, self._first_pause * 2.0 ** min(failures - 1, 10))
                await asyncio.sleep(longest * random.uniform(0.5, 1.0))  # noqa: S311 (spreads retries)
            else:
                if failures:
                    _log.info("access token obtained", attempts=failures + 1)
                failures, self._quiet_until = 0, 0.0
                await self._until_due(self._kept)

    async def _until_due(self, kept: _Kept) -> None:
        """Wait until it is due; a refused one is dropped immediately, but not renewed before it has a least age."""
        self._refused.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(kept.due_at - time.monotonic()):
                await self._refused.wait()
            self._kept = None
            await asyncio.sleep(max(0.0, kept.got_at + self._least_age - time.monotonic()))

    async def _ask(self, client: httpx2.AsyncClient) -> _Kept:
        """A new token from the provider; raises NoToken with its reason."""
        began = time.monotonic()
        self._endpoint = self._settings.token_url or self._endpoint or await self._discovered(client)
        form = {"grant_type": "client_credentials"}
        if self._settings.client_scope:
            form["scope"] = self._settings.client_scope
        proof = client_proof(self._settings.client_id or "", client_secret(self._settings))
        where = "the token endpoint"
        try:
            status, answer = await ask(
                client, "POST", self._endpoint, what=f"the answer of {where}", data=form, auth=proof
            )
        except Unusable as error:
            raise NoToken(str(error)) from error
        body = _object(status, answer, where)
        token = body.get("access_token")
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise NoToken("the token endpoint answered without an access_token")
        return _Kept(token, began, _life(body.get("expires_in")))

    async def _discovered(self, client: httpx2.AsyncClient) -> str:
        """The token endpoint of the issuer; raises NoToken where the secret should not go."""
        try:
            return await endpoint_of(client, self._settings.issuer, "token_endpoint")
        except Unusable as error:
            raise NoToken(f"{error}; set SIXCLEAR_TOKEN_URL") from error

    async def _fetch(self) -> _Kept:
        async with self._client() as client:
            return await self._ask(client)

    def _client(self) -> httpx2.AsyncClient:
        """A client for the provider alone; raises NoToken for an unusable file of authorities."""
        try:
            trusted = authorities(self._settings.identity_ca_file)
        except OSError as error:
            raise NoToken(f"SIXCLEAR_IDENTITY_CA_FILE cannot be used ({type(error).__name__})") from error
        return provider_client(trusted, self._transport)

    def _complain(self, error: Exception, failures: int) -> None:
        """One line now and then; never what was sent or what came back."""
        now = time.monotonic()
        if now < self._quiet_until:
            return
        self._quiet_until = now + _QUIET_SECONDS
        reason = str(error) if isinstance(error, NoToken) else f"the provider cannot be asked ({type(error).__name__})"
        _log.warning("no access token", client_id=self._settings.client_id, reason=reason, attempts=failures)


def client_secret(settings: CommonSettings) -> str:
    """The secret of the processes' client as it is now; raises NoToken when there is none or its file is not read."""
    file, given = settings.client_secret_file, settings.client_secret
    try:
        found = file.read_text(encoding="utf-8").strip() if file else given.get_secret_value() if given else ""
    except (OSError, UnicodeDecodeError) as error:
        raise NoToken(f"SIXCLEAR_CLIENT_SECRET_FILE cannot be read ({type(error).__name__})") from error
    if not found:
        raise NoToken("SIXCLEAR_CLIENT_SECRET or the file that SIXCLEAR_CLIENT_SECRET_FILE names is empty")
    return found


def _object(status: int, answer: bytes, where: str) -> dict[str, Any]:
    """The JSON object of a good answer; raises NoToken."""
    try:
        body = orjson.loads(answer)
    except ValueError:
        body = None
    known = body if isinstance(body, dict) else {}
    if status != 200:
        code = known.get("error")
        named = f", {code}" if isinstance(code, str) and _ERROR_CODE.fullmatch(code) else ""
        raise NoToken(f"{where} answered {status}{named}")
    if not isinstance(body, dict):
        raise NoToken(f"{where} answered no JSON object")
    return known


def _life(expires_in: object) -> float:
    """Seconds; `expires_in` is only recommended (RFC 6749 §5.1), and some providers send it as text."""
    try:
        seconds = float(expires_in) if isinstance(expires_in, int | float | str) else _USUAL_LIFE
    except (ValueError, OverflowError):
        seconds = _USUAL_LIFE
    return _USUAL_LIFE if math.isnan(seconds) else min(max(seconds, _SHORTEST_LIFE), _LONGEST_LIFE)
