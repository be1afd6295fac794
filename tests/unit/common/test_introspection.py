"""With introspection a revoked token is refused within a minute, and what is not known is not let through."""

import asyncio
import base64
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from joserfc.jwk import KeySet
from pydantic import ValidationError
from structlog.testing import capture_logs
from tests.unit.common.provider_server import Handler, ProviderServer, provider_server, send

from sixclear.common.auth import introspection
from sixclear.common.auth.introspection import Introspection
from sixclear.common.auth.refusals import REFUSALS
from sixclear.common.auth.token_rules import TokenRules
from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.caller import InvalidToken
from sixclear.common.errors import Unavailable
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.authority import Authority
from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.identity import AUDIENCE, ISSUER, FakeIssuer

START = datetime(2025, 12, 4, tzinfo=UTC)
ENDPOINT = "/realms/sixclear/introspection_endpoint"
SECRET = "s%e:c ret+"


@pytest.fixture
def provider() -> Iterator[ProviderServer]:
    with provider_server() as running:
        running.describe()
        running.answers[ENDPOINT] = {"active": True, "client_id": "org-G06"}
        yield running


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(START)


@pytest.fixture
def issuer(clock: MovingClock) -> FakeIssuer:
    return FakeIssuer(clock)


def settings(provider: ProviderServer, **changes: Any) -> CommonSettings:
    given = {
        "issuer_url": provider.issuer,
        "identity_introspection": "on",
        "identity_introspection_client": "sixclear",
        "identity_introspection_secret": SECRET,
    }
    return CommonSettings.model_validate(given | changes)


def asking(provider: ProviderServer, issuer: FakeIssuer, **changes: Any) -> TokenVerifier:
    rules = TokenRules(issuer=ISSUER, audiences=(AUDIENCE,))
    return TokenVerifier(rules, issuer, issuer.clock, Introspection.from_settings(settings(provider, **changes)))


def questions(provider: ProviderServer) -> list[str]:
    return [form["token"][0] for path, form, _ in provider.asked if path == ENDPOINT]


@pytest.mark.asyncio
async def test_a_revoked_token_is_refused_within_a_minute(
    provider: ProviderServer, issuer: FakeIssuer, clock: MovingClock
) -> None:
    verifier, token = asking(provider, issuer), issuer.token("a")
    assert (await verifier.verify(token)).client_id == "test-client"
    provider.answers[ENDPOINT] = {"active": False}
    clock.pass_by(seconds=59)
    assert (await verifier.verify(token)).client_id == "test-client"
    assert questions(provider) == [token]
    clock.pass_by(seconds=1)
    before = REFUSALS.labels("not-active")._value.get()
    for _ in range(3):
        with pytest.raises(InvalidToken):
            await verifier.verify(token)
        assert not verifier.remembers(token)
    assert questions(provider) == [token, token], "that it does not hold is remembered as well"
    assert REFUSALS.labels("not-active")._value.get() == before + 3


@pytest.mark.asyncio
async def test_the_provider_is_asked_as_rfc_7662_says(provider: ProviderServer, issuer: FakeIssuer) -> None:
    verifier = asking(provider, issuer)
    await verifier.verify(issuer.token("a"))
    _, form, proof = provider.asked[-1]
    assert form["token_type_hint"] == ["access_token"]
    assert proof == "Basic " + _basic("sixclear:s%25e%3Ac+ret%2B")
    own = {"identity_introspection_client": None, "identity_introspection_secret": None}
    processes = {"client_id": "processes", "client_secret": "x"}
    direct = f"{provider.url}{ENDPOINT}"
    verifier = asking(provider, issuer, identity_introspection=direct, **own, **processes)
    asked = len(provider.asked)
    await verifier.verify(issuer.token("a"))
    assert [(path, proof) for path, _, proof in provider.asked[asked:]] == [
        (ENDPOINT, "Basic " + _basic("processes:x"))
    ]


