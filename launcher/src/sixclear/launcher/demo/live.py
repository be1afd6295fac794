"""Posting as ministries for a while, so that figures move before one's eyes."""

import asyncio
import random
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx2

from sixclear.common.ids import new_id
from sixclear.common.issuer.roles import client_of
from sixclear.launcher.demo.checkpoint import DemoRefused
from sixclear.launcher.demo.load import Tokens
from sixclear.launcher.demo.organisations import client_codes
from sixclear.launcher.demo.plan import CENTRAL
from sixclear.launcher.demo.today_steps import TODAY
from sixclear.launcher.demo.vocabulary import REPORTS

Say = Callable[[str], None]

_SECONDS_BETWEEN = 1.5
# Every so many posts a task is handed in and confirmed, so that a bucket changes and not only the activity.
_COMPLETE_EVERY = 4


async def live(client: httpx2.AsyncClient, tokens: Tokens, *, seconds: float, now: datetime, say: Say) -> int:
    """Report progress on open tasks, and complete some, for `seconds`; answers how many posts were made.

    Uses the public HTTP API with the machine clients of the lead bodies; `say` gets a line for each post.
    """
    dice = random.Random(now.isoformat())  # noqa: S311 (which task is next is no secret)
    tasks = await _open_tasks(client)
    if not tasks:
        raise DemoRefused("There is no open task to report on; load the demonstration first.")
    end = time.monotonic() + seconds
    posts = 0
    while tasks and time.monotonic() < end:
        task = dice.choice(tasks)
        posts += 1
        await _report(client, tokens, task, dice, say)
        if posts % _COMPLETE_EVERY == 0:
            await _complete(client, tokens, task, say)
            tasks.remove(task)
        await asyncio.sleep(_SECONDS_BETWEEN)
    return posts


async def _open_tasks(client: httpx2.AsyncClient) -> list[dict[str, Any]]:
    codes = set(client_codes())
    found: list[dict[str, Any]] = []
    for programme in (CENTRAL, TODAY):
        for bucket in ("overdue", "in_term"):
            query = {"programme": programme, "bucket": bucket, "limit": "200"}
            response = await client.get("/api/tasks/v1/tasks", params=query)
            if response.status_code == 200:
                found += response.json()["items"]
    return [
        task
        for task in found
        if task["status"] in ("assigned", "in_progress", "returned") and task["lead_organisation"]["code"] in codes
    ]


async def _report(
    client: httpx2.AsyncClient, tokens: Tokens, task: dict[str, Any], dice: random.Random, say: Say
) -> None:
    percent, text = dice.choice(REPORTS)
    percent = max(percent, task["percent"])
    await _post(client, tokens, _lead(task), task, "progress", {"percent": percent, "text": text})
    say(f"{task['lead_organisation']['name_vi']}: {task['code']} {percent} %")


async def _complete(client: httpx2.AsyncClient, tokens: Tokens, task: dict[str, Any], say: Say) -> None:
    evidence = {"title": "Biên bản nghiệm thu (minh họa)", "url": "https://example.invalid/minh-hoa/truc-tiep.pdf"}
    await _post(client, tokens, _lead(task), task, "evidence", evidence)
    await _post(client, tokens, _lead(task), task, "submit", {})
    await _post(client, tokens, "standing-body", task, "confirm", {})
    say(f"{task['lead_organisation']['name_vi']}: {task['code']} ✓")


def _lead(task: dict[str, Any]) -> str:
    return client_of(task["lead_organisation"]["code"])


async def _post(
    client: httpx2.AsyncClient, tokens: Tokens, sender: str, task: dict[str, Any], step: str, body: dict[str, Any]
) -> None:
    path = f"/api/tasks/v1/tasks/{task['task_id']}/{step}"
    headers = {"Authorization": f"Bearer {await tokens(sender)}", "Idempotency-Key": str(new_id())}
    response = await client.post(path, json=body, headers=headers)
    if response.status_code >= 400:
        raise DemoRefused(f"{path} answered {response.status_code}: {response.text[:500]}")
