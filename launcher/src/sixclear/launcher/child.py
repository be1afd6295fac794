"""One service of the local cluster: a process of its own that comes back when it ends unasked."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx2

from sixclear.common.data_files import make_folder, open_bytes
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.launcher.signals import PARENT_PIPE

_RESTART_SECONDS = 1.0
_STOP_SECONDS = 8.0


class Child:
    """`sixclear run --target <name>` on `port`; its output goes to `log`."""

    def __init__(self, name: str, host: str, port: int, environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.port = port
        self._command = [sys.executable, "-m", "sixclear.launcher", "run", "--target", name]
        self._command += ["--host", host, "--port", str(port)]
        self._environment = {**os.environ, **environment, PARENT_PIPE: "stdin"}
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def start(self, say: Callable[[str], None]) -> None:
        """Start it, and start it again whenever it ends before `stop`."""
        make_folder(self._log.parent)
        await self._launch()
        self._keeping = asyncio.create_task(self._keep(say), name=f"{self.name}-keep")

    async def _launch(self) -> None:
        with open_bytes(self._log) as output:
            # A session of its own: Ctrl-C reaches only the parent, which ends the services before the servers.
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                env=self._environment,
                stdin=asyncio.subprocess.PIPE,  # never written: its end tells that this process is gone
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    async def _keep(self, say: Callable[[str], None]) -> None:
        while self._process is not None:
            code = await self._process.wait()
            say(f"{self.name} ended with {code} and is started again; its log: {self._log}")
            while True:
                await asyncio.sleep(_RESTART_SECONDS)
                try:
                    await self._launch()
                    break
                except OSError as error:
                    say(f"{self.name} cannot be started: {error.strerror or error}. The next attempt follows.")

    async def until_ready(self, url: str, deadline_seconds: float) -> None:
        """Wait for `/readyz`; raises `CannotStart` with where to look when it does not come."""
        give_up = asyncio.get_running_loop().time() + deadline_seconds
        async with httpx2.AsyncClient(timeout=2.0) as client:
            while asyncio.get_running_loop().time() < give_up:
                try:
                    if (await client.get(f"{url}/readyz")).status_code == 200:
                        return
                except httpx2.TransportError:
                    pass
                await asyncio.sleep(0.2)
        raise CannotStart(f"{self.name} is not ready after {deadline_seconds:.0f} s.", f"Its log says why: {self._log}")

    async def stop(self) -> None:
        """Ask it to end; kill it when the deadline has passed."""
        if self._keeping is not None:
            self._keeping.cancel()
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()

    def kill(self) -> None:
        """Kill it."""
        if self._process is not None and self._process.returncode is None:
            os.kill(self._process.pid, signal.SIGKILL)
