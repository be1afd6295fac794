"""Clients of bodies at a Keycloak: made, renewed and revoked over its administration API."""

from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx2

from sixclear.common.auth.own_token import NoToken, OwnToken
from sixclear.common.auth.provider import authorities
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.launcher.identity_clients import Wanted
from sixclear.launcher.keycloak_realm import client

_TIMEOUT_SECONDS = 30.0
_REALMS = "/realms/"


class KeycloakAdmin:
    """The realm of `SIXCLEAR_ISSUER_URL`, as the client `SIXCLEAR_IDENTITY_ADMIN_CLIENT` may change it."""

    def __init__(self, settings: CommonSettings) -> None:
        if settings.issuer_url is None or _REALMS not in settings.issuer_url:
            raise CannotStart(
                "SIXCLEAR_ISSUER_URL names no realm of a Keycloak.",
                "Set it: https://identity.example.vn/realms/sixclear. Other providers have tools of their own.",
            )
        if settings.identity_admin_secret is None:
            raise CannotStart(
                "There is no SIXCLEAR_IDENTITY_ADMIN_SECRET.",
                f"Give the secret of the client {settings.identity_admin_client!r}, or its file with …_FILE.",
            )
        self._settings = settings
        self._base = settings.issuer_url.replace(_REALMS, f"/admin{_REALMS}", 1).rstrip("/")
        self._http = httpx2.AsyncClient(timeout=_TIMEOUT_SECONDS, verify=authorities(settings.identity_ca_file))

    async def __aenter__(self) -> Self:
        asking = self._settings.model_copy(
            update={
                "client_id": self._settings.identity_admin_client,
                "client_secret": self._settings.identity_admin_secret,
                "client_secret_file": None,
                "client_scope": "",
            }
        )
        try:
            token = await OwnToken(asking).fetch()
        except (NoToken, httpx2.HTTPError) as error:
            await self._http.aclose()
            raise CannotStart(
                f"The provider gave the client {self._settings.identity_admin_client!r} no token: {error}.",
                "See SIXCLEAR_IDENTITY_ADMIN_CLIENT and SIXCLEAR_IDENTITY_ADMIN_SECRET.",
            ) from error
        self._http.headers["Authorization"] = f"Bearer {token}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def add(self, one: Wanted) -> str:
        """Make it; its secret. Raises CannotStart where it is there."""
        bodies = {one.role.organisation_code or "": one.body_name}
        await self._ask("POST", "/clients", client(one.name, one.role, bodies), client_id=one.name)
        found = await self._ask("GET", f"/clients/{await self._identifier(one.name)}/client-secret")
        return str(found["value"])

    async def renew(self, name: str) -> str:
        """Give it a new secret; the one before holds no more."""
        found = await self._ask("POST", f"/clients/{await self._identifier(name)}/client-secret")
        return str(found["value"])

    async def revoke(self, name: str) -> None:
        """Take it away: it gets no more tokens, and those that it has end with their life."""
        await self._ask("DELETE", f"/clients/{await self._identifier(name)}")

    async def _identifier(self, name: str) -> str:
        found = await self._ask("GET", f"/clients?clientId={quote(name)}")
        if not found:
            raise CannotStart(f"The provider has no client {name!r}.", "sixclear identity client add BODY makes it.")
        return str(found[0]["id"])

    async def _ask(self, method: str, path: str, body: Any = None, *, client_id: str = "") -> Any:
        try:
            answer = await self._http.request(method, self._base + path, json=body)
        except httpx2.HTTPError as error:
            raise CannotStart(
                f"The provider cannot be asked ({type(error).__name__}).", f"See whether {self._base} answers."
            ) from error
        if answer.status_code == 409:
            raise CannotStart(
                f"The provider has a client {client_id!r} already.",
                "sixclear identity client renew BODY: a new secret.",
            )
        if answer.status_code in (401, 403):
            raise CannotStart(
                f"The client {self._settings.identity_admin_client!r} may not change clients.",
                "Give its service account the role manage-clients of realm-management.",
            )
        if not answer.is_success:  # a redirect too: what was asked for was not done
            raise CannotStart(f"The provider answered {answer.status_code} to {method} {path}.", "Its log says more.")
        try:
            return answer.json() if answer.content else None
        except ValueError as error:
            raise CannotStart(
                f"What answers at {self._base} is no administration API of Keycloak.", "See SIXCLEAR_ISSUER_URL."
            ) from error
