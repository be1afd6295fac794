"""Posting the demonstration through the public HTTP API, from where an interrupted load stopped."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx2

from sixclear.launcher.demo.checkpoint import Checkpoint, DemoRefused
from sixclear.launcher.demo.phases import Phase, phases
from sixclear.launcher.demo.steps import Step

Tokens = Callable[[str], Awaitable[str]]
Progress = Callable[[str, int, int], None]

# More would only queue: the services share two cores with this loader on a small machine.
_LANES_AT_ONCE = 8
_SAVE_EVERY_LANES = 50
_ATTEMPTS = 6
# Not sampled: thousands of traces of the load would push out the first ones that an operator makes.
_NOT_TRACED = {"traceparent": f"00-{'57' * 16}-{'57' * 8}-00"}


async def load_demo(
    client: httpx2.AsyncClient, tokens: Tokens, *, now: datetime, checkpoint: Path, progress: Progress
) -> None:
    """Send every step that is not done yet; `progress(phase, done, total)` counts requests.

    Raises DemoRefused when a service refuses a step for another reason than that it was done before.
    """
    point = Checkpoint(checkpoint, now)
    # Takes seconds, in which the services of the same process go on.
    everything = await asyncio.to_thread(phases, point.now)
    total = sum(len(phase.steps) for phase in everything)
    done = sum(len(phase.steps) for phase in everything[: point.phase])
    loader = _Loader(client, tokens, resumed=point.resumed)
    point.save()
    for phase in everything[point.phase :]:
        await _load_phase(loader, phase, point, partial(_say, progress, phase.name, done, total))
        done += len(phase.steps)
        point.advance()


def _say(progress: Progress, phase: str, before: int, total: int, sent: int) -> None:
    progress(phase, before + sent, total)


async def _load_phase(loader: "_Loader", phase: Phase, point: Checkpoint, progress: Callable[[int], None]) -> None:
    lanes = phase.lanes()
    sent = sum(len(steps) for name, steps in lanes.items() if name in point.lanes)
    waiting = iter([(name, steps) for name, steps in lanes.items() if name not in point.lanes])

    async def work() -> None:
        nonlocal sent
        for name, steps in waiting:
            await loader.send_lane(steps)
            point.lanes.add(name)
            sent += len(steps)
            progress(sent)
            if len(point.lanes) % _SAVE_EVERY_LANES == 0:
                point.save()

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(_LANES_AT_ONCE):
                group.create_task(work())
    except* (DemoRefused, httpx2.HTTPError) as failures:
        raise failures.exceptions[0] from None
    finally:
        point.save()


class _Loader:
    def __init__(self, client: httpx2.AsyncClient, tokens: Tokens, *, resumed: bool) -> None:
        self._client = client
        self._tokens = tokens
        self._resumed = resumed

    async def send_lane(self, steps: Sequence[Step]) -> None:
        """Send steps in order; a later path may name an identifier that an earlier answer gave.

        What follows a step that was done before an interruption, and is not answered again, was done with it.
        """
        known: dict[str, Any] = {}
        for step in steps:
            try:
                path, content = step.path.format_map(known), step.content(known)
            except KeyError:
                if self._resumed:
                    continue
                raise
            answer = await self._send(step, path, content)
            if isinstance(answer, dict):
                known |= {key: value for key, value in answer.items() if key.endswith("_id") and value}

    async def _send(self, step: Step, path: str, content: bytes) -> Any:
        headers = {
            "Authorization": f"Bearer {await self._tokens(step.client)}",
            "Idempotency-Key": step.idempotency_key,
            "Content-Type": step.media_type,
        } | _NOT_TRACED
        for attempt in range(_ATTEMPTS):
            response = await self._client.post(path, content=content, headers=headers)
            if response.status_code != 503:
                break
            await asyncio.sleep(float(response.headers.get("Retry-After", 1)) * (attempt + 1))
        if response.status_code == 409 and self._resumed:
            return None  # done before the interruption, and its idempotency key has expired since
        if response.status_code >= 400:
            raise DemoRefused(f"{step.name}: {path} answered {response.status_code}: {response.text[:500]}")
        answer = response.json()
        if step.lines and answer["rejected"]:
            refused = next(item for item in answer["items"] if item["outcome"] == "rejected")
            raise DemoRefused(f"{step.name}: item {refused['index']} was refused: {refused['problem']['detail']}")
        return answer
