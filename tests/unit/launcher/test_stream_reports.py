"""A process tells monitoring how its relays are, goes on when nobody listens, and stops at once."""

import time
from pathlib import Path

import httpx2
import orjson
import pytest
from pydantic import SecretStr

from sixclear.common.runtime.target import StreamState
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.eventually import eventually
from sixclear.launcher.stream_reports import StreamReports

RELAY = StreamState(
    service="tasks", name="tasks relay", kind="relay", running=True, lag_messages=2, lag_seconds=0.5, detail="active"
)


class Monitoring:
    """Hears reports; is away for the first ones."""

    def __init__(self, away: int) -> None:
        self.away = away
        self.heard: list[tuple[str, bytes]] = []

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if self.away:
            self.away -= 1
            raise httpx2.ConnectError("away")
        self.heard.append((request.headers["Authorization"], request.content))
        return httpx2.Response(204)

    async def reached(self) -> bool:
        return len(self.heard) >= 2


def settings(home: Path, url: str | None) -> CommonSettings:
    return CommonSettings(home=home, streams_url=url, streams_token=SecretStr("secret"))


@pytest.mark.asyncio
async def test_reports_go_on_when_one_was_not_heard(tmp_path: Path) -> None:
    monitoring = Monitoring(away=2)
    reports = StreamReports(
        settings(tmp_path, "http://monitoring.test/streams"),
        lambda: [RELAY],
        transport=httpx2.MockTransport(monitoring),
        every_seconds=0.01,
    )
    reports.start()
    assert await eventually(monitoring.reached)
    began = time.monotonic()
    await reports.stop()
    assert time.monotonic() - began < 1.0
    authorization, body = monitoring.heard[0]
    assert authorization == "Bearer secret"
    assert orjson.loads(body)["items"][0]["lag_messages"] == 2


@pytest.mark.asyncio
async def test_without_an_address_nothing_runs(tmp_path: Path) -> None:
    reports = StreamReports(settings(tmp_path, None), lambda: [RELAY])
    reports.start()
    await reports.stop()
