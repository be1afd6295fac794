"""How old a change is when a browser has it: from the acknowledged report over real Kafka to a client of the stream."""

import asyncio
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import httpx2
import orjson
from tests.benchmarks import wrk
from tests.benchmarks.broker import without_topics
from tests.benchmarks.consumers import consumed
from tests.benchmarks.country import Country
from tests.benchmarks.goals import goals_of
from tests.benchmarks.report import ROOT
from tests.benchmarks.rows import Figures, Rounds, Row, compared, missing, noted, row, shown
from tests.benchmarks.run import Run
from tests.benchmarks.servers import SERVICES, Served, sixclear
from tests.benchmarks.writers import hot_routes_exist, switch

from sixclear.common.bus.kafka import BrokerView
from sixclear.common.clock import utc_now
from sixclear.common.runtime.kafka_server import KafkaUnavailable
from sixclear.common.testing.eventually import eventually

_REPORTS = 40
_PAUSE_SECONDS = 0.12
_SOURCES = "tasks,feedback,data-catalog"
# Small: what the first start folds is not what is measured.
_TASKS = 1_020


@dataclass
class Watcher:
    """A client of the stream: when each task was first told of, and how old changes were when they came."""

    seen: dict[str, float] = field(default_factory=dict)
    ages: list[float] = field(default_factory=list)

    async def watch(self, url: str) -> None:
        """Read until cancelled."""
        async with (
            httpx2.AsyncClient(timeout=None) as http,
            http.stream("GET", f"{url}/api/monitoring/v1/stream") as answer,
        ):
            async for line in answer.aiter_lines():
                if line.startswith("data: ") and '"changes"' in line:
                    came, now = time.perf_counter(), utc_now()
                    for change in orjson.loads(line.removeprefix("data: "))["changes"]:
                        self.seen.setdefault(change["entity_id"], came)
                        self.ages.append((now - datetime.fromisoformat(change["recorded_at"])).total_seconds())


async def measure(run: Run) -> list[Row]:
    """The rows of `freshness`."""
    goals = goals_of("freshness")
    try:
        brokers = run.kafka().bootstrap_servers
    except KafkaUnavailable as reason:
        return [missing(goal, str(reason)) for goal in goals.values()]
    country = await run.country(_TASKS)
    await without_topics(brokers)
    urls = {"tasks": await run.postgres.copy(country.database, "fresh_tasks")}
    for service in SERVICES[1:]:
        urls[service] = await run.postgres.copy("template1", f"fresh_{service}")
    kafka = {"KAFKA_BOOTSTRAP_SERVERS": brokers, **switch(hot=True)}
    rounds, loaded = Rounds(), list[float]()
    drawn = iter(random.Random(3).sample(country.tasks, len(country.tasks)))

    async def ask(source: Served, watcher: Watcher) -> Figures:
        return await _reports(country, [next(drawn) for _ in range(_REPORTS)], source, watcher)

    async with AsyncExitStack() as stack:
        watcher = Watcher()
        own = {name: url for name, url in urls.items() if name != "monitoring"}
        async with sixclear("fresh-sources", _SOURCES, own, run.home, **kafka) as source:
            view = {"monitoring": urls["monitoring"]}
            shown_by = await stack.enter_async_context(sixclear("fresh-view", "monitoring", view, run.home, **kafka))
            watching = asyncio.create_task(watcher.watch(shown_by.url))
            stack.callback(watching.cancel)
            view_of = BrokerView(brokers)
            await view_of.start()
            await view_of.create(["bare"], partitions=1)
            await view_of.stop()
            await ask(source, watcher)  # connections and plans are there
            cases = {
                "product": lambda: ask(source, watcher),
                "bare": lambda: _bare(run, brokers, urls["tasks"]),
            }
            await rounds.run(cases, run.rounds, run.say)
            rate = await _loaded(run, country, source, watcher, loaded)
        alone = sixclear("fresh-polled", "tasks", {"tasks": urls["tasks"]}, run.home, **switch(hot=True))
        async with alone as source, _poller(brokers, urls["tasks"]):
            await ask(source, watcher)
            await rounds.run({"poller": lambda: ask(source, watcher)}, run.rounds, run.say)
    ours = [value / 1000 for value in rounds.values("product", "p50_ms")]
    figure = f"p50 {shown(rounds.median('product', 'p50_ms'))} ms, p99 {shown(rounds.median('product', 'p99_ms'))} ms"
    fresher = [
        theirs / one
        for theirs, one in zip(rounds.values("poller", "p50_ms"), rounds.values("product", "p50_ms"), strict=True)
    ]
    against = f"p50 {shown(rounds.median('product', 'p50_ms'))} ms against {shown(rounds.median('poller', 'p50_ms'))}"
    loaded.sort()
    p99 = loaded[int(len(loaded) * 0.99)] if loaded else None
    return [
        row(goals["p50"], figure, [one / 0.030 for one in ours], noted("ratio: of 30 ms", rounds.disturbed)),
        compared(rounds, goals["bare"], "product", "bare", "p50_ms", "ms p50"),
        row(goals["poller"], against, fresher, rounds.disturbed),
        missing(goals["loaded"], "nothing came")
        if p99 is None
        else row(
            goals["loaded"],
            f"p50 {shown(statistics.median(loaded) * 1e3)} ms, p99 {shown(p99 * 1e3)} ms at {rate:,.0f} reports/s",
            [p99],
            "ratio: p99 in seconds, from the instant of the report",
        ),
    ]


