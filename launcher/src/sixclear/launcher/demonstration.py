"""The demonstration: loaded once through the public HTTP API, resumed when it was interrupted."""

from collections.abc import Callable, Mapping
from pathlib import Path

import httpx2

from sixclear.common.clock import utc_now
from sixclear.common.settings import CommonSettings
from sixclear.launcher.demo.checkpoint import DemoRefused, is_loaded
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
            await _load(settings, client, checkpoint)
    except* (DemoRefused, httpx2.HTTPError) as failed:
        refused += failed.exceptions
    for failure in refused[:1]:
        say(f"The demonstration is not complete: {failure}")
        say("Everything else works. To go on loading: .venv/bin/sixclear demo load")
    return not refused


async def _load(settings: CommonSettings, client: httpx2.AsyncClient, checkpoint: Path) -> None:
    # Most starts have nothing to load.
    from sixclear.launcher.demo.bar import Bar
    from sixclear.launcher.demo.load import load_demo

    with Bar() as show:
        await load_demo(client, tokens_of(settings), now=utc_now(), checkpoint=checkpoint, progress=show)


async def _present(client: httpx2.AsyncClient) -> bool:
    answer = await client.get(f"/api/tasks/v1/programmes/{_MARKER}")
    if answer.status_code != 404:
        answer.raise_for_status()
    return answer.status_code == 200


async def play(settings: CommonSettings, client: httpx2.AsyncClient, seconds: float, say: Callable[[str], None]) -> int:
    """Post as ministries for `seconds`; the number of posts."""
    from sixclear.launcher.demo.live import live

    return await live(client, tokens_of(settings), seconds=seconds, now=utc_now(), say=say)
