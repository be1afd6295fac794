"""Tokens for tests: a throw-away issuer with its own key, and clients that call an application in this process."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.types import ASGIApp

from sixclear.common.auth.token_rules import TokenRules
from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.clock import Clock, utc_now
from sixclear.common.issuer.minting import ALGORITHM, TOKEN_TYPE
from sixclear.common.visitor import trusted_networks
from sixclear.common.web.visitor import VisitorEdge

ISSUER = "https://issuer.test"
AUDIENCE = "sixclear"


class FakeIssuer:
    """Signs tokens that `verifier()` accepts. `loads` counts how often its keys were fetched."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self.clock = clock
        self.loads = 0
        self.key = ECKey.generate_key("P-256", auto_kid=True)

    async def load(self) -> KeySet:
        """The public keys, as a `KeySource` gives them."""
        self.loads += 1
        return KeySet.import_key_set(KeySet([self.key]).as_dict(private=False))

    def verifier(self) -> TokenVerifier:
        """A verifier that trusts this issuer."""
        return TokenVerifier(TokenRules(issuer=ISSUER, audiences=(AUDIENCE,)), self, self.clock)

    def rotate(self) -> None:
        """A new key replaces the old one."""
        self.key = ECKey.generate_key("P-256", auto_kid=True)

    def token(
        self,
        *scopes: str,
        client_id: str = "test-client",
        organisation_id: UUID | None = None,
        header: dict[str, Any] | None = None,
        **claims: Any,
    ) -> str:
        """A token with `scopes`; `claims` and `header` replace parts, None leaves one out. A client is a position."""
        now = self.clock().astimezone(UTC).replace(microsecond=0)
        payload: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": client_id,
            "iat": now,
            "exp": now + timedelta(minutes=5),
            "jti": str(uuid4()),
            "scope": " ".join(scopes),
            "position": client_id,
            "organisation_id": str(organisation_id) if organisation_id else None,
            **claims,
        }
        payload = {name: value for name, value in payload.items() if value is not None}
        head = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": self.key.kid, **(header or {})}
        return jwt.encode({name: value for name, value in head.items() if value is not None}, payload, self.key)

    def headers(
        self, *scopes: str, client_id: str = "test-client", organisation_id: UUID | None = None
    ) -> dict[str, str]:
        """The Authorization header of a client with `scopes`."""
        return {"Authorization": f"Bearer {self.token(*scopes, client_id=client_id, organisation_id=organisation_id)}"}


def http_client(app: ASGIApp, **options: Any) -> httpx2.AsyncClient:
    """A client that calls `app` without a network, through a process's edge. The lifespan is not entered."""
    transport = httpx2.ASGITransport(app=VisitorEdge(app, trusted_networks("127.0.0.1")))
    return httpx2.AsyncClient(transport=transport, **{"base_url": "http://sixclear.test", **options})


def fixed_clock(at: str = "2025-12-04T10:00:00+00:00") -> Clock:
    """A clock that stands still."""
    instant = datetime.fromisoformat(at)
    return lambda: instant
