"""Each OpenID provider, as it issues tokens, needs few settings."""

from typing import Any

import pytest
from tests.unit.common.provider_tokens import (
    AUTH0,
    AUTH0_SETTINGS,
    ENTRA,
    ENTRA_HEADER,
    ENTRA_ISSUER,
    G06,
    KEYCLOAK,
    KEYCLOAK_HEADER,
    KEYCLOAK_ISSUER,
    ZITADEL,
    signed,
    verifier,
)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("settings", "header", "claims", "name"),
    [
        pytest.param(KEYCLOAK_ISSUER, KEYCLOAK_HEADER, KEYCLOAK, "org-G06", id="keycloak"),
        pytest.param(
            KEYCLOAK_ISSUER, {"alg": "ES256", "typ": "at+jwt", "kid": "ec"}, KEYCLOAK, "org-G06", id="keycloak-rfc9068"
        ),
        pytest.param(
            KEYCLOAK_ISSUER | {"token_scope_claims": "realm_access.roles"},
            KEYCLOAK_HEADER,
            KEYCLOAK | {"realm_access": {"roles": ["offline_access", "tasks:report"]}},
            "org-G06",
            id="keycloak-realm-roles",
        ),
        pytest.param(
            KEYCLOAK_ISSUER
            | {"token_scope_claims": "resource_access.my.app.roles", "token_role_scopes": "reporter=tasks:report"},
            KEYCLOAK_HEADER,
            KEYCLOAK | {"resource_access": {"my.app": {"roles": ["reporter"]}, "my": {"app": 7}}},
            "org-G06",
            id="keycloak-client-roles-with-a-dotted-name",
        ),
        pytest.param(
            KEYCLOAK_ISSUER | {"token_caller_claims": "sub"},
            KEYCLOAK_HEADER,
            KEYCLOAK,
            KEYCLOAK["sub"],
            id="keycloak-named-by-sub",
        ),
        pytest.param(
            ENTRA_ISSUER | {"token_scope_claims": "scp,roles"}, ENTRA_HEADER, ENTRA, ENTRA["azp"], id="entra-v2"
        ),
        pytest.param(
            ENTRA_ISSUER,
            ENTRA_HEADER,
            {**ENTRA, "scp": "tasks:report User.Read", "roles": None},
            ENTRA["azp"],
            id="entra-v2-delegated",
        ),
        pytest.param(
            {"issuer_url": ZITADEL["iss"]},
            {"alg": "RS256", "kid": "rsa", "typ": "JWT"},
            ZITADEL,
            "org-G06",
            id="zitadel",
        ),
        pytest.param(
            {
                "issuer_url": ZITADEL["iss"],
                "token_scope_claims": "urn:zitadel:iam:org:project:roles",
                "token_role_scopes": "reporter=tasks:report, reporter=tasks:write",
            },
            {"alg": "EdDSA", "kid": "ed", "typ": "JWT"},
            ZITADEL | {"urn:zitadel:iam:org:project:roles": ["reporter"]},
            "org-G06",
            id="zitadel-roles-eddsa",
        ),
        pytest.param(AUTH0_SETTINGS, {"alg": "RS256", "typ": "JWT", "kid": "rsa"}, AUTH0, "Zx81k2", id="auth0"),
        pytest.param(
            AUTH0_SETTINGS,
            {"alg": "PS256", "typ": "application/AT+JWT", "kid": "rsa-any"},
            AUTH0,
            "Zx81k2",
            id="auth0-rfc9068-ps256",
        ),
        pytest.param(
            KEYCLOAK_ISSUER | {"token_types": "absent"},
            {"alg": "RS256", "kid": "rsa"},
            {**KEYCLOAK, "typ": None} | {"cid": "org-G06"},
            "org-G06",
            id="no-typ-where-the-setting-allows-it",
        ),
    ],
)
async def test_each_provider_needs_few_settings(
    settings: dict[str, Any], header: dict[str, Any], claims: dict[str, Any], name: str
) -> None:
    present = {key: value for key, value in claims.items() if value is not None}
    caller = await verifier(settings).verify(signed(header, present))
    assert (caller.client_id, caller.organisation_id) == (name, G06)
    assert "tasks:report" in caller.scopes


SIGNED_IN = {"auth_time": KEYCLOAK["iat"], "sid": "AgsgSTW_Sf4b4-xEoL-4iz6K", "client_id": None, "azp": "desk"}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("settings", "header", "claims", "person", "position"),
    [
        pytest.param(KEYCLOAK_ISSUER, KEYCLOAK_HEADER, KEYCLOAK, None, None, id="keycloak-service-account"),
        pytest.param(
            KEYCLOAK_ISSUER,
            KEYCLOAK_HEADER,
            KEYCLOAK | {"position": "case-desk"},
            None,
            "case-desk",
            id="keycloak-service-account-of-a-position",
        ),
        pytest.param(
            KEYCLOAK_ISSUER,
            KEYCLOAK_HEADER,
            KEYCLOAK | SIGNED_IN | {"position": ["case-desk"]},
            KEYCLOAK["sub"],
            "case-desk",
            id="keycloak-person",
        ),
        pytest.param(ENTRA_ISSUER, ENTRA_HEADER, ENTRA | {"idtyp": "app"}, None, None, id="entra-app"),
        pytest.param(ENTRA_ISSUER, ENTRA_HEADER, ENTRA | {"idtyp": "user"}, ENTRA["sub"], None, id="entra-user"),
        pytest.param(
            ENTRA_ISSUER | {"token_person_claim": "oid"},
            ENTRA_HEADER,
            ENTRA | {"idtyp": "user", "oid": "5b1f"},
            "5b1f",
            None,
            id="entra-user-who-is-one-with-each-client",
        ),
        pytest.param(
            ENTRA_ISSUER | {"token_person_claim": "oid"},
            ENTRA_HEADER,
            ENTRA | {"idtyp": "user", "oid": None},
            None,
            None,
            id="entra-user-without-the-scope-profile",
        ),
        pytest.param({"issuer_url": ZITADEL["iss"]}, KEYCLOAK_HEADER, ZITADEL, None, None, id="zitadel-service-user"),
        pytest.param(
            {"issuer_url": ZITADEL["iss"], "token_person_marks": "amr"},
            KEYCLOAK_HEADER,
            ZITADEL | {"amr": ["pwd", "mfa"]},
            ZITADEL["sub"],
            None,
            id="another-mark",
        ),
        pytest.param(
            KEYCLOAK_ISSUER,
            KEYCLOAK_HEADER,
            KEYCLOAK | {"auth_time": 1, "sub": "org-G06"},
            None,
            None,
            id="sub-is-client",
        ),
        pytest.param(
            KEYCLOAK_ISSUER,
            KEYCLOAK_HEADER,
            KEYCLOAK | {"position": {"name": "x"}},
            None,
            None,
            id="no-usable-position",
        ),
    ],
)
async def test_a_token_shows_a_person_only_where_one_signed_in(
    settings: dict[str, Any], header: dict[str, Any], claims: dict[str, Any], person: str | None, position: str | None
) -> None:
    present = {key: value for key, value in claims.items() if value is not None}
    caller = await verifier(settings).verify(signed(header, present))
    assert (caller.person, caller.position) == (person, position)
