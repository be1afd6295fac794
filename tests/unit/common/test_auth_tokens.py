"""Tokens: only the right ones are accepted, and few of them cost a verification or a fetch."""

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from sixclear.common.auth.token_keys import KeyFile, KeySource, KeyUrl
from sixclear.common.auth.token_rules import TokenRules
from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.caller import Caller, InvalidToken
from sixclear.common.errors import Unavailable
from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.identity import AUDIENCE, ISSUER, FakeIssuer, http_client
from sixclear.common.web.access import Access, CallerDep, RuledRoute, access_rules
from sixclear.common.web.app import create_service_app
from sixclear.common.web.route import TransactionalRoute

ORGANISATION = UUID(int=57)
START = datetime(2025, 12, 4, tzinfo=UTC)


def trusting(keys: KeySource, clock: MovingClock) -> TokenVerifier:
    return TokenVerifier(TokenRules(issuer=ISSUER, audiences=(AUDIENCE,)), keys, clock)


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(START)


@pytest.fixture
def issuer(clock: MovingClock) -> FakeIssuer:
    return FakeIssuer(clock)


@pytest.mark.asyncio
async def test_a_good_token_names_its_client(issuer: FakeIssuer) -> None:
    token = issuer.token("tasks:write", "tasks:report", client_id="org-G06", organisation_id=ORGANISATION)
    caller = await issuer.verifier().verify(token)
    assert caller == Caller("org-G06", ORGANISATION, frozenset({"tasks:write", "tasks:report"}), position="org-G06")


def unsigned(issuer: FakeIssuer) -> str:
    _, payload, _ = issuer.token("a").split(".")
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "at+jwt", "kid": issuer.key.kid}).encode())
    return f"{header.decode().rstrip('=')}.{payload}."


def signed_with(key: Any, algorithm: str, kid: str | None) -> str:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "iat": START, "exp": START + timedelta(hours=1)}
    return jwt.encode({"alg": algorithm, "typ": "at+jwt", "kid": kid}, claims, key, algorithms=[algorithm])


def altered(token: str) -> str:
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    changed = base64.urlsafe_b64encode(json.dumps({**claims, "scope": "everything"}).encode()).decode().rstrip("=")
    return f"{header}.{changed}.{signature}"


def wrong_organisation(value: Any) -> dict[str, Any]:
    return {"organisation_id": value}


@pytest.mark.asyncio
async def test_wrong_tokens_are_refused(issuer: FakeIssuer) -> None:
    kid = issuer.key.kid
    public = json.dumps(issuer.key.as_dict(private=False)).encode()
    wrong = [
        "",
        "x",
        "a.b.c",
        "é.é.é",
        "x" * 10_000,
        unsigned(issuer),
        altered(issuer.token("a")),
        signed_with(OctKey.import_key(public), "HS256", kid),
        signed_with(RSAKey.generate_key(2048), "RS256", kid),
        signed_with(ECKey.generate_key("P-256"), "ES256", kid),
        signed_with(ECKey.generate_key("P-256"), "ES256", "another"),
        issuer.token("a", header={"typ": "JWT"}),
        issuer.token("a", header={"kid": "another"}),
        issuer.token("a", iss="https://else.where"),
        issuer.token("a", aud="else"),
        issuer.token("a", aud=None),
        issuer.token("a", sub=None),
        issuer.token("a", exp=None),
        issuer.token("a", exp=START - timedelta(seconds=6)),
        issuer.token("a", nbf=int((START + timedelta(seconds=61)).timestamp())),
        issuer.token("a", iat=START + timedelta(seconds=61)),
        issuer.token("a", scope=[1]),
        issuer.token("a", scope={"a": 1}),
        issuer.token("a", **wrong_organisation("not an id")),
        issuer.token("a", **wrong_organisation(7)),
        issuer.token("a", exp=True),
    ]
    verifier = issuer.verifier()
    for token in wrong:
        with pytest.raises(InvalidToken):
            await verifier.verify(token)


