"""Tokens as OpenID providers issue them: claims and headers, keys to sign with, and a verifier for each."""

import json
import warnings
from datetime import UTC, datetime
from typing import Any

from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey

from sixclear.common.auth.token_keys import public_keys
from sixclear.common.auth.token_rules import TokenRules
from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.ids import stable_id
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.clock import MovingClock

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
G06 = stable_id("organisation", "G06")
RSA = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": "rsa"})
RSA_FOR_ANY = RSAKey.generate_key(2048, {"kid": "rsa-any"})
EC = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256", "kid": "ec"})
ED = OKPKey.generate_key("Ed25519", {"use": "sig", "kid": "ed"})
FOR_ENCRYPTION = RSAKey.generate_key(2048, {"use": "enc", "alg": "RSA-OAEP", "kid": "enc"})
KEYS: list[Key] = [FOR_ENCRYPTION, RSA, RSA_FOR_ANY, EC, ED]

# Claims of a realm's service account in Keycloak 26: client credentials, default client scopes, an audience mapper.
KEYCLOAK = {
    "exp": SECONDS + 300,
    "iat": SECONDS,
    "jti": "trrtcc:8f0b9d5e-6c38-8a3e-3a42-0b1f3f6d3b5c",
    "iss": "https://identity.example.vn/realms/sixclear",
    "aud": ["sixclear", "account"],
    "sub": "0f3a1c66-5c55-4f0e-9c1b-5b1f7d0f8a11",
    "typ": "Bearer",
    "azp": "org-G06",
    "acr": "1",
    "allowed-origins": ["/*"],
    "realm_access": {"roles": ["default-roles-sixclear", "offline_access", "uma_authorization"]},
    "resource_access": {"account": {"roles": ["manage-account", "manage-account-links", "view-profile"]}},
    "scope": "profile tasks:report email",
    "clientHost": "10.0.0.7",
    "email_verified": False,
    "organisation_code": "G06",
    "preferred_username": "service-account-org-g06",
    "clientAddress": "10.0.0.7",
    "client_id": "org-G06",
}
KEYCLOAK_HEADER = {"alg": "RS256", "typ": "JWT", "kid": "rsa"}
KEYCLOAK_ISSUER = {"issuer_url": KEYCLOAK["iss"]}
API = "5b1e0d3c-0f5b-4a55-8c49-0f6c5c8d9a10"
ENTRA = {
    "aud": API,
    "iss": "https://login.microsoftonline.com/9122040d-6c67-4c5b-b112-36a304b66dad/v2.0",
    "iat": SECONDS,
    "nbf": SECONDS,
    "exp": SECONDS + 3599,
    "aio": "E2ZgYHjc2/dZ1hzOB1dqqS",
    "azp": "6731de76-14a6-49ae-97bc-6eba6914391e",
    "azpacr": "1",
    "oid": "2d7b6a1e-35d1-4ac4-a2ae-0a3c1a6a6e30",
    "rh": "0.AXYADQQikGdsW0yxEjajBLZtrTwN",
    "roles": ["tasks:report"],
    "sub": "2d7b6a1e-35d1-4ac4-a2ae-0a3c1a6a6e30",
    "tid": "9122040d-6c67-4c5b-b112-36a304b66dad",
    "uti": "AbCdEfGhIjKlMnOpQrSt",
    "ver": "2.0",
    "organisation_id": str(G06),
}
ENTRA_HEADER = {"typ": "JWT", "alg": "RS256", "x5t": "rsa", "kid": "rsa"}
ENTRA_ISSUER = {"issuer_url": ENTRA["iss"], "audience": API}
ZITADEL = {
    "iss": "https://identity.example.vn",
    "sub": "243187657832234503",
    "aud": ["sixclear", "243187657832300039@sixclear"],
    "exp": SECONDS + 43199,
    "nbf": SECONDS,
    "iat": SECONDS,
    "jti": "V2_243187657832234503-at_243187657832365575",
    "client_id": "org-G06",
    "urn:zitadel:iam:org:id": "243187657815391751",
    "urn:zitadel:iam:org:project:roles": {"reporter": {"243187657815391751": "g06.example.vn"}},
    "organisation_code": ["G06"],
    "scope": ["openid", "tasks:report"],
}
AUTH0 = {
    "iss": "https://example.eu.auth0.com/",
    "sub": "Zx81k2@clients",
    "aud": "https://sixclear.example.vn/api",
    "iat": SECONDS,
    "exp": SECONDS + 86400,
    "azp": "Zx81k2",
    "gty": "client-credentials",
    "permissions": ["tasks:report"],
    "https://sixclear.example.vn/organisation": "G06",
}
AUTH0_SETTINGS = {
    "issuer_url": AUTH0["iss"],
    "audience": AUTH0["aud"],
    "token_scope_claims": "permissions",
    "token_organisation_code_claim": "https://sixclear.example.vn/organisation",
}


def verifier(settings: dict[str, Any], keys: list[Key] | None = None) -> TokenVerifier:
    """With the settings of an installation, and the provider's JWKS document as it is fetched."""
    chosen = CommonSettings(jwks_url="https://issuer.test/jwks", **settings)
    document = {"keys": [key.as_dict(private=False) for key in (keys or KEYS)]}

    class Source:
        async def load(self) -> KeySet:
            return public_keys(document)

    return TokenVerifier(TokenRules.from_settings(chosen), Source(), MovingClock(NOW))


def signed(header: dict[str, Any], claims: dict[str, Any] | str, keys: list[Key] | None = None) -> str:
    """Any claims, or any text in their place, under a right signature."""
    key = next(key for key in (keys or KEYS) if key.kid == header["kid"])
    registry = jws.JWSRegistry(algorithms=[header["alg"]], strict_check_header=False)
    text = claims if isinstance(claims, str) else json.dumps(claims)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)  # joserfc: EdDSA has new names in RFC 9864
        return jws.serialize_compact(header, text, key, registry=registry)
