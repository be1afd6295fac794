"""A result handed in and confirmed by file leaves what two requests leave: who, when, what, and nothing else."""

from typing import Any

import orjson
import pytest
from tests.integration.tasks.conftest import EVERYTHING, Service, an_assigned_task
from tests.integration.tasks.imports.test_kinds import outcomes

from sixclear.common.web.openapi import NDJSON

pytestmark = pytest.mark.asyncio
DONE, CHECKED = "2025-12-05T08:00:00+07:00", "2025-12-05T14:00:00+07:00"
EVIDENCE = {"title": "Biên bản nghiệm thu", "url": "https://example.invalid/bien-ban.pdf"}


async def by_request(service: Service, task_id: str) -> None:
    submitted = {"evidence": [EVIDENCE], "occurred_at": DONE}
    for code, step, body in (("G06", "submit", submitted), ("P57", "confirm", {"occurred_at": CHECKED})):
        headers = service.headers(code, *EVERYTHING, "facts:past")
        answer = await service.http.post(f"{service.prefix}/tasks/{task_id}/{step}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text


async def by_file(service: Service, task_id: str) -> None:
    handed_in = {"step": "submit", "task_id": task_id, "occurred_at": DONE} | EVIDENCE
    for code, row in (("G06", handed_in), ("P57", {"step": "confirm", "task_id": task_id, "occurred_at": CHECKED})):
        headers = service.headers(code, *EVERYTHING, "facts:past") | {"content-type": NDJSON}
        path = f"{service.prefix}/imports/results"
        answer = await service.http.post(path, content=orjson.dumps(row), headers=headers)
        assert outcomes(answer.json()) == ["updated"], answer.text


async def left(service: Service, task_id: str) -> Any:
    """Events, history, evidence and the task itself, with words for what names this task alone."""
    events = []
    for one in await service.events():
        if task_id in str(one.data):
            who = {name: said for name, said in one.meta.items() if name != "request_id"}
            named = one.entity_type, one.change, one.version, one.previous_version, one.published
            events.append((*named, one.occurred_at, one.recorded_at, one.data, who))
    evidence = (await service.get(f"/tasks/{task_id}/evidence"))["items"]
    history = (await service.get(f"/tasks/{task_id}/history"))["items"]
    found = repr([events, history, evidence, await service.get(f"/tasks/{task_id}")])
    for identifier, word in ((task_id, "task"), (evidence[0]["evidence_id"], "evidence"), ("NV-2", "NV-1")):
        found = found.replace(identifier, word)
    return found


async def test_both_leave_the_same(service: Service) -> None:
    first, second = [str(await an_assigned_task(service, external_id=name)) for name in ("NV-1", "NV-2")]
    service.clock.pass_by(days=2)
    await by_request(service, first)
    await by_file(service, second)
    found = await left(service, first)
    assert found == await left(service, second)
    for said in ("'submitted'", "'completed'", "'org-G06'", "'org-P57'", EVIDENCE["url"]):
        assert said in found
