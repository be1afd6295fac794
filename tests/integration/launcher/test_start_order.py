"""The order of the services does not matter: a reader that is named first finds the logs that open after it."""

from pathlib import Path
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from sixclear.common.bus.memory import MemoryBus
from sixclear.common.clock import utc_now
from sixclear.common.events.log import EventLog
from sixclear.common.runtime.supervisor import Supervisor
from sixclear.common.runtime.target import Runtime
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.identity import FakeIssuer
from sixclear.common.testing.postgres import EmptyDatabase
from sixclear.launcher.registry import SERVICES
from sixclear.launcher.run import until_ready


@pytest.mark.asyncio
async def test_all_services_start_in_reverse_order_on_empty_databases(
    empty_database: EmptyDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIXCLEAR_TASKS_SEED_ORGANISATIONS", "false")
    logs: dict[str, EventLog] = {}
    runtime = Runtime(
        settings=CommonSettings(env="test", home=tmp_path),
        clock=utc_now,
        bus=MemoryBus(logs),
        verifier=FakeIssuer().verifier(),
        http=cast(Any, None),
    )
    services = [service for service in reversed(SERVICES) if service.has_database]
    for service in services:
        monkeypatch.setenv(f"{service.variable}_DATABASE_URL", await empty_database())
    targets = [service.create_target(runtime) for service in services]
    logs.update({target.name: target.event_log for target in targets if target.event_log is not None})
    supervisor = Supervisor(targets)
    with capture_logs() as lines:
        await supervisor.start()
        try:
            await until_ready(supervisor, 30)
            assert all(stream.lag_seconds == 0.0 for stream in supervisor.streams())
        finally:
            await supervisor.stop()
    assert targets[0].name == "monitoring"
    assert not [line for line in lines if line["event"] == "subscription is rebuilt"], "a reader met a log not yet open"
