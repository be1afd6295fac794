"""A body that is registered while the relay of `tasks` stands still may exist: asked for again, never refused."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from sixclear.common.bus.kafka import KafkaBus
from sixclear.common.clock import Clock, utc_now
from sixclear.common.relay.relay import Relay
from sixclear.common.runtime.kafka_server import KafkaServer
from sixclear.common.runtime.source_target import SourceTarget
from sixclear.common.runtime.target import Runtime
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.identity import FakeIssuer, http_client
from sixclear.common.testing.postgres import EmptyDatabase
from sixclear.launcher.registry import SERVICES
from sixclear.tasks.organisation.seed import organisation_id, register, shipped_organisations

pytestmark = [pytest.mark.asyncio, pytest.mark.kafka]


class Later:
    """A clock that can be set ahead: ten seconds pass without a wait."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


async def test_a_body_that_a_stopped_relay_keeps_back_is_asked_for_again_and_then_taken(
    own_kafka: KafkaServer, empty_database: EmptyDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer, later = FakeIssuer(), Later()
    monkeypatch.setenv("SIXCLEAR_TASKS_SEED_ORGANISATIONS", "false")

    async def target_of(name: str, clock: Clock) -> SourceTarget[Any]:
        service = next(service for service in SERVICES if service.name == name)
        monkeypatch.setenv(f"{service.variable}_DATABASE_URL", await empty_database())
        runtime = Runtime(
            settings=CommonSettings(env="test", home=tmp_path),
            clock=clock,
            bus=KafkaBus(own_kafka.bootstrap_servers, clock),
            verifier=issuer.verifier(),
            http=cast(Any, None),
        )
        return cast(SourceTarget[Any], service.create_target(runtime))

    tasks, catalogue = await target_of("tasks", utc_now), await target_of("data-catalog", later)
    headers = issuer.headers("catalog:approve", organisation_id=organisation_id("P57"))
    relay = Relay(tasks.event_log, tasks.database, own_kafka.bootstrap_servers)
    await tasks.start()
    await catalogue.start()
    try:
        await register(tasks.database, tasks.event_log, seeds("01"), utc_now())
        await relay.start()
        await catalogue.start_consumers()
        async with http_client(catalogue.app) as http:

            async def put(code: str, owner: str) -> int:
                entry = {"code": code, "name_vi": "Dữ liệu", "kind": "database", "owner_organisation_id": owner}
                return (await http.post("/api/catalog/v1/entries", json=entry, headers=headers)).status_code

            def answered(status: int, code: str, owner: str) -> Callable[[], Any]:
                async def answered() -> bool:
                    return await put(code, owner) == status

                return answered

            await eventually(answered(201, "HN-1", "01"), within_seconds=20)
            await eventually(answered(422, "HN-2", "04"), within_seconds=20)
            await relay.stop()
            await register(tasks.database, tasks.event_log, seeds("04"), utc_now())
            later.ahead = timedelta(seconds=11)
            moved = later()
            await eventually(lambda: looked_since(catalogue, moved))
            assert await put("HN-2", "04") == 503
            assert await put("HN-3", "01") == 201, "what is known can be named"
            later.ahead = timedelta(0)
            await relay.start()
            await eventually(answered(201, "HN-2", "04"), within_seconds=20)
            await eventually(answered(422, "HN-4", "08"), within_seconds=20)
    finally:
        await relay.stop()
        await catalogue.stop()
        await tasks.stop()


def seeds(code: str) -> list[Any]:
    return [seed for seed in shipped_organisations() if seed.code == code]


async def looked_since(catalogue: SourceTarget[Any], instant: datetime) -> bool:
    """Whether its mirror has compared itself with the broker after `instant`, and found nothing that waits."""
    mirror = catalogue._mirror
    state = None if mirror is None else mirror.state()
    if state is None or state.lag is None or state.lag_known_at is None:
        return False
    return state.lag_known_at >= instant and not state.lag.messages
