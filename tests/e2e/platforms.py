"""A whole platform in its own folder, as a person starts it: one process, or a cluster on Apache Kafka."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx2

from sixclear.common.clock import utc_now
from sixclear.common.ids import new_id
from sixclear.common.runtime.postgres_server import PostgresServer
from sixclear.common.settings import CommonSettings
from sixclear.launcher.data_folder import Announcement, announced
from sixclear.launcher.demonstration import api_client
from sixclear.launcher.identity import Tokens

READY = re.compile(r"^Sixclear is ready", re.MULTILINE)


def free_ports(count: int) -> int:
    """The first of `count` neighbouring ports that are free right now."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = int(probe.getsockname()[1])
        if first + count < 65_000 and all(_is_free(port) for port in range(first, first + count)):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@dataclass
class Platform:
    """A started platform. `log` is what its terminal shows."""

    mode: str
    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    output: IO[bytes] | None = None
    extra: Sequence[str] = field(default_factory=tuple)
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def log(self) -> str:
        """Everything that the platform has printed."""
        return (self.home / "terminal.log").read_text(errors="replace")

    def start(self, within_seconds: float = 240.0) -> None:
        """Start and wait until it says that it is ready, demonstration included."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.output = (self.home / "terminal.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sixclear.launcher", self.mode, "--port", str(self.port), *self.extra],
            env=os.environ | {"SIXCLEAR_HOME": str(self.home), "PYTHONUNBUFFERED": "1"} | dict(self.environment),
            stdout=self.output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        deadline = time.monotonic() + within_seconds
        while not READY.search(self.log):
            assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.log}"
            assert time.monotonic() < deadline, f"not ready within {within_seconds} s:\n{self.log[-4000:]}"
            time.sleep(0.1)
        assert "The demonstration is not complete" not in self.log, self.log

    def stop(self, within_seconds: float = 10.0) -> float:
        """Ctrl-C; answers how many seconds it took to end."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(within_seconds)
        self.kill()
        return time.monotonic() - began

    def end(self) -> None:
        """Kill it, and the PostgreSQL that outlives it: no test leaves a process behind."""
        self.kill()
        PostgresServer(self.home / "postgres").kill()

    def kill(self) -> None:
        """Kill the process, as a crash would."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        if self.output is not None:
            self.output.close()

    def announcement(self) -> Announcement:
        """Where its services are."""
        found = announced(self.home)
        assert found is not None, self.log
        return found

    def client(self) -> httpx2.AsyncClient:
        """A client of all its services."""
        place = self.announcement()
        return api_client(place.address, place.services)

    async def token(self, client_id: str) -> str:
        """A token of a demonstration client."""
        place = self.announcement()
        settings = CommonSettings(home=self.home, public_url=place.issuer)
        return await Tokens(settings, utc_now)(client_id)

    async def post(self, client_id: str, path: str, body: Any, **headers: str) -> Any:
        """POST as a demonstration client; the answer must be a success."""
        authorization = {"Authorization": f"Bearer {await self.token(client_id)}", "Idempotency-Key": str(new_id())}
        async with self.client() as client:
            response = await client.post(path, json=body, headers=authorization | headers)
        assert response.status_code < 300, f"{path}: {response.status_code} {response.text}"
        return response.json()

    async def get(self, path: str, **params: str) -> Any:
        """GET as anybody; the answer must be a success."""
        async with self.client() as client:
            response = await client.get(path, params=params)
        assert response.status_code == 200, f"{path}: {response.status_code} {response.text}"
        return response.json()

    async def status(self, **params: str) -> Any:
        """The live status, or the one as of a past instant."""
        return await self.get("/api/monitoring/v1/status", **params)

    async def settled(self, within_seconds: float = 60.0) -> None:
        """Wait until monitoring has folded everything that was posted: nothing waits, and nothing more comes."""
        deadline = time.monotonic() + within_seconds
        before: dict[str, int] = {}
        while True:
            sources = (await self.status())["sources"]
            events = {name: source["events"] for name, source in sources.items()}
            if events and events == before and all(source["lag_messages"] == 0 for source in sources.values()):
                return
            assert time.monotonic() < deadline, sources
            before = events
            await asyncio.sleep(0.5)
