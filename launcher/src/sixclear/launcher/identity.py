"""The embedded issuer as a target, and tokens of its demonstration clients."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from importlib.util import find_spec
from uuid import UUID

import httpx2
from starlette.types import ASGIApp

from sixclear.common.auth.own_token import NoToken, OwnToken, client_secret
from sixclear.common.clock import Clock, utc_now
from sixclear.common.events.log import EventLog
from sixclear.common.issuer.app import CONFIGURATION_PATH, KEYS_PATH, TOKEN_PATH, create_issuer_app
from sixclear.common.issuer.clients import Client, UnknownClient, load_clients, mint_token, seed_clients
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.runtime.target import Check, StreamState
from sixclear.common.settings import CommonSettings

_RENEW_AFTER = timedelta(minutes=5)  # half of a token's life
_RENEW_FROM_PROVIDER_AFTER = timedelta(minutes=2)


class IssuerTarget:
    """Issues tokens to the seeded demonstration clients; never in production."""

    name = "issuer"
    prefixes: tuple[str, ...] = (TOKEN_PATH, CONFIGURATION_PATH, KEYS_PATH)
    event_log: EventLog | None = None

    def __init__(self, settings: CommonSettings, clock: Clock) -> None:
        seed_clients(settings.home, _organisations(), own=_own_client(settings))
        self.app: ASGIApp = create_issuer_app(settings, clock)

    async def start(self) -> None:
        """Keys and clients are there already."""

    async def stop(self) -> None:
        """Nothing is held."""

    def checks(self) -> Sequence[Check]:
        """Always ready."""
        return []

    def streams(self) -> Sequence[StreamState]:
        """None."""
        return []


def _own_client(settings: CommonSettings) -> Client | None:
    """The client with which the platform's processes call each other, when its secret was given to all of them."""
    if settings.client_id is None:
        return None
    try:
        secret = client_secret(settings)
    except NoToken as error:
        raise CannotStart(
            f"{error}.", "The embedded issuer checks that secret: set it, or unset SIXCLEAR_CLIENT_ID."
        ) from error
    return Client(settings.client_id, secret, tuple(settings.client_scope.split()) or ("monitoring:spans",), None)


def _organisations() -> Iterable[tuple[str, UUID]]:
    """Those that have a demonstration client; in an image without the tasks service only the named clients exist."""
    if find_spec("sixclear.tasks") is None:
        return []
    from sixclear.launcher.demo.organisations import client_organisations

    return client_organisations()


def tokens_of(settings: CommonSettings, clock: Clock = utc_now) -> Callable[[str], Awaitable[str]]:
    """What gives tokens of demonstration clients here; raises `CannotStart` where only the provider has them."""
    if not settings.outside_provider:
        return Tokens(settings, clock)
    if settings.demo_secret is None:
        raise CannotStart(
            f"Access tokens come from the OpenID provider {settings.issuer}, not from here.",
            "Ask it with the client's own secret, as deploy/examples/report.sh does (docs/identity.md). Where all"
            " clients have the secret of the development realm, set SIXCLEAR_DEMO_SECRET.",
        )
    return ProviderTokens(settings, clock)


class ProviderTokens:
    """Access tokens of demonstration clients that an outside provider knows, all with one secret."""

    def __init__(self, settings: CommonSettings, clock: Clock = utc_now) -> None:
        self._settings = settings
        self._clock = clock
        self._kept: dict[str, tuple[datetime, str]] = {}

    async def __call__(self, client_id: str) -> str:
        """A token of `client_id`; raises `CannotStart` when the provider gives none."""
        now = self._clock()
        kept = self._kept.get(client_id)
        if kept is None or kept[0] < now - _RENEW_FROM_PROVIDER_AFTER:
            kept = (now, await self._fetched(client_id))
            self._kept[client_id] = kept
        return kept[1]

    async def _fetched(self, client_id: str) -> str:
        client = {"client_id": client_id, "client_secret": self._settings.demo_secret, "client_secret_file": None}
        asking = self._settings.model_copy(update=client | {"client_scope": ""})
        try:
            return await OwnToken(asking).fetch()
        except (NoToken, httpx2.HTTPError) as error:
            raise CannotStart(
                f"The provider {self._settings.issuer} gave no token for {client_id!r}: {error}.",
                "See whether it has this client, with SIXCLEAR_DEMO_SECRET as its secret.",
            ) from error


class Tokens:
    """Access tokens of demonstration clients, signed with the key in the data folder; renewed before they expire."""

    def __init__(self, settings: CommonSettings, clock: Clock = utc_now) -> None:
        self._settings = settings
        self._clock = clock
        self._kept: dict[str, tuple[datetime, str]] = {}

    async def __call__(self, client_id: str) -> str:
        """A token of `client_id`; raises `CannotStart` when there is no such client here."""
        now = self._clock()
        kept = self._kept.get(client_id)
        if kept is None or kept[0] < now - _RENEW_AFTER:
            kept = (now, self._mint(client_id, now))
            self._kept[client_id] = kept
        return kept[1]

    def _mint(self, client_id: str, now: datetime) -> str:
        settings = self._settings
        try:
            return mint_token(settings.home, client_id, now, issuer=settings.issuer, audience=settings.audiences[0])
        except UnknownClient as error:
            names = ", ".join(client.client_id for client in load_clients(settings.home))
            if not names:
                raise CannotStart(
                    f"There are no clients in {settings.home}.",
                    "Start the platform once: make run. With your own OpenID provider it gives the tokens:"
                    " set SIXCLEAR_ISSUER_URL, and see docs/identity.md.",
                ) from error
            raise CannotStart(
                f"There is no client {client_id!r}.",
                f"A body gets one by: sixclear identity client add CODE (docs/identity.md). Clients: {names}.",
            ) from error