def _basic(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.asyncio
async def test_strangers_make_no_question(provider: ProviderServer, issuer: FakeIssuer) -> None:
    verifier = asking(provider, issuer)
    for token in ("rubbish", FakeIssuer(issuer.clock).token("a"), issuer.token("a", aud="other")):
        with pytest.raises(InvalidToken):
            await verifier.verify(token)
    assert questions(provider) == []


FAULTS: dict[str, Any] = {
    "no such page": None,
    "not JSON": lambda handler: send(handler, b"<html>"),
    "a list": [],
    "no word of it": {"client_id": "org-G06"},
    "a text": {"active": "true"},
    "refuses our client": lambda handler: send(handler, b'{"error": "invalid_client"}', 401),
    "is overloaded": lambda handler: send(handler, b"", 503),
    "leads elsewhere": lambda handler: send(handler, b"", 302, Location="/elsewhere"),
    "is long": lambda handler: send(handler, b'{"active": true, "x": "' + b"x" * 2_000_000 + b'"}'),
    "is cut": lambda handler: handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_what_is_not_known_is_not_let_through(
    provider: ProviderServer, issuer: FakeIssuer, clock: MovingClock, fault: Any
) -> None:
    """Also not a token that held a minute ago; and the caller hears when to try again."""
    verifier, token = asking(provider, issuer), issuer.token("a")
    await verifier.verify(token)
    good, provider.answers[ENDPOINT] = provider.answers[ENDPOINT], fault
    clock.pass_by(seconds=60)
    with capture_logs() as lines:
        for _ in range(2):
            with pytest.raises(Unavailable) as refused:
                await verifier.verify(token)
            assert refused.value.status == 503
            assert int((refused.value.headers or {})["Retry-After"]) > 0
    assert len([line for line in lines if line["log_level"] == "error"]) == 1
    assert SECRET not in str(lines)
    assert token not in str(lines)
    provider.answers[ENDPOINT] = good

    async def taken() -> bool:
        try:
            return bool(await verifier.verify(token))
        except Unavailable:
            return False

    await eventually(taken, within_seconds=5.0)


@pytest.mark.asyncio
async def test_a_provider_that_refuses_is_not_asked_at_each_request(
    provider: ProviderServer, issuer: FakeIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An overloaded one would get more the less it can do, and each question costs everybody here."""
    monkeypatch.setattr(introspection, "_PAUSE_SECONDS", 60.0)
    provider.answers[ENDPOINT] = lambda handler: send(handler, b"", 503)
    verifier = asking(provider, issuer)
    for _ in range(5):
        with pytest.raises(Unavailable):
            await verifier.verify(issuer.token("a"))
    assert len(questions(provider)) == 1


@pytest.mark.asyncio
async def test_a_provider_that_hangs_or_drips_costs_a_bounded_wait(
    provider: ProviderServer, issuer: FakeIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(introspection, "_ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(introspection, "_PAUSE_SECONDS", 60.0)

    def drips(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
        while not provider.ends.wait(0.05):
            handler.wfile.write(b" ")

    for fault in (lambda _: provider.ends.wait(30), drips):
        provider.answers[ENDPOINT] = fault
        verifier = asking(provider, issuer)
        asked = len(questions(provider))
        began = time.monotonic()
        tokens = [issuer.token("a") for _ in range(40)]
        answers = await asyncio.gather(*map(verifier.verify, tokens), return_exceptions=True)
        assert {type(answer) for answer in answers} == {Unavailable}
        assert time.monotonic() - began < 5.0
        assert len(questions(provider)) - asked <= 16, "who waits for a place is told without a question"


@pytest.mark.asyncio
async def test_one_question_serves_all_and_survives_who_leaves(
    provider: ProviderServer, issuer: FakeIssuer, clock: MovingClock
) -> None:
    may_answer = Event()

    def waits(handler: Handler) -> None:
        may_answer.wait(30)
        send(handler, b'{"active": true}')

    provider.answers[ENDPOINT] = waits
    verifier, token = asking(provider, issuer), issuer.token("a")
    callers = [asyncio.create_task(verifier.verify(token)) for _ in range(20)]

    async def asked() -> bool:
        return bool(questions(provider))

    await eventually(asked)
    callers[0].cancel()
    may_answer.set()
    assert {caller.client_id for caller in await asyncio.gather(*callers[1:])} == {"test-client"}
    assert questions(provider) == [token]


@pytest.mark.asyncio
async def test_the_minute_begins_with_the_question(issuer: FakeIssuer, clock: MovingClock) -> None:
    class Old:
        async def confirmed(self, token: str, digest: bytes) -> float | None:
            return 4.0

    verifier = TokenVerifier(TokenRules(issuer=ISSUER, audiences=(AUDIENCE,)), issuer, clock, Old())
    token = issuer.token("a")
    await verifier.verify(token)
    clock.pass_by(seconds=55)
    assert verifier.recognised(token) is not None
    clock.pass_by(seconds=1)
    assert verifier.recognised(token) is None


@pytest.mark.asyncio
async def test_a_clock_that_is_set_back_does_not_make_a_token_hold_longer(
    issuer: FakeIssuer, clock: MovingClock
) -> None:
    verifier, token = issuer.verifier(), issuer.token("a")
    await verifier.verify(token)
    clock.pass_by(seconds=-30)
    assert not verifier.remembers(token)


@pytest.mark.asyncio
async def test_refused_tokens_that_are_remembered_are_bounded(
    provider: ProviderServer, issuer: FakeIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(introspection, "_REFUSED_TOKENS", 3)
    provider.answers[ENDPOINT] = {"active": False}
    state = Introspection(settings(provider))
    for number in range(5):
        assert await state.confirmed("x", bytes([number])) is None
    assert len(state._refused) == 3


def test_the_provider_is_asked_over_tls_beyond_this_machine() -> None:
    good = {"issuer_url": "https://identity.test/x", "identity_introspection": "on"}
    CommonSettings.model_validate(good)
    assert Introspection.from_settings(CommonSettings()) is None
    for wrong, words in (
        ({"identity_introspection": "true"}, "write on, off or the address"),
        ({"identity_introspection": "http://identity.test/x"}, "INTROSPECTION must be https"),
        ({"issuer_url": "http://identity.test/x", "jwks_url": "https://identity.test/certs"}, "must be https"),
    ):
        with pytest.raises(ValidationError, match=words):
            CommonSettings.model_validate(good | wrong)


@pytest.mark.asyncio
async def test_the_settings_alone_connect_it(provider: ProviderServer, clock: MovingClock) -> None:
    """Keys and introspection are found by the issuer's name."""
    issuer = FakeIssuer(clock)
    provider.answers["/realms/sixclear/jwks_uri"] = KeySet([issuer.key]).as_dict(private=False)
    verifier = TokenVerifier.from_settings(settings(provider), clock)
    token = issuer.token("a", iss=provider.issuer)
    assert (await verifier.verify(token)).client_id == "test-client"
    provider.answers[ENDPOINT] = {"active": False}
    clock.pass_by(seconds=60)
    with pytest.raises(InvalidToken):
        await verifier.verify(token)


@pytest.mark.asyncio
async def test_it_is_asked_over_tls_and_a_new_authority_is_read_after_a_failure(
    issuer: FakeIssuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(introspection, "_PAUSE_SECONDS", 0.0)
    (tmp_path / "other").mkdir()
    authority, trusted = Authority(tmp_path), tmp_path / "trusted.pem"
    trusted.write_bytes(Authority(tmp_path / "other").file.read_bytes())
    with provider_server(authority.certificate("identity")) as provider:
        provider.describe()
        provider.answers[ENDPOINT] = {"active": True}
        verifier, token = asking(provider, issuer, identity_ca_file=trusted), issuer.token("a")
        with pytest.raises(Unavailable):
            await verifier.verify(token)
        assert provider.asked == [], "nothing is said to a server that is not trusted"
        trusted.write_bytes(authority.file.read_bytes())
        assert (await verifier.verify(token)).client_id == "test-client"
