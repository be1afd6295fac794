"""The demonstration: loaded once through the public HTTP API, resumed when it was interrupted."""

from collections.abc import Callable, Mapping
from pathlib import Path

import httpx2
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from sixclear.common.clock import utc_now
from sixclear.common.settings import CommonSettings
from sixclear.launcher.demo.live import live
from sixclear.launcher.demo.load import DemoRefused, is_loaded, load_demo
from sixclear.launcher.identity import tokens_of

_MARKER = "nq57-central"  # the first programme that a load registers
_TIMEOUT = httpx2.Timeout(60.0, connect=5.0)


class _ByPrefix(httpx2.AsyncBaseTransport):
    """Sends each request to the process that serves its path; for a cluster without an ingress."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._addresses = {prefix: httpx2.URL(address) for prefix, address in addresses.items()}
        self._behind = httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        for prefix, address in self._addresses.items():
            if request.url.path.startswith(prefix):
                request.url = request.url.copy_with(scheme=address.scheme, host=address.host, port=address.port)
                break
        return await self._behind.handle_async_request(request)

    async def aclose(self) -> None:
        await self._behind.aclose()


def api_client(address: str, others: Mapping[str, str] | None = None) -> httpx2.AsyncClient:
    """A client of the platform at `address`; paths below a prefix in `others` go to the address given there."""
    transport = _ByPrefix(others) if others else None
    return httpx2.AsyncClient(base_url=address, transport=transport, timeout=_TIMEOUT)


def checkpoint_path(settings: CommonSettings) -> Path:
    """Where a load keeps how far it came."""
    return settings.home / "demo.json"


async def ensure_demo(settings: CommonSettings, client: httpx2.AsyncClient, say: Callable[[str], None]) -> bool:
    """Load the demonstration, or the rest of it; False, after a word about it, when a part was refused.

    The data decide, not the checkpoint alone: a checkpoint of a database that was emptied since is thrown away, and
    data without a checkpoint are somebody's own and stay untouched.
    """
    checkpoint = checkpoint_path(settings)
    refused: list[Exception] = []
    try:
        present = await _present(client)
        if not present:
            checkpoint.unlink(missing_ok=True)
        if not present or not (is_loaded(checkpoint) or not checkpoint.exists()):
            with _Bar() as show:
                await load_demo(client, tokens_of(settings), now=utc_now(), checkpoint=checkpoint, progress=show)
    except* (DemoRefused, httpx2.HTTPError) as failed:
        refused += failed.exceptions
    for failure in refused[:1]:
        say(f"The demonstration is not complete: {failure}")
        say("Everything else works. To go on loading: .venv/bin/sixclear demo load")
    return not refused


async def _present(client: httpx2.AsyncClient) -> bool:
    answer = await client.get(f"/api/tasks/v1/programmes/{_MARKER}")
    if answer.status_code != 404:
        answer.raise_for_status()
    return answer.status_code == 200


async def play(settings: CommonSettings, client: httpx2.AsyncClient, seconds: float, say: Callable[[str], None]) -> int:
    """Post as ministries for `seconds`; the number of posts."""
    return await live(client, tokens_of(settings), seconds=seconds, now=utc_now(), say=say)


class _Bar:
    """A progress bar on a terminal; elsewhere a line for every tenth."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("Loading the demonstration: {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._progress.add_task("…", total=None)
        self._tenth = -1

    def __enter__(self) -> Callable[[str, int, int], None]:
        self._progress.start()
        return self._show

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def _show(self, phase: str, done: int, total: int) -> None:
        self._progress.update(self._task, description=phase, completed=done, total=total)
        tenth = 10 * done // max(1, total)
        if not self._console.is_terminal and tenth > self._tenth:
            self._tenth = tenth
            self._console.print(f"Loading the demonstration: {phase}, {done} of {total}")
