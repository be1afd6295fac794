"""A decision over many tasks is decided on the version that was read."""

import re

import pytest
from tests.integration.tasks.conftest import Service
from tests.integration.tasks.decision.test_over_many import over_many, reach, tasks_of

pytestmark = pytest.mark.asyncio


async def test_the_tag_of_a_decision_over_many_tasks_is_taken_back_in_if_match(service: Service) -> None:
    asked = await over_many(service, await tasks_of(service, 2))
    path = f"/decisions/{asked.json()['decision_id']}"
    await reach(service)
    tag = (await service.http.get(f"{service.prefix}{path}", headers=service.headers("P57"))).headers["etag"]
    assert re.fullmatch(r'"[\x21\x23-\x7e]+"', tag), "RFC 9110 §8.8.3"
    assert tag != asked.headers["etag"], "it has reached its tasks"
    stale = await service.post("P57", f"{path}/decide", {"outcome": "granted"}, **{"If-Match": '"1.7"'})
    assert stale.status_code == 412
    granted = await service.post("P57", f"{path}/decide", {"outcome": "granted"}, **{"If-Match": tag})
    assert granted.status_code == 200, granted.text
