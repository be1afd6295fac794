"""Counting everything again beside what readers see: how fast, and whether a reader notices."""

import asyncio
import os
import subprocess
import sys
import time
from contextlib import suppress

import httpx2
from tests.benchmarks.broker import READ_BY_MONITORING, events_of, filled
from tests.benchmarks.consumers import consumed
from tests.benchmarks.goals import goals_of
from tests.benchmarks.parts.status import UNBOUNDED
from tests.benchmarks.report import ROOT
from tests.benchmarks.rows import Figures, Rounds, Row, compared, missing, row
from tests.benchmarks.run import Run
from tests.benchmarks.writers import Writer, product_writer

from sixclear.common.runtime.kafka_server import KafkaUnavailable
from sixclear.common.testing.eventually import eventually

_SOURCE = "tasks"
_NUMBERS = "SELECT active_epoch, coalesce(next_epoch, next_generation) FROM source_view WHERE source = $1"


async def measure(run: Run) -> list[Row]:
    """The rows of `rebuild`."""
    goals = goals_of("rebuild")
    try:
        brokers = run.kafka().bootstrap_servers
    except KafkaUnavailable as reason:
        return [missing(goal, str(reason)) for goal in goals.values()]
    country = await run.country()
    counts = await filled(run, country)
    read = sum(counts[kind] for kind in READ_BY_MONITORING)

    async def fold() -> Figures:
        url = await run.postgres.copy("template1", "fold_view")
        return await consumed("tests.benchmarks.folding", brokers, read, run.folder, DATABASE_URL=url)

    rounds = Rounds()
    async with product_writer(run, country, "rebuild", "all", hot=False, **UNBOUNDED) as writer:
        stored = await events_of(run, writer.database)
        events = sum(stored.get(kind, 0) for kind in READ_BY_MONITORING)
        await rounds.run({"rebuild": lambda: _rebuilt(run, writer, events), "fold": fold}, run.rounds, run.say)
    answers, refused = sum(rounds.values("rebuild", "answers")), sum(rounds.values("rebuild", "refused"))
    return [
        compared(rounds, goals["log"], "rebuild", "fold", "rate", "events/s"),
        row(goals["readers"], f"{refused:.0f} of {answers:,.0f} answers were none", [refused], rounds.disturbed),
        missing(goals["kafka"], "not measured: the replay from Kafka takes the same way as the one from the table"),
    ]


async def _rebuilt(run: Run, writer: Writer, events: int) -> Figures:
    """Ask for a rebuild by the command, and follow it in the database while somebody reads."""
    assert writer.folds is not None
    command = [sys.executable, "-m", "sixclear.launcher", "rebuild", _SOURCE, "--no-wait"]
    environment = {
        **os.environ,
        "SIXCLEAR_HOME": str(run.folder / "rebuild-home"),
        "SIXCLEAR_MONITORING_DATABASE_URL": run.postgres.url(writer.folds),
    }
    statuses: list[int] = []
    reader = asyncio.create_task(_read(writer.served.url, statuses))
    async with run.postgres.connection(writer.folds) as view:

        async def numbers() -> tuple[int, int | None]:
            found = await view.fetchrow(_NUMBERS, _SOURCE)
            assert found is not None
            return found[0], found[1]

        before, _ = await numbers()
        await asyncio.to_thread(subprocess.run, command, cwd=ROOT, env=environment, check=True, capture_output=True)

        async def begun() -> bool:
            active, beside = await numbers()
            return beside is not None or active != before

        async def shown() -> bool:
            return (await numbers())[0] != before

        await eventually(begun, within_seconds=30, every_seconds=0.02)
        began = time.perf_counter()
        await eventually(shown, within_seconds=240, every_seconds=0.02)
        seconds = time.perf_counter() - began
    reader.cancel()
    with suppress(asyncio.CancelledError):
        await reader
    refused = sum(status != 200 for status in statuses)
    return {"rate": events / seconds, "answers": float(len(statuses)), "refused": float(refused)}


async def _read(url: str, statuses: list[int]) -> None:
    async with httpx2.AsyncClient(base_url=url, timeout=10) as http:
        while True:
            try:
                statuses.append((await http.get("/api/monitoring/v1/status?programme=bench")).status_code)
            except httpx2.HTTPError:
                statuses.append(0)
            await asyncio.sleep(0.05)