async def _reports(country: Country, tasks: Sequence[tuple[UUID, int]], source: Served, watcher: Watcher) -> Figures:
    acknowledged: dict[str, float] = {}
    async with httpx2.AsyncClient(base_url=source.url, timeout=30) as http:
        for number, (task_id, place) in enumerate(tasks):
            headers = {"Authorization": f"Bearer {country.tokens[place]}", "Idempotency-Key": f"{task_id}-{number}"}
            body = {"percent": number % 100, "text": f"Tuần này đã hoàn thành rà soát {task_id}"}
            watcher.seen.pop(str(task_id), None)
            answer = await http.post(f"/api/tasks/v1/tasks/{task_id}/progress", json=body, headers=headers)
            assert answer.status_code == 201, answer.text
            acknowledged[str(task_id)] = time.perf_counter()
            await asyncio.sleep(_PAUSE_SECONDS)

    async def all_told() -> bool:
        return acknowledged.keys() <= watcher.seen.keys()

    await eventually(all_told, within_seconds=20, every_seconds=0.05)
    ages = sorted(watcher.seen[task_id] - at for task_id, at in acknowledged.items())
    return {"p50_ms": statistics.median(ages) * 1e3, "p99_ms": ages[int(len(ages) * 0.99)] * 1e3}


async def _bare(run: Run, brokers: str, url: str) -> Figures:
    return await consumed("tests.benchmarks.peers.bare_path", brokers, 100, run.folder, DATABASE_URL=url)


async def _loaded(run: Run, country: Country, source: Served, watcher: Watcher, ages: list[float]) -> float:
    """Ages of what the stream told while reports came as fast as they were taken; returns how fast."""
    if not wrk.has_wrk():
        return 0.0
    watcher.ages.clear()
    load = await wrk.reports(country, run.folder, source.url, run.seconds, 32 if hot_routes_exist() else 8)
    ages += watcher.ages
    await asyncio.sleep(3)
    return load.accepted / load.seconds


@asynccontextmanager
async def _poller(brokers: str, url: str) -> AsyncIterator[None]:
    process = subprocess.Popen(  # noqa: ASYNC220 (it only begins)
        [sys.executable, "-m", "tests.benchmarks.peers.polling_relay"],
        cwd=ROOT,
        env={**os.environ, "BROKERS": brokers, "DATABASE_URL": url},
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        await asyncio.to_thread(process.stdout.readline)
        yield
    finally:
        process.kill()
        process.wait()
