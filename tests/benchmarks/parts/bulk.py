"""Many reports in one request, beside lock, read and the same set-based statement sent directly."""

import random
import time
from collections.abc import Sequence
from itertools import count
from uuid import UUID

import httpx2
import orjson
from tests.benchmarks.country import token
from tests.benchmarks.direct_bulk import Direct
from tests.benchmarks.goals import goals_of
from tests.benchmarks.rows import Case, Figures, Rounds, Row, compared, missing
from tests.benchmarks.run import Run
from tests.benchmarks.writers import product_writer

from sixclear.common.ids import stable_id

SIZES = (1_000, 10_000)
# It works on every task of the country.
_BODY = "G01"
_numbers = count(1)


async def measure(run: Run) -> list[Row]:
    """The rows of `bulk`."""
    goals, rows = goals_of("bulk"), list[Row]()
    country = await run.country()
    tasks = [task_id for task_id, _ in country.tasks]
    most = str(max(SIZES))
    async with product_writer(run, country, "bulk", "tasks", hot=True, TASKS_BULK_ITEMS=most) as writer:
        headers = {
            "Authorization": f"Bearer {token(run.home, _BODY)}",
            "Content-Type": "application/x-ndjson",
        }
        await run.postgres.copy(country.database, "bulk_direct")
        async with (
            httpx2.AsyncClient(base_url=writer.served.url, headers=headers, timeout=60) as http,
            run.postgres.connection("bulk_direct") as connection,
            run.postgres.connection(writer.database) as ours,
        ):
            refused = await _refusal(http, tasks[:10])
            if refused:
                return [missing(goal, refused) for goal in goals.values()]
            event = await ours.fetchrow(
                "SELECT data::text, meta::text FROM event WHERE change = 'progress_reported' ORDER BY event_id DESC"
            )
            assert event is not None
            direct = Direct(connection, stable_id("organisation", _BODY), event["data"], event["meta"])
            for size in SIZES:
                if size > len(tasks):
                    rows.append(missing(goals[str(size)], f"the country has {len(tasks):,} tasks"))
                    continue
                if refused := await _refusal(http, tasks[:size]):
                    rows.append(missing(goals[str(size)], refused))
                    continue
                rounds = Rounds()
                cases = {"bulk": _sent(run, http, tasks, size), "direct": _directly(run, direct, tasks, size)}
                await rounds.run(cases, run.rounds, run.say)
                rows.append(compared(rounds, goals[str(size)], "bulk", "direct", "rate", "items/s"))
    return rows


def _body(task_ids: Sequence[UUID]) -> bytes:
    number = next(_numbers)
    return b"\n".join(
        orjson.dumps({"task_id": str(one), "percent": number % 100, "text": f"Tuần này đã rà soát, lần {number}"})
        for one in task_ids
    )


async def _refusal(http: httpx2.AsyncClient, task_ids: Sequence[UUID]) -> str | None:
    """Why a file of these tasks is not taken, or None."""
    answer = await http.post("/api/tasks/v1/progress/bulk", content=_body(task_ids))
    if answer.status_code == 200 and answer.json()["reported"] == len(task_ids):
        return None
    return f"refused: {answer.status_code} {answer.json().get('code', answer.text[:80])}"


def _sent(run: Run, http: httpx2.AsyncClient, tasks: Sequence[UUID], size: int) -> Case:
    async def once() -> Figures:
        spent, items = 0.0, 0
        while spent < run.seconds / 2:
            body = _body(random.sample(tasks, size))
            began = time.perf_counter()
            answer = await http.post("/api/tasks/v1/progress/bulk", content=body)
            spent += time.perf_counter() - began
            assert answer.status_code == 200, answer.text[:300]
            assert answer.json()["reported"] == size
            items += size
        return {"rate": items / spent}

    return once


def _directly(run: Run, direct: Direct, tasks: Sequence[UUID], size: int) -> Case:
    async def once() -> Figures:
        spent, items = 0.0, 0
        while spent < run.seconds / 2:
            text = f"Tuần này đã rà soát, lần {next(_numbers)}"
            spent += await direct.report(random.sample(tasks, size), [items % 100] * size, text)
            items += size
        return {"rate": items / spent}

    return once
