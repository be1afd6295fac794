"""What each process of a local cluster is told: it reports its relays, whether or not a collector is named."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from sixclear.common.issuer.clients import Client, get_client, seed_clients
from sixclear.common.settings import CommonSettings
from sixclear.launcher.cluster import _environment
from sixclear.launcher.registry import SERVICES

ADDRESSES = {
    name: f"http://127.0.0.1:{8000 + number}"
    for number, name in enumerate((*(service.name for service in SERVICES), "issuer"))
}
ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def told(settings: CommonSettings) -> Mapping[str, str]:
    own = Client("ours", "secret", ("monitoring:spans",), None) if settings.client_id else None
    seed_clients(settings.home, [], own=own)
    return _environment(settings, ADDRESSES)


@pytest.mark.parametrize("named", [None, *ENDPOINTS])
def test_relays_are_reported_also_where_a_collector_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str | None
) -> None:
    for name in ENDPOINTS:
        monkeypatch.delenv(name, raising=False)
    if named is not None:
        monkeypatch.setenv(named, "http://collector:4318")
    environment = told(CommonSettings(home=tmp_path))
    assert environment["SIXCLEAR_STREAMS_URL"] == f"{ADDRESSES['monitoring']}/api/monitoring/v1/streams"
    assert environment["SIXCLEAR_TOKEN_URL"] == f"{ADDRESSES['issuer']}/oauth2/token"
    client = get_client(tmp_path, environment["SIXCLEAR_CLIENT_ID"])
    assert client.has_secret(environment["SIXCLEAR_CLIENT_SECRET"])
    assert (client.scopes, client.organisation_id) == (("monitoring:spans",), None), "it may do nothing else"
    assert ("OTEL_EXPORTER_OTLP_ENDPOINT" in environment) is (named is None)
    assert "SIXCLEAR_STREAMS_TOKEN" not in environment


def test_a_client_that_somebody_names_is_found_by_every_process(tmp_path: Path) -> None:
    given = CommonSettings.model_validate({"home": tmp_path, "client_id": "ours", "client_secret": "secret"})
    environment = told(given)
    assert not {"SIXCLEAR_CLIENT_ID", "SIXCLEAR_CLIENT_SECRET"} & environment.keys(), "children inherit them"
    assert get_client(tmp_path, "ours").has_secret("secret")
