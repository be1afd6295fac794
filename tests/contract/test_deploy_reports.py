"""Every process with a relay can tell monitoring how it is: the address, a client, and a way through the network."""

import pytest
from tests.contract.rendered import compose, environment, may_call, of

from sixclear.launcher import registry

OVERLAYS = ("dev", "prod")
RELAYING = next(service.reads for service in registry.SERVICES if service.name == "monitoring")


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_process_with_a_relay_can_tell_monitoring_how_it_is(overlay: str) -> None:
    """Without that word it is not known what a relay keeps back, and the status is never known to be fresh."""
    assert {"tasks", "feedback", "data-catalog"} == RELAYING
    for name in RELAYING:
        deployment = of(overlay, "Deployment")[name]
        told = environment(overlay, deployment)
        assert told["SIXCLEAR_STREAMS_URL"] == "http://monitoring:8000/api/monitoring/v1/streams", name
        assert told["SIXCLEAR_CLIENT_ID"], name
        assert told["SIXCLEAR_CLIENT_SECRET"] == {"name": "processes-client", "key": "secret"}, name
        assert may_call(overlay, deployment, told["SIXCLEAR_STREAMS_URL"]), f"{name}: no way to monitoring"
        assert may_call(overlay, deployment, told["SIXCLEAR_TOKEN_URL"]), f"{name}: no way to its token"
    assert not may_call(overlay, of(overlay, "Deployment")["tasks"], "http://portal:8000"), "nothing else is open"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_who_has_a_client_has_its_secret(overlay: str) -> None:
    for name, deployment in of(overlay, "Deployment").items():
        told = environment(overlay, deployment)
        assert ("SIXCLEAR_CLIENT_ID" in told) == ("SIXCLEAR_CLIENT_SECRET" in told), f"{name}: no start"


def test_every_process_of_compose_with_a_relay_can_tell_monitoring_how_it_is() -> None:
    services = compose()["services"]
    for name in RELAYING:
        told = services[name]["environment"]
        assert told["SIXCLEAR_STREAMS_URL"] == "http://monitoring:8000/api/monitoring/v1/streams"
        assert told["SIXCLEAR_TOKEN_URL"].startswith("http://keycloak:8080/realms/sixclear/")
        assert told["SIXCLEAR_CLIENT_ID"] == "processes"
