"""A client of a body that does not exist is told to operators, by its name and nothing else of its token."""

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs
from tests.integration.tasks.conftest import Service

SAYS = "the organisation of an access token is not registered"


def counted() -> float:
    return REGISTRY.get_sample_value("sixclear_token_organisation_unknown_requests_total") or 0.0


@pytest.mark.asyncio
async def test_an_organisation_that_is_not_registered_is_told_to_operators(service: Service) -> None:
    known, mistyped = service.headers("G06"), service.headers("G99")
    before = counted()
    with capture_logs() as logs:
        for headers in (known, mistyped, mistyped):
            answer = await service.http.get(f"{service.prefix}/own/tasks", headers=headers)
            assert (answer.status_code, answer.json()["items"]) == (200, [])
    said = [line for line in logs if line["event"] == SAYS]
    assert len(said) == 1, "at most one in ten seconds"
    assert set(said[0]) == {"event", "log_level", "client", "look_at"}
    assert counted() == before + 2
