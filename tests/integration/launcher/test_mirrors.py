"""Services that name organisations know those that `tasks` publishes; before they have heard of one they say so."""

from pathlib import Path
from typing import Any, cast

import pytest

from sixclear.common.bus.memory import MemoryBus
from sixclear.common.clock import utc_now
from sixclear.common.events.log import EventLog
from sixclear.common.runtime.source_target import SourceTarget
from sixclear.common.runtime.supervisor import Supervisor
from sixclear.common.runtime.target import Runtime
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.identity import FakeIssuer, http_client
from sixclear.common.testing.postgres import EmptyDatabase
from sixclear.launcher.registry import SERVICES
from sixclear.launcher.run import until_ready
from sixclear.tasks.organisation.seed import organisation_id, register, shipped_organisations


@pytest.mark.asyncio
async def test_an_owner_is_taken_when_the_mirror_has_caught_up_and_asked_for_again_before(
    empty_database: EmptyDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs: dict[str, EventLog] = {}
    issuer = FakeIssuer()
    runtime = Runtime(
        settings=CommonSettings(env="test", home=tmp_path),
        clock=utc_now,
        bus=MemoryBus(logs),
        verifier=issuer.verifier(),
        http=cast(Any, None),
    )
    services = [service for service in SERVICES if service.name in ("tasks", "feedback", "data-catalog")]
    monkeypatch.setenv("SIXCLEAR_TASKS_SEED_ORGANISATIONS", "false")
    for service in services:
        monkeypatch.setenv(f"{service.variable}_DATABASE_URL", await empty_database())
    targets = [cast(SourceTarget[Any], service.create_target(runtime)) for service in services]
    logs.update({target.name: target.event_log for target in targets})
    supervisor = Supervisor(targets)
    tasks, catalogue = targets[0], targets[-1]
    entry = {"code": "HN-1", "name_vi": "Dữ liệu", "kind": "database", "owner_organisation_id": "01"}
    headers = issuer.headers("catalog:approve", organisation_id=organisation_id("P57"))
    await supervisor.start()
    try:
        await until_ready(supervisor, 60)
        async with http_client(catalogue.app) as http:

            async def put(**changes: str) -> int:
                response = await http.post("/api/catalog/v1/entries", json=entry | changes, headers=headers)
                return response.status_code

            assert await put() == 503, "nothing was heard of yet"
            seeds = [seed for seed in shipped_organisations() if seed.code in ("01", "04", "08")]
            await register(tasks.database, tasks.event_log, seeds, utc_now())

            async def taken() -> bool:
                return await put() == 201

            await eventually(taken)
            assert await put(code="HN-2", owner_organisation_id="02") == 201, "a former code"
            assert await put(code="HN-3", owner_organisation_id="03") == 422
            mirror = catalogue._mirror
            assert mirror is not None
            await mirror.stop()
            assert await put(code="HN-4", owner_organisation_id="03") == 503
            assert await put(code="HN-4", owner_organisation_id="04") == 201, "what is known can be named"
            await mirror.start()

            async def refused() -> bool:
                return await put(code="HN-5", owner_organisation_id="03") == 422

            await eventually(refused)
    finally:
        streams = {stream.name for stream in supervisor.streams()}
        await supervisor.stop()
    assert {"feedback.organisations-2", "data-catalog.organisations-3"} <= streams
