"""A running target of monitoring, and a source's log that it reads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx2
import orjson

from sixclear.common.clock import utc_now
from sixclear.common.events.log import EventLog, NewEvent
from sixclear.common.testing.identity import http_client
from sixclear.common.testing.operations import DeclaredRefusals
from sixclear.monitoring.lead import leader
from sixclear.monitoring.settings import Settings
from sixclear.monitoring.target import MonitoringTarget
from sixclear.monitoring.view import generations

_CONTRACT = Path(__file__).parents[3] / "services/monitoring/contracts/openapi.json"


@cache
def _declared() -> DeclaredRefusals:
    return DeclaredRefusals(orjson.loads(_CONTRACT.read_bytes()))


def client_of(target: MonitoringTarget) -> httpx2.AsyncClient:
    """A client of the target; a refusal that the contract does not name fails the test."""
    client = http_client(target.app, base_url="http://localhost:8000")
    client.event_hooks["response"].append(_declared())
    return client


async def publish(log: EventLog, envelope: Any) -> None:
    """Append what `envelope` says, as it happens now."""
    now = utc_now()
    async with log.database.transaction() as session:
        event = NewEvent(
            entity_type=envelope.entity_type,
            entity_id=envelope.entity_id,
            version=envelope.version,
            previous_version=envelope.previous_version,
            change=envelope.change,
            data=envelope.data,
            occurred_at=now,
        )
        await log.publish(session, event, recorded_at=now)
    log.wake()


# A log that is read again counts as read when nothing came for so long; 5 s in service, where a relay may pause.
_QUIET = timedelta(seconds=2)
# Rest per second of comparing; 20 in service. One comparison that a busy machine drags out to half a second would put
# off the next for ten, and a test that waits for it would fail by the machine.
_REST_PER_SECOND = 1


@asynccontextmanager
async def running(url: str, runtime: Any, **options: Any) -> AsyncIterator[tuple[MonitoringTarget, Any]]:
    """The target at work, until the block ends."""
    with patch.object(generations, "_QUIET", _QUIET), patch.object(leader, "_REST_PER_SECOND", _REST_PER_SECOND):
        async with _running(url, runtime, **options) as one:
            yield one


@asynccontextmanager
async def _running(url: str, runtime: Any, **options: Any) -> AsyncIterator[tuple[MonitoringTarget, Any]]:
    target = MonitoringTarget(runtime, Settings(database_url=url, reconcile_seconds=0.2, **options))
    await target.start()
    await target.start_consumers()
    try:
        async with client_of(target) as client:
            yield target, client
    finally:
        async with asyncio.timeout(20):
            await target.stop()
