"""What operators read is in the access log; the figures, which everyone reads, are not."""

from typing import Any

import pytest
from tests.integration.monitoring.test_routes import PREFIX

pytestmark = pytest.mark.asyncio


async def test_traces_that_are_read_leave_a_row_and_figures_none(site: Any, view: Any) -> None:
    operator = site.issuer.headers("monitoring:operate", "audit:read", client_id="operator", organisation_id=None)
    for path in ("/provinces", "/operations/operations.css"):
        assert (await site.client.get(PREFIX + path, headers=operator)).status_code == 200
    assert await _log(site, operator) == []
    for path in ("/traces?service=tasks", "/operations/traces"):
        assert (await site.client.get(PREFIX + path, headers=operator)).status_code == 200
    assert await _log(site, operator) == [
        ("operator", ["monitoring:operate"], "/operations/traces", {}),
        ("operator", ["monitoring:operate"], "listTraces", {"service": "tasks"}),
    ]


async def _log(site: Any, operator: dict[str, str]) -> list[tuple[str, list[str], str, dict[str, str]]]:
    """The log without the readings of the log itself."""
    response = await site.client.get(f"{PREFIX}/access-log", headers=operator)
    assert response.status_code == 200, response.text
    found = [one for one in response.json()["items"] if one["operation"] != "readMonitoringAccessLog"]
    return [(one["client_id"], one["scopes"], one["operation"], one["filter"]) for one in found]
