"""A report that is sent again with its `Idempotency-Key`: a hot route keeps the digest, and makes the answer again."""

import asyncio
import json
import random
from datetime import datetime
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from tests.integration.tasks.reporting.test_hot_reports import Ask, Pair, other_step, pair, tasks_of

from sixclear.common.testing.eventually import eventually
from sixclear.common.web import idempotency, idempotency_batch

pytestmark = pytest.mark.asyncio
__all__ = ["pair"]


def _asks(tasks: list[UUID]) -> list[Ask]:
    said = [{"text": f"Tuần {number}", "percent": 10 * number} for number in range(len(tasks))]
    return [
        Ask("G06", f"/tasks/{task_id}/progress", json.dumps(body).encode(), {"Idempotency-Key": f"k-{task_id}"})
        for task_id, body in zip(tasks, said, strict=True)
    ]


async def _send(pair: Pair, ask: Ask) -> httpx2.Response:
    headers = pair.hot.headers(ask.client) | {"Content-Type": "application/json"} | ask.headers
    return await pair.hot.http.post(pair.hot.prefix + ask.path, content=ask.content, headers=headers)


async def _bodies_kept(pair: Pair) -> list[bool]:
    async with pair.hot.database.session() as session:
        return list(await session.scalars(text("SELECT body IS NOT NULL FROM idempotency_key")))


async def test_a_repeat_is_told_the_same_bytes_though_the_task_moved_on(pair: Pair) -> None:
    rng = random.Random(3)
    tasks = await tasks_of(pair)
    asks = _asks(tasks)
    assert await pair.compare(asks) == [201] * len(tasks)
    assert sum(await _bodies_kept(pair)) == 1, "the recurring one takes the ordinary way"
    for hours in (0, 6, 15):
        pair.wait(hours * 3600)
        for task_id in tasks:
            await other_step(pair, rng, task_id)
            said = {"text": f"Tiếp {hours}", "percent": 90 - hours}
            for way in pair.ways():
                await way.post("G06", f"/tasks/{task_id}/progress", said)
        # The ordinary way keeps the whole answer.
        assert await pair.compare(asks) == [201] * len(tasks)
    again = await _send(pair, asks[0])
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["etag"] == '"1.3"'
    assert "repr-digest" not in again.headers


async def test_what_changed_beside_the_version_is_told_as_it_is_now_without_a_tag(pair: Pair) -> None:
    (task_id, *_) = await tasks_of(pair)
    (ask,) = _asks([task_id])
    first = await _send(pair, ask)
    headers = pair.hot.headers("P57") | {"Content-Type": "application/merge-patch+json"}
    described = json.dumps({"description": "Nay có mô tả"})
    patched = await pair.hot.http.patch(f"{pair.hot.prefix}/tasks/{task_id}", content=described, headers=headers)
    assert patched.status_code == 200, patched.text
    again = await _send(pair, ask)
    assert again.status_code == 201
    assert again.json() == first.json() | {"description": "Nay có mô tả"}
    assert "etag" not in again.headers


async def test_of_a_purged_event_the_repeat_is_told_the_task_of_now(pair: Pair) -> None:
    (task_id, *_) = await tasks_of(pair)
    (ask,) = _asks([task_id])
    await _send(pair, ask)
    await pair.hot.post("G06", f"/tasks/{task_id}/progress", {"text": "Tiếp", "percent": 77})
    async with pair.hot.database.transaction() as session:
        await session.execute(text("DELETE FROM event WHERE entity_id = :one AND version = 3"), {"one": task_id})
    again = await _send(pair, ask)
    assert (again.status_code, again.json()["percent"]) == (201, 77)
    assert "etag" not in again.headers


async def test_a_key_for_another_request_is_refused_as_before(pair: Pair) -> None:
    (task_id, *_) = await tasks_of(pair)
    (ask,) = _asks([task_id])
    await _send(pair, ask)
    other = await _send(pair, Ask(ask.client, ask.path, b'{"text":"other"}', ask.headers))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_no_answer_waits_until_expired_keys_are_removed(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = await tasks_of(pair)
    began, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(session: AsyncSession, now: datetime) -> None:
        began.set()
        await go_on.wait()
        await idempotency.delete_expired(session, now)

    monkeypatch.setattr(idempotency_batch, "CLEAN_EVERY", 1)
    monkeypatch.setattr(idempotency_batch, "delete_expired", slowly)
    for ask in _asks(tasks):
        assert (await asyncio.wait_for(_send(pair, ask), 10)).status_code == 201
    assert began.is_set()
    kept = len(await _bodies_kept(pair))
    pair.wait(8 * 24 * 3600)
    began.clear()
    go_on.set()

    async def removed() -> bool:
        await pair.hot.post("G06", f"/tasks/{tasks[0]}/progress", {"text": "Mới"}, **{"Idempotency-Key": str(uuid4())})
        return began.is_set() and len(await _bodies_kept(pair)) < kept

    await eventually(removed)
