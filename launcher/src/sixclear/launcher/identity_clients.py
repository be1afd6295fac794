"""Clients of bodies that are made by command: what each may do, and those of the embedded issuer."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from sixclear.common.ids import stable_id
from sixclear.common.issuer.clients import Client, UnknownClient, forget_client, get_client, load_clients, save_client
from sixclear.common.issuer.roles import MANDATED, ROLES, Role
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.launcher.identity_realms import name_of
from sixclear.launcher.keycloak_realm import body_client

_MANDATE = re.compile(r"(programme|organisation):[^\s/]+|group:[^\s/]+/[^\s/]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A client: its name, what it may do, and what its body is called."""

    name: str
    role: Role
    body_name: str


def client_name(code: str, role: str | None) -> str:
    """The name of the client of the body with this code: of its own system, or of one in `role`."""
    return body_client(code)[0] if role is None else f"{role}-{code}"


def wanted(code: str, body_name: str | None, role: str | None, mandate: Sequence[str]) -> Wanted:
    """The client to make. `body_name` is for a body that does not ship with the product.

    Raises CannotStart for a code that no body has, where no name is given either, and for a mandate that names nothing.
    """
    told = body_name or name_of(code)
    if role is None and mandate:
        raise CannotStart("A body's own system has no mandate.", f"Say --role, one of {', '.join(MANDATED)}.")
    if wrong := [word for word in mandate if not _MANDATE.fullmatch(word)]:
        raise CannotStart(
            f"{wrong[0]!r} names no mandate.", "Write programme:SLUG, group:SLUG/CODE or organisation:CODE."
        )
    if role is None:
        return Wanted(*body_client(code), told)
    given = ROLES[role]
    made = replace(given, organisation_code=code, mandate=tuple(mandate) or given.mandate)
    return Wanted(client_name(code, role), made, told)


class EmbeddedIssuer:
    """The clients of the embedded issuer on this data folder; a platform that runs on it takes them immediately."""

    def __init__(self, settings: CommonSettings) -> None:
        if settings.env == "production":
            raise CannotStart(
                "The embedded issuer does not run with SIXCLEAR_ENV=production.",
                "Set SIXCLEAR_ISSUER_URL to your Keycloak's realm (docs/identity.md).",
            )
        self._home = settings.home

    async def __aenter__(self) -> Self:
        if not load_clients(self._home):
            raise CannotStart(
                f"There are no clients in {self._home}.",
                "Start the platform once: make run, with the same SIXCLEAR_HOME. For clients at your Keycloak set"
                " SIXCLEAR_ISSUER_URL (docs/identity.md).",
            )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held."""

    async def add(self, one: Wanted) -> str:
        """Make it; its secret. Raises CannotStart where it is there."""
        if any(known.client_id == one.name for known in load_clients(self._home)):
            raise CannotStart(
                f"There is a client {one.name!r} already.",
                f"sixclear token {one.name} gives it a token; sixclear identity client renew gives a new secret.",
            )
        role, secret = one.role, secrets.token_urlsafe(32)
        code = role.organisation_code
        # As `tasks` names every body that it registers.
        body = str(stable_id("organisation", code)) if code else None
        save_client(self._home, Client(one.name, secret, role.scopes, body, role.position, role.mandate))
        return secret

    async def renew(self, name: str) -> str:
        """Give it a new secret; the one before holds no more."""
        made = replace(self._known(name), secret=secrets.token_urlsafe(32))
        save_client(self._home, made)
        return made.secret

    async def revoke(self, name: str) -> None:
        """Take it away; one that ships with the product is there again, with a new secret, after the next start."""
        forget_client(self._home, self._known(name).client_id)

    def _known(self, name: str) -> Client:
        try:
            return get_client(self._home, name)
        except UnknownClient as error:
            raise CannotStart(f"There is no client {name!r}.", "sixclear identity client add BODY makes it.") from error
