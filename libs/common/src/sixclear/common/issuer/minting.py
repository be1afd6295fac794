"""Access tokens as RFC 9068 has them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from sixclear.common.ids import new_id

ALGORITHM = "ES256"
TOKEN_TYPE = "at+jwt"  # noqa: S105  (RFC 9068's name for access tokens)
LIFETIME = timedelta(minutes=10)


def mint(
    key: ECKey,
    *,
    client_id: str,
    scopes: Iterable[str],
    organisation_id: str | None,
    issuer: str,
    audience: str,
    now: datetime,
    lifetime: timedelta = LIFETIME,
    position: str | None = None,
    mandate: Iterable[str] = (),
) -> str:
    """A token for `client_id`, good from `now` for `lifetime`."""
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": audience,
        "sub": client_id,
        "client_id": client_id,
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
        "jti": str(new_id()),
        "scope": " ".join(scopes),
    }
    if organisation_id is not None:
        claims["organisation_id"] = organisation_id
    if position is not None:
        claims["position"] = position
    if named := " ".join(mandate):
        claims["mandate"] = named
    return jwt.encode({"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": key.kid}, claims, key)