@pytest.mark.asyncio
@pytest.mark.parametrize("claim", ["iat", "nbf"])
async def test_the_clock_of_an_issuer_may_be_a_minute_ahead(issuer: FakeIssuer, claim: str) -> None:
    times: dict[str, Any] = {claim: int((START + timedelta(seconds=60)).timestamp())}
    assert (await issuer.verifier().verify(issuer.token("a", **times))).client_id == "test-client"


@pytest.mark.asyncio
async def test_a_verified_token_is_remembered_but_never_past_its_end(
    issuer: FakeIssuer, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifier, token = issuer.verifier(), issuer.token("a", exp=START + timedelta(seconds=30))
    await verifier.verify(token)
    with monkeypatch.context() as patched:
        patched.setattr(jwt, "decode", lambda *args, **kwargs: pytest.fail("verified again"))
        clock.pass_by(seconds=29)
        await verifier.verify(token)
    clock.pass_by(seconds=7)
    with pytest.raises(InvalidToken):
        await verifier.verify(token)


@pytest.mark.asyncio
async def test_what_is_remembered_is_bounded(issuer: FakeIssuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sixclear.common.auth.tokens._REMEMBERED_TOKENS", 3)
    verifier = issuer.verifier()
    for _ in range(5):
        await verifier.verify(issuer.token("a"))
    assert len(verifier._remembered) == 3


@pytest.mark.asyncio
async def test_a_new_key_is_fetched_but_not_for_every_made_up_key_id(issuer: FakeIssuer, clock: MovingClock) -> None:
    verifier = issuer.verifier()
    await verifier.verify(issuer.token("a"))
    assert issuer.loads == 1
    for _ in range(20):
        with pytest.raises(InvalidToken):
            await verifier.verify(issuer.token("a", header={"kid": "made up"}))
    assert issuer.loads == 1
    clock.pass_by(seconds=11)
    issuer.rotate()
    await verifier.verify(issuer.token("a"))
    assert issuer.loads == 2


@pytest.mark.asyncio
async def test_known_keys_stay_good_while_the_issuer_is_away(issuer: FakeIssuer, clock: MovingClock) -> None:
    document = KeySet([issuer.key]).as_dict(private=False)
    answers = [httpx2.Response(200, json=document), httpx2.Response(500)]
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return answers[min(len(asked), len(answers)) - 1]

    source = KeyUrl("https://issuer.test/jwks", transport=httpx2.MockTransport(answer))
    verifier = trusting(source, clock)
    await verifier.verify(issuer.token("a"))
    clock.pass_by(seconds=1000)
    await verifier.verify(issuer.token("a"))
    assert len(asked) == 2


@pytest.mark.asyncio
async def test_nobody_waits_for_an_issuer_that_hangs_but_who_needs_its_answer(
    issuer: FakeIssuer, clock: MovingClock
) -> None:
    """A stranger's made-up key id must not stop those whose key is known."""
    hangs, may_answer = asyncio.Event(), asyncio.Event()

    class Hanging:
        async def load(self) -> KeySet:
            if verifier._keys is not None:
                hangs.set()
                await may_answer.wait()
            return KeySet([issuer.key])

    verifier = trusting(Hanging(), clock)
    await verifier.verify(issuer.token("a"))
    clock.pass_by(seconds=601)
    stranger = asyncio.create_task(verifier.verify(issuer.token("a", header={"kid": "made up"})))
    await hangs.wait()
    async with asyncio.timeout(10):
        assert (await verifier.verify(issuer.token("b"))).client_id == "test-client"
    may_answer.set()
    with pytest.raises(InvalidToken):
        await stranger


@pytest.mark.asyncio
async def test_without_keys_nobody_can_tell(issuer: FakeIssuer, clock: MovingClock, tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    verifier = trusting(KeyFile(path), clock)
    with pytest.raises(Unavailable):
        await verifier.verify(issuer.token("a"))
    path.write_text(json.dumps(KeySet([issuer.key]).as_dict(private=True)))
    clock.pass_by(seconds=2)
    assert (await verifier.verify(issuer.token("a"))).client_id == "test-client"


def application(issuer: FakeIssuer) -> FastAPI:
    router = APIRouter(route_class=TransactionalRoute)

    @router.get("/annotated")
    async def annotated(caller: Annotated[Caller, Depends(Access.scope("a:b", "a:c"))]) -> str:
        return caller.client_id

    @router.post("/own", dependencies=[Depends(Access.scope("a:b", organisation="own"))])
    async def own(body: dict[str, Any], caller: CallerDep) -> str:
        return str(caller.own_organisation())

    @router.get("/open", dependencies=[Depends(Access.public("a test"))])
    async def opened(caller: CallerDep) -> str:
        return caller.client_id

    @router.get("/forgotten")
    async def forgotten() -> None: ...

    async def page(request: Request) -> Response:
        return Response()

    async def bare(request: Request) -> Response:
        return Response()

    routes = [RuledRoute("/page", page, access=Access.public("a page")), Mount("/sub", routes=[Route("/bare", bare)])]
    return create_service_app(
        title="T", service="t", version="1", prefix="/t", routers=[router], routes=routes, verifier=issuer.verifier()
    )


@pytest.mark.asyncio
async def test_routes_admit_by_scope_and_organisation(issuer: FakeIssuer) -> None:
    async with http_client(application(issuer)) as client:
        with_c = issuer.headers("a:c")
        assert (await client.get("/t/annotated", headers=with_c)).json() == "test-client"
        assert (await client.get("/t/open", headers={"Authorization": "Bearer rubbish"})).json() == "public"
        own = issuer.headers("a:b", organisation_id=ORGANISATION)
        assert (await client.post("/t/own", json={}, headers=own)).json() == str(ORGANISATION)
        refused = await client.post("/t/own", json={}, headers=issuer.headers("a:b"))
        assert (refused.status_code, refused.json()["code"]) == (403, "organisation-required")
        refused = await client.get("/t/annotated", headers=issuer.headers("other"))
        assert (refused.status_code, refused.json()["code"]) == (403, "insufficient-scope")
        assert 'error="insufficient_scope", scope="a:b a:c"' in refused.headers["www-authenticate"]
        assert refused.json()["detail"] == "One of the scopes `a:b`, `a:c` is needed; each will do."


def test_a_rule_counts_on_the_route_or_its_own_router_only() -> None:
    router = APIRouter(dependencies=[Depends(Access.public("its own router"))])
    late = APIRouter()

    @router.get("/ruled")
    @late.get("/late")
    async def answer() -> None: ...

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(router)
    app.include_router(late, dependencies=[Depends(Access.public("a router that includes it"))])
    found = {path: rule and rule.reason for _, path, rule in access_rules(app)}
    assert found == {"/ruled": "its own router", "/late": None}, "a body would be read before the caller is admitted"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "unauthenticated"),
        ("", "unauthenticated"),
        ("Bearer", "unauthenticated"),
        ("Basic eDp5", "unauthenticated"),
        ("Bearer rubbish", "invalid-token"),
        ("Bearer \xff\xfe", "invalid-token"),
    ],
)
async def test_without_a_good_token_the_body_is_not_even_read(
    issuer: FakeIssuer, authorization: str | None, code: str
) -> None:
    headers = [] if authorization is None else [(b"Authorization", authorization.encode("latin-1"))]
    async with http_client(application(issuer)) as client:
        answer = await client.post("/t/own", content=b"{not json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.headers["www-authenticate"].startswith("Bearer ")


def test_every_route_is_listed_with_its_rule(issuer: FakeIssuer) -> None:
    rules = {path: rule for _, path, rule in access_rules(application(issuer))}
    assert rules["/t/annotated"] == Access.scope("a:b", "a:c")
    assert rules["/t/own"] == Access.scope("a:b", organisation="own")
    assert rules["/page"] == Access.public("a page")
    assert rules["/t/forgotten"] is None
    assert rules["/sub/bare"] is None


def test_rules_must_say_what_they_mean() -> None:
    with pytest.raises(ValueError, match="why it is public"):
        Access.public("")
    with pytest.raises(ValueError, match="names a scope"):
        Access.scope()
    with pytest.raises(ValueError, match="any, own, or an OrganisationRule"):
        Access.scope("a:b", organisation="whatever")  # type: ignore[arg-type]
    assert access_rules(Starlette()) == []
