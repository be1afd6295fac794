"""What a person is told of tokens fits where they come from."""

from argparse import Namespace
from pathlib import Path

import httpx2
import pytest

from sixclear.common.ids import stable_id
from sixclear.common.issuer.clients import get_client, seed_clients
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.launcher.banner import banner
from sixclear.launcher.commands import identity_client
from sixclear.launcher.identity import ProviderTokens, Tokens, tokens_of
from sixclear.launcher.keycloak_admin import KeycloakAdmin
from sixclear.launcher.options import RunOptions, common_settings, embeds_issuer

ISSUER = "https://identity.example.vn/realms/sixclear"
ALL = RunOptions(target="all", host="127.0.0.1", port=8000)


def asked(step: str, body: str, **more: object) -> Namespace:
    """What the command line says of a client."""
    return Namespace(**{"step": step, "body": body, "name": None, "role": None, "mandate": [], **more})


def test_with_an_outside_provider_the_banner_offers_no_demonstration_client() -> None:
    shown = "\n".join(banner(CommonSettings(issuer_url=ISSUER), ALL))
    assert ISSUER in shown
    assert "docs/identity.md" in shown
    assert "org-G06" not in shown
    assert "make live" not in shown


@pytest.mark.parametrize(
    "settings", [CommonSettings(), CommonSettings.model_validate({"issuer_url": ISSUER, "demo_secret": "x"})]
)
def test_where_demonstration_clients_have_tokens_the_banner_offers_them(settings: CommonSettings) -> None:
    shown = "\n".join(banner(settings, ALL))
    assert "org-G06" in shown
    assert "make live" in shown


def test_who_asks_for_a_token_of_an_outside_provider_is_told_whom_to_ask() -> None:
    with pytest.raises(CannotStart) as refused:
        tokens_of(CommonSettings(issuer_url=ISSUER))
    assert ISSUER in refused.value.reason
    assert "make run" not in refused.value.way_out
    assert "docs/identity.md" in refused.value.way_out
    assert isinstance(
        tokens_of(CommonSettings.model_validate({"issuer_url": ISSUER, "demo_secret": "x"})), ProviderTokens
    )


@pytest.mark.asyncio
async def test_without_a_provider_and_without_clients_both_ways_are_told(tmp_path: Path) -> None:
    tokens = tokens_of(CommonSettings(home=tmp_path))
    assert isinstance(tokens, Tokens)
    with pytest.raises(CannotStart) as refused:
        await tokens("org-G06")
    assert "make run" in refused.value.way_out
    assert "SIXCLEAR_ISSUER_URL" in refused.value.way_out


def test_keys_without_tls_are_refused_by_the_name_of_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIXCLEAR_JWKS_URL", "http://identity.example.vn/certs")
    with pytest.raises(CannotStart, match=r"not valid\. SIXCLEAR_JWKS_URL must be https"):
        common_settings("127.0.0.1", 0)


def test_an_issuer_of_ones_own_needs_no_address_of_keys() -> None:
    assert not embeds_issuer(CommonSettings(env="production", issuer_url=ISSUER), "all")
    assert not ALL.loads_demo(CommonSettings(issuer_url=ISSUER))
    assert ALL.loads_demo(CommonSettings())


@pytest.mark.asyncio
@pytest.mark.parametrize("step", ["add", "renew"])
async def test_a_client_that_was_not_made_leaves_no_file_in_the_way_of_the_next_try(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIXCLEAR_ISSUER_URL", "http://127.0.0.1:9/realms/sixclear")
    monkeypatch.setenv("SIXCLEAR_IDENTITY_ADMIN_SECRET", "x")
    for _ in range(2):
        with pytest.raises(CannotStart, match="gave the client 'identity-admin' no token"):
            await identity_client(asked(step, "G06", secret_file=tmp_path / "secret"))
        assert not (tmp_path / "secret").exists()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (httpx2.Response(302, headers={"Location": "https://elsewhere.test"}), "answered 302"),
        (httpx2.Response(200, text="<html>"), "no administration API"),
    ],
)
async def test_who_revokes_a_client_is_not_told_that_there_is_none_by_another_server(
    answer: httpx2.Response, says: str
) -> None:
    admin = KeycloakAdmin(CommonSettings.model_validate({"issuer_url": ISSUER, "identity_admin_secret": "x"}))
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: answer)) as client:
        admin._http = client
        with pytest.raises(CannotStart, match=says):
            await admin.revoke("org-G06")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a platform that was started once, with its own issuer."""
    monkeypatch.setenv("SIXCLEAR_HOME", str(tmp_path))
    seed_clients(tmp_path, [("G06", stable_id("organisation", "G06"))])
    return tmp_path


@pytest.mark.asyncio
async def test_a_body_that_was_registered_later_gets_a_client_without_a_start(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CannotStart, match="'BCD-01'") as refused:
        await identity_client(asked("add", "BCD-01"))
    assert "--name" in refused.value.way_out
    assert await identity_client(asked("add", "BCD-01", name="Ban Chỉ đạo")) == 0
    made = get_client(home, "org-BCD-01")
    assert f"client_id=org-BCD-01\nclient_secret={made.secret}" in capsys.readouterr().out
    assert made.organisation_id == str(stable_id("organisation", "BCD-01"))
    assert set(made.scopes) == set(get_client(home, "org-G06").scopes)
    with pytest.raises(CannotStart, match="already"):
        await identity_client(asked("add", "BCD-01", name="Ban Chỉ đạo"))
    await identity_client(asked("renew", "BCD-01"))
    assert get_client(home, "org-BCD-01").secret != made.secret
    seed_clients(home, [])
    assert get_client(home, "org-BCD-01").scopes == made.scopes, "a later start keeps it"
    await identity_client(asked("revoke", "BCD-01"))
    with pytest.raises(CannotStart, match="no client 'org-BCD-01'"):
        await identity_client(asked("renew", "BCD-01"))


@pytest.mark.asyncio
async def test_an_inspector_of_a_body_reads_what_its_mandate_names(home: Path) -> None:
    await identity_client(asked("add", "G06", role="inspector", mandate=["programme:ke-hoach-01", "organisation:01"]))
    made = get_client(home, "inspector-G06")
    assert (made.scopes, made.mandate) == (
        ("tasks:inspect", "catalog:inspect"),
        ("programme:ke-hoach-01", "organisation:01"),
    )
    with pytest.raises(CannotStart, match="names no mandate"):
        await identity_client(asked("add", "G06", role="supervisor", mandate=["ke-hoach-01"]))
    with pytest.raises(CannotStart, match="no mandate"):
        await identity_client(asked("add", "G06", mandate=["organisation:01"]))


@pytest.mark.asyncio
async def test_a_client_needs_a_platform_that_was_started_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIXCLEAR_HOME", str(tmp_path))
    with pytest.raises(CannotStart, match="no clients") as refused:
        await identity_client(asked("add", "G06"))
    assert "make run" in refused.value.way_out
