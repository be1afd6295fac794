"""What is refused, for which reason, and what operators are told of it."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from joserfc import jws, jwt
from joserfc.jwk import Key, OctKey, OKPKey, RSAKey
from prometheus_client import REGISTRY
from pydantic import ValidationError
from structlog.testing import capture_logs
from tests.unit.common.provider_tokens import (
    EC,
    ENTRA,
    ENTRA_HEADER,
    ENTRA_ISSUER,
    FOR_ENCRYPTION,
    KEYCLOAK,
    KEYCLOAK_HEADER,
    KEYCLOAK_ISSUER,
    NOW,
    RSA,
    SECONDS,
    signed,
    verifier,
)

from sixclear.common.auth.refusals import Reason, Refusals
from sixclear.common.auth.token_keys import public_keys
from sixclear.common.auth.token_rules import TokenRules, find_claim
from sixclear.common.caller import Caller, InvalidToken
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.clock import MovingClock
from sixclear.launcher.options import problems_of


async def refused(settings: dict[str, Any], token: str, reason: Reason, keys: list[Key] | None = None) -> None:
    """The caller hears that the token is not valid; the log and the metric hear why, and nothing of the token."""
    before = counted(reason)
    with capture_logs() as lines, pytest.raises(InvalidToken) as answer:
        await verifier(settings, keys).verify(token)
    told = [line["reason"] for line in lines if line["event"] == "access token refused"]
    assert (told, counted(reason) - before) == ([reason.value], 1)
    assert not any(part and part in str(lines) for part in token.split(".")), "the log has parts of the token"
    assert reason.value not in answer.value.detail


def counted(reason: Reason) -> float:
    return REGISTRY.get_sample_value("sixclear_token_refusals_total", {"reason": reason.value}) or 0.0


@pytest.mark.asyncio
async def test_a_token_without_a_kid_is_taken_where_only_one_key_fits() -> None:
    header = {"alg": "RS256", "typ": "JWT"}
    token = jwt.encode(header, dict(KEYCLOAK), RSA)
    keys: list[Key] = [FOR_ENCRYPTION, EC, RSA]
    assert (await verifier(KEYCLOAK_ISSUER, keys).verify(token)).client_id == "org-G06"
    await refused(KEYCLOAK_ISSUER, token, Reason.KEY_UNKNOWN)


def with_claims(**changes: Any) -> dict[str, Any]:
    claims = KEYCLOAK | changes
    return {name: value for name, value in claims.items() if value is not ...}


def bad_claims() -> Iterator[Any]:
    """Claims under a right signature, and why they are refused."""
    value: Any
    typ: Any
    aud: Any
    for name in ("exp", "nbf", "iat"):
        for value in (10**400, -(10**400), -1, 2**63, 1e30, True, False, "1", "", [], {}, [1], None):
            yield pytest.param({name: value}, Reason.TIME, id=f"{name}-{str(value)[:6]}")
        for text in ("NaN", "Infinity", "-Infinity", "1e999"):
            yield pytest.param(f'"{name}": {text}', Reason.TIME, id=f"{name}-{text}")
    yield pytest.param({"exp": SECONDS - 6}, Reason.EXPIRED, id="expired")
    yield pytest.param({"exp": ...}, Reason.TIME, id="no-exp")
    yield pytest.param({"iat": ...}, Reason.TIME, id="no-iat")
    yield pytest.param({"nbf": SECONDS + 61}, Reason.NOT_YET_VALID, id="nbf-later")
    yield pytest.param({"iat": SECONDS + 61}, Reason.NOT_YET_VALID, id="iat-later")
    yield pytest.param({"iss": "https://identity.example.vn/realms/sixclear/"}, Reason.ISSUER, id="iss-slash")
    for value in (..., "", 7, ["x"]):
        yield pytest.param({"iss": value}, Reason.ISSUER, id=f"iss-{value}")
        yield pytest.param({"aud": value}, Reason.AUDIENCE, id=f"aud-{value}")
    for aud in ("account", ["account"], "sixclear2", ["sixclear", 7], {"sixclear": 1}, []):
        yield pytest.param({"aud": aud}, Reason.AUDIENCE, id=f"aud-{aud}")
    for typ in ("ID", "Refresh", "Offline", "Logout", "DPoP", "", 7, []):
        yield pytest.param({"typ": typ}, Reason.NOT_AN_ACCESS_TOKEN, id=f"keycloak-typ-{typ}")
    yield pytest.param({"at_hash": "x"}, Reason.NOT_AN_ACCESS_TOKEN, id="at_hash")
    yield pytest.param({"typ": ..., "nonce": "x"}, Reason.NOT_AN_ACCESS_TOKEN, id="nonce")
    yield pytest.param({"typ": ..., "azp": ..., "client_id": ...}, Reason.NOT_AN_ACCESS_TOKEN, id="to-no-client")
    for name in ("public", "Public", "public 7f"):
        yield pytest.param({"client_id": name}, Reason.CALLER_RESERVED, id=f"caller-{name}")
    for value in (7, ["org-G06"], {"a": 1}, True, "a\x00b", "a\nb", "\ud800", " a", "x" * 201, "\u202ea"):
        yield pytest.param({"client_id": value}, Reason.CALLER_MALFORMED, id=f"caller-{str(value)[:3]!r}")
    for value in (7, ["G06", "G01"], {"G06": {}}, "a\x00b", "x" * 81, [7], True):
        yield pytest.param({"organisation_code": value}, Reason.ORGANISATION, id=f"code-{str(value)[:8]!r}")
    for value in ("G06", "not an id", str(UUID(int=7)), 7):
        yield pytest.param({"organisation_id": value}, Reason.ORGANISATION, id=f"organisation-{value}")
    for value in (7, True, {"a": 1}, ["a", 7], [["a"]]):
        yield pytest.param({"scope": value}, Reason.SCOPE, id=f"scope-{value}")


@pytest.mark.asyncio
@pytest.mark.parametrize(("changes", "reason"), list(bad_claims()))
async def test_claims_that_are_not_right_are_refused_with_their_reason(changes: Any, reason: Reason) -> None:
    if isinstance(changes, str):
        name = changes.partition('"')[2].partition('"')[0]
        claims: Any = json.dumps(with_claims(**{name: ...}))[:-1] + f", {changes}}}"
    else:
        claims = with_claims(**changes)
    await refused(KEYCLOAK_ISSUER, signed(KEYCLOAK_HEADER, claims), reason)


@pytest.mark.asyncio
@pytest.mark.parametrize("claims", ["[]", "7", "null", "", "{", '{"a": "\\ud800"', "[" * 3_000])
async def test_a_payload_that_is_no_object_is_malformed(claims: str) -> None:
    await refused(KEYCLOAK_ISSUER, signed(KEYCLOAK_HEADER, claims), Reason.MALFORMED)


@pytest.mark.asyncio
@pytest.mark.parametrize("caller_claims", ["sub", "client_id,azp,appid,sub"])
async def test_the_name_of_strangers_is_refused_wherever_it_stands(caller_claims: str) -> None:
    claims = {**KEYCLOAK, "sub": "public"}
    settings = KEYCLOAK_ISSUER | {"token_caller_claims": caller_claims}
    await refused(settings, signed(KEYCLOAK_HEADER, claims), Reason.CALLER_RESERVED)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"crit": ["exp"]}, Reason.HEADER),
        ({"b64": False, "crit": ["b64"]}, Reason.HEADER),
        ({"b64": False}, Reason.MALFORMED),
        ({"jwk": EC.as_dict(private=False)}, Reason.HEADER),
        ({"jku": "https://issuer.test/jwks"}, Reason.HEADER),
        ({"x5u": "https://issuer.test/x"}, Reason.HEADER),
        ({"x5c": ["AAAA"]}, Reason.HEADER),
        ({"kid": 7}, Reason.HEADER),
        ({"kid": "unknown"}, Reason.KEY_UNKNOWN),
        ({"kid": "ec"}, Reason.KEY_UNFIT),
        ({"kid": "enc"}, Reason.KEY_UNFIT),
        ({"kid": "rsa", "alg": "PS256"}, Reason.KEY_UNFIT),
        ({"kid": "rsa", "alg": "ES256"}, Reason.KEY_UNFIT),
        ({"kid": "rsa-any"}, Reason.SIGNATURE),
        *(({"alg": alg}, Reason.ALGORITHM) for alg in ("none", "None", "NONE", "", "HS256", "HS512", "RS384", 7, None)),
        *(({"typ": typ}, Reason.TYPE) for typ in ("id+jwt", "logout+jwt", "dpop+jwt", "JOSE", "", 7, None, ["JWT"])),
    ],
)
async def test_headers_that_are_not_right_are_refused(header: dict[str, Any], reason: Reason) -> None:
    """The signature covers the header that is sent, made with the issuer's own key."""
    text = base64.urlsafe_b64encode(json.dumps(KEYCLOAK_HEADER | header).encode()).rstrip(b"=")
    payload = signed(KEYCLOAK_HEADER, KEYCLOAK).split(".")[1].encode()
    signature = jws.JWSRegistry.algorithms["RS256"].sign(text + b"." + payload, RSA)
    token = b".".join([text, payload, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()
    await refused(KEYCLOAK_ISSUER, token, reason)


@pytest.mark.asyncio
async def test_a_missing_type_is_refused_by_default() -> None:
    header = {"alg": "RS256", "kid": "rsa"}
    await refused(KEYCLOAK_ISSUER, signed(header, KEYCLOAK), Reason.TYPE)


@pytest.mark.asyncio
async def test_the_public_key_is_no_secret_to_sign_with() -> None:
    secret = OctKey.import_key(json.dumps(RSA.as_dict(private=False)).encode())
    token = jwt.encode({"alg": "HS256", "typ": "JWT", "kid": "rsa"}, dict(KEYCLOAK), secret)
    await refused(KEYCLOAK_ISSUER, token, Reason.ALGORITHM)


@pytest.mark.asyncio
@pytest.mark.filterwarnings("ignore:Key size should be")
async def test_a_weak_rsa_key_proves_nothing() -> None:
    weak: list[Key] = [RSAKey.generate_key(1024, {"kid": "rsa"})]
    await refused(KEYCLOAK_ISSUER, signed(KEYCLOAK_HEADER, KEYCLOAK, weak), Reason.KEY_UNFIT, weak)


@pytest.mark.asyncio
async def test_a_key_for_agreement_does_not_sign() -> None:
    keys: list[Key] = [OKPKey.generate_key("X25519", {"kid": "ed"})]
    await refused(
        KEYCLOAK_ISSUER, signed({"alg": "EdDSA", "typ": "JWT", "kid": "ed"}, KEYCLOAK), Reason.KEY_UNFIT, keys
    )


@pytest.mark.asyncio
async def test_an_entra_id_token_for_the_same_application_is_no_access_token() -> None:
    """Its audience is the application's identifier too, and it may carry roles."""
    claims = {name: value for name, value in ENTRA.items() if name not in ("azp", "azpacr")} | {"name": "A Person"}
    await refused(ENTRA_ISSUER, signed(ENTRA_HEADER, claims), Reason.NOT_AN_ACCESS_TOKEN)


@pytest.mark.asyncio
async def test_any_of_several_audiences_is_enough() -> None:
    settings = KEYCLOAK_ISSUER | {"audience": "api://sixclear, account"}
    assert (await verifier(settings).verify(signed(KEYCLOAK_HEADER, KEYCLOAK))).client_id == "org-G06"


@pytest.mark.asyncio
async def test_the_embedded_issuer_keeps_its_one_algorithm() -> None:
    rules = TokenRules.from_settings(CommonSettings())
    assert rules.algorithms == ("ES256",)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("told", "mandate"),
    [
        ("programme:plan  organisation:01", ("programme:plan", "organisation:01")),
        (["programme:plan"], ("programme:plan",)),
        ("", ()),
        (..., ()),
        ({"programme": "plan"}, ()),
        (["programme:plan", 7], ()),
    ],
)
async def test_a_mandate_is_what_the_token_names(told: Any, mandate: tuple[str, ...]) -> None:
    caller = await verifier(KEYCLOAK_ISSUER).verify(signed(KEYCLOAK_HEADER, with_claims(mandate=told)))
    assert caller.mandate == mandate
    token = signed(KEYCLOAK_HEADER, with_claims(mandate="programme:other", remit=told))
    other = await verifier(KEYCLOAK_ISSUER | {"token_mandate_claim": "remit"}).verify(token)
    assert other.mandate == mandate


@pytest.mark.asyncio
async def test_a_client_of_no_organisation_has_none() -> None:
    claims = with_claims(organisation_code=[], organisation_id="")
    caller = await verifier(KEYCLOAK_ISSUER).verify(signed(KEYCLOAK_HEADER, claims))
    assert caller == Caller("org-G06", None, frozenset({"profile", "email", "tasks:report"}))


def test_keys_that_are_not_ours_to_read_do_not_hide_the_others() -> None:
    entries: list[Any] = [
        {"kty": "AKP", "alg": "ML-DSA-65", "kid": "pq", "pub": "AA"},
        {"kty": "EC", "crv": "P-9999", "x": "AA", "y": "AA", "kid": "curve"},
        {"kty": "RSA", "kid": "half"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "secret"},
        "rubbish",
        None,
        RSA.as_dict(private=True),
    ]
    keys = public_keys({"keys": entries})
    assert [(key.kid, key.is_private) for key in keys] == [("rsa", False)]
    too_far = {"keys": ["x"] * 100 + [RSA.as_dict(private=False)]}
    unusable: list[Any] = [[], {}, {"keys": 7}, {"keys": []}, None, too_far]
    for nothing in unusable:
        with pytest.raises(ValueError, match=r".+"):
            public_keys(nothing)


def test_a_claim_is_found_by_its_name_or_inside_another() -> None:
    claims = {"a.b": 1, "a": {"b": 2, "c.d": {"e": 3}, "n": None}, "https://x.vn/y": 4, "deep": {"er": {"est": 5}}}
    assert [find_claim(claims, path) for path in ("a.b", "a.c.d.e", "https://x.vn/y", "deep.er.est")] == [1, 3, 4, 5]
    assert [find_claim(claims, path) for path in ("", ".", "a.", "a.n", "a.b.c", "deep.er.est.x", "..")] == [None] * 7


@pytest.mark.parametrize(
    ("settings", "variable"),
    [
        ({"token_algorithms": "RS256,none"}, "SIXCLEAR_TOKEN_ALGORITHMS"),
        ({"token_algorithms": "HS256"}, "SIXCLEAR_TOKEN_ALGORITHMS"),
        ({"token_algorithms": "hs512,RS256"}, "SIXCLEAR_TOKEN_ALGORITHMS"),
        ({"token_algorithms": "RS1"}, "SIXCLEAR_TOKEN_ALGORITHMS"),
        ({"token_algorithms": " , "}, "SIXCLEAR_TOKEN_ALGORITHMS"),
        ({"token_types": "JOSE"}, "SIXCLEAR_TOKEN_TYPES"),
        ({"token_types": ""}, "SIXCLEAR_TOKEN_TYPES"),
        ({"audience": ""}, "SIXCLEAR_AUDIENCE"),
        ({"token_caller_claims": ","}, "SIXCLEAR_TOKEN_CALLER_CLAIMS"),
        ({"token_scope_claims": ""}, "SIXCLEAR_TOKEN_SCOPE_CLAIMS"),
        ({"token_organisation_claim": ""}, "SIXCLEAR_TOKEN_ORGANISATION_CLAIM"),
        ({"token_role_scopes": "reporter"}, "SIXCLEAR_TOKEN_ROLE_SCOPES"),
        ({"token_role_scopes": "=tasks:report"}, "SIXCLEAR_TOKEN_ROLE_SCOPES"),
        ({"token_role_scopes": "reporter="}, "SIXCLEAR_TOKEN_ROLE_SCOPES"),
    ],
)
def test_a_setting_that_is_not_safe_or_not_known_is_refused_at_start(settings: dict[str, Any], variable: str) -> None:
    with pytest.raises(ValidationError) as error:
        CommonSettings(**settings)
    (problem,) = problems_of(CommonSettings, error.value)
    assert problem.startswith(f"{variable}: ")


def test_a_flood_does_not_fill_the_log() -> None:
    seconds = 0.0
    refusals, before = Refusals(lambda: seconds), counted(Reason.EXPIRED)
    with capture_logs() as lines:
        for _ in range(1_000):
            refusals.note(Reason.EXPIRED)
        refusals.note(Reason.ISSUER)
        seconds = 11.0
        refusals.note(Reason.EXPIRED)
    told = [(line["reason"], line["not_logged_since_the_last"]) for line in lines]
    assert told == [("expired", 0), ("issuer-wrong", 0), ("expired", 999)]
    assert counted(Reason.EXPIRED) - before == 1_001


def test_every_reason_is_counted_from_the_start() -> None:
    Refusals()
    samples = [sample for metric in REGISTRY.collect() for sample in metric.samples]
    named = {one.labels["reason"] for one in samples if one.name == "sixclear_token_refusals_total"}
    assert named == {reason.value for reason in Reason}


@pytest.mark.asyncio
async def test_a_token_lasts_as_long_as_it_says() -> None:
    clock = MovingClock(NOW)
    checked = verifier(KEYCLOAK_ISSUER)
    checked._clock = clock
    token = signed(KEYCLOAK_HEADER, with_claims(exp=SECONDS + 30.5))
    await checked.verify(token)
    clock.pass_by(seconds=timedelta(minutes=1).total_seconds())
    with pytest.raises(InvalidToken):
        await checked.verify(token)
