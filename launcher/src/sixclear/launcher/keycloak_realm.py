"""The realm for Keycloak, made from the table of scopes and clients (`common.issuer.roles`)."""

from collections.abc import Iterable, Mapping
from typing import Any

from sixclear.common.issuer.roles import ROLES, SCOPES, Role, client_of, roles_of

REALM = "sixclear"
AUDIENCE = "sixclear"
ADMINISTRATOR = "identity-admin"
TOKEN_LIFE_SECONDS = 300
# Keycloak puts the variable of its own environment here when it imports the file.
DEMO_SECRET = "${SIXCLEAR_DEMO_SECRET}"  # noqa: S105 (a name)

# Keycloak makes its own scopes only in a realm that brings none; of them tokens need these. Their names are Keycloak's.
_OF_KEYCLOAK = {
    "basic": (
        ("sub", "oidc-sub-mapper", {}),
        (
            "auth_time",
            "oidc-usersessionmodel-note-mapper",
            {
                "user.session.note": "AUTH_TIME",
                "claim.name": "auth_time",
                "jsonType.label": "long",
            },
        ),
    ),
    "service_account": (
        (
            "client_id",
            "oidc-usersessionmodel-note-mapper",
            {
                "user.session.note": "client_id",
                "claim.name": "client_id",
                "jsonType.label": "String",
            },
        ),
    ),
}


def realm(bodies: Mapping[str, str], *, demo: bool = False) -> dict[str, Any]:
    """A realm with one client for each body (code and name) beside the named ones.

    It holds no secret: Keycloak makes one for each client, and shows it to its administrator. With `demo` every client
    has the one that stands in the variable `SIXCLEAR_DEMO_SECRET` of Keycloak: for a machine of one's own.
    """
    secret = {"secret": DEMO_SECRET} if demo else {}
    return {
        "realm": REALM,
        "displayName": "Sixclear",
        "enabled": True,
        "sslRequired": "none" if demo else "external",
        "accessTokenLifespan": TOKEN_LIFE_SECONDS,
        "clientScopes": [*_own_scopes(), _audience_scope(), *_scopes()],
        "defaultDefaultClientScopes": ["basic", AUDIENCE],
        "users": [_administrators_account()],
        "clients": [
            _administrator() | secret,
            *(client(name, role, bodies) | secret for name, role in roles_of(bodies).items()),
        ],
    }


def client(name: str, role: Role, bodies: Mapping[str, str]) -> dict[str, Any]:
    """A confidential client with a service account and nothing else: it gets tokens for itself, and no one logs in."""
    code = role.organisation_code
    claims = {"organisation_code": code, "position": role.position, "mandate": " ".join(role.mandate)}
    return {
        "clientId": name,
        "name": bodies.get(code or "", "") if name not in ROLES else role.meaning,
        "enabled": True,
        "protocol": "openid-connect",
        "clientAuthenticatorType": "client-secret",
        "publicClient": False,
        "serviceAccountsEnabled": True,
        "standardFlowEnabled": False,
        "implicitFlowEnabled": False,
        "directAccessGrantsEnabled": False,
        "fullScopeAllowed": False,
        "defaultClientScopes": [*_OF_KEYCLOAK, AUDIENCE, *role.scopes],
        "optionalClientScopes": [],
        "protocolMappers": [_fixed_claim(claim, value) for claim, value in claims.items() if value],
    }


def _administrator() -> dict[str, Any]:
    """Who makes, renews and revokes clients by command, and may do nothing else."""
    role = Role("makes the clients of bodies: sixclear identity client", (), organisation_code=None)
    return client(ADMINISTRATOR, role, {}) | {"name": role.meaning, "fullScopeAllowed": True}


def _administrators_account() -> dict[str, Any]:
    return {
        "username": f"service-account-{ADMINISTRATOR}",
        "enabled": True,
        "serviceAccountClientId": ADMINISTRATOR,
        "clientRoles": {"realm-management": ["manage-clients"]},
    }


def body_client(code: str) -> tuple[str, Role]:
    """Name and role of the client of the body with this code."""
    name = client_of(code)
    return name, roles_of([code])[name]


def _own_scopes() -> Iterable[dict[str, Any]]:
    for name, mappers in _OF_KEYCLOAK.items():
        made = [_mapper(claim, kind, config) for claim, kind, config in mappers]
        yield _scope(name, f"Keycloak's own claims: {', '.join(claim for claim, _, _ in mappers)}.", made, shown=False)


def _audience_scope() -> dict[str, Any]:
    config = {"included.custom.audience": AUDIENCE}
    return _scope(
        AUDIENCE,
        "Says that a token is for this platform.",
        [_mapper("audience", "oidc-audience-mapper", config)],
        shown=False,
    )


def _scopes() -> Iterable[dict[str, Any]]:
    return (_scope(name, meaning, [], shown=True) for name, meaning in SCOPES.items())


def _scope(name: str, meaning: str, mappers: list[dict[str, Any]], *, shown: bool) -> dict[str, Any]:
    attributes = {"include.in.token.scope": str(shown).lower(), "display.on.consent.screen": "false"}
    made = {"name": name, "description": meaning, "protocol": "openid-connect", "attributes": attributes}
    return made | ({"protocolMappers": mappers} if mappers else {})


def _mapper(name: str, kind: str, config: Mapping[str, str]) -> dict[str, Any]:
    common = {"access.token.claim": "true", "id.token.claim": "false", "introspection.token.claim": "true"}
    return {"name": name, "protocol": "openid-connect", "protocolMapper": kind, "config": common | dict(config)}


def _fixed_claim(name: str, value: str) -> dict[str, Any]:
    config = {"claim.name": name, "claim.value": value, "jsonType.label": "String"}
    return _mapper(name, "oidc-hardcoded-claim-mapper", config)
