"""A process tells monitoring how its relays are, goes on when nobody listens, and stops at once."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import cast

import httpx2
import orjson
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from structlog.testing import capture_logs

from sixclear.common.auth.own_token import OwnToken
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.runtime.supervisor import Supervisor
from sixclear.common.runtime.target import StreamState, Target
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.eventually import eventually
from sixclear.launcher.run import _report_streams
from sixclear.launcher.stream_reports import StreamReports, require_whole_client

RELAY = StreamState(
    service="tasks", name="tasks relay", kind="relay", running=True, lag_messages=2, lag_seconds=0.5, detail="active"
)


class Monitoring:
    """Hears reports; is away for the first ones."""

    def __init__(self, away: int, status: int = 204) -> None:
        self.away = away
        self.status = status
        self.heard: list[tuple[str, bytes]] = []

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if self.away:
            self.away -= 1
            raise httpx2.ConnectError("away")
        self.heard.append((request.headers["Authorization"], request.content))
        return httpx2.Response(self.status)

    async def reached(self) -> bool:
        return len(self.heard) >= 2


class GivenToken(OwnToken):
    """Has a token, and keeps what it is told about it."""

    def __init__(self, value: str | None = "secret") -> None:
        super().__init__(CommonSettings(streams_token=SecretStr("unused")))
        self.given = value
        self.told: list[str] = []

    @property
    def value(self) -> str | None:
        """What was given."""
        return self.given

    def refused(self, token: str) -> None:
        """Keep it."""
        self.told.append(token)


def settings(home: Path, url: str | None) -> CommonSettings:
    return CommonSettings(home=home, streams_url=url)


@pytest.mark.asyncio
async def test_reports_go_on_when_one_was_not_heard(tmp_path: Path) -> None:
    monitoring = Monitoring(away=2)
    reports = StreamReports(
        settings(tmp_path, "http://monitoring.test/streams"),
        lambda: [RELAY],
        GivenToken(),
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
@pytest.mark.parametrize("monitoring", [Monitoring(away=0, status=401), Monitoring(away=99)], ids=["refuses", "away"])
async def test_what_is_not_heard_is_said_once(tmp_path: Path, monitoring: Monitoring) -> None:
    token, asked = GivenToken(), 0

    def streams() -> list[StreamState]:
        nonlocal asked
        asked += 1
        return [RELAY]

    async def several() -> bool:
        return asked >= 4

    place, transport = settings(tmp_path, "http://monitoring.test/streams"), httpx2.MockTransport(monitoring)
    with capture_logs() as lines:
        reports = StreamReports(place, streams, token, transport=transport, every_seconds=0.01)
        reports.start()
        await eventually(several)
        await reports.stop()
    assert [line["event"] for line in lines] == ["streams not reported"]
    assert "secret" not in str(lines)
    assert set(token.told) == ({"secret"} if monitoring.heard else set()), "another one is asked for"


@pytest.mark.asyncio
async def test_without_a_token_nothing_is_sent_until_there_is_one(tmp_path: Path) -> None:
    token, monitoring = GivenToken(None), Monitoring(away=0)
    place, transport = settings(tmp_path, "http://monitoring.test/streams"), httpx2.MockTransport(monitoring)
    reports = StreamReports(place, lambda: [RELAY], token, transport=transport, every_seconds=0.01)
    reports.start()
    for _ in range(20):
        await asyncio.sleep(0)
    assert monitoring.heard == []
    token.given = "renewed"
    assert await eventually(monitoring.reached)
    assert monitoring.heard[0][0] == "Bearer renewed"
    await reports.stop()


@pytest.mark.asyncio
@pytest.mark.parametrize("url", [None, "http://monitoring.test/streams"])
async def test_a_relay_of_which_nobody_is_told_is_worth_a_warning(tmp_path: Path, url: str | None) -> None:
    token = OwnToken(CommonSettings()) if url else GivenToken()
    with capture_logs() as lines:
        reports = StreamReports(settings(tmp_path, url), lambda: [RELAY], token)
        reports.start()
        await reports.stop()
        reports = StreamReports(settings(tmp_path, url), list, token)
        reports.start()
        await reports.stop()
    assert [line["log_level"] for line in lines] == ["warning"]


@pytest.mark.parametrize("secret", [None, ""])
def test_a_client_without_its_secret_does_not_start(secret: str | None) -> None:
    with pytest.raises(CannotStart, match="SIXCLEAR_CLIENT_ID"):
        require_whole_client(CommonSettings.model_validate({"client_id": "processes", "client_secret": secret}))
    require_whole_client(CommonSettings.model_validate({"client_id": "processes", "client_secret_file": "/run/secret"}))
    require_whole_client(CommonSettings())


class Monitor:
    """A target that shows the streams of its process, as monitoring does; nothing of it runs."""

    name = "monitoring"
    app = Starlette()
    process_streams: Callable[[], Sequence[StreamState]] = list


@pytest.mark.asyncio
@pytest.mark.parametrize("here", [True, False], ids=["monitoring runs here", "elsewhere"])
async def test_only_a_process_without_monitoring_reports_over_http(tmp_path: Path, here: bool) -> None:
    supervisor = Supervisor([cast("Target", Monitor())] if here else [])
    async with AsyncExitStack() as stack:
        _report_streams(settings(tmp_path, "http://127.0.0.1:9/streams"), supervisor, GivenToken(), stack)
        names = {task.get_name() for task in asyncio.all_tasks()}
    assert ("stream reports" in names) is not here
