"""One change to many browsers: CPU and delay of a broadcast, what a stuck client costs the others, memory a client."""

import asyncio
import resource
import statistics
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.util import find_spec

import httpx2
from tests.benchmarks.goals import Goal, goals_of
from tests.benchmarks.machine import cpu_seconds, resident_bytes
from tests.benchmarks.rows import Case, Figures, Rounds, Row, compared, missing, row, shown
from tests.benchmarks.run import Run
from tests.benchmarks.servers import Served, free_port, served
from tests.benchmarks.watchers import Crowd

CLIENTS, MANY, BROADCASTS = 2_000, 10_000, 10
FRAME_BYTES = 400


async def measure(run: Run) -> list[Row]:
    """The rows of `stream`."""
    goals = goals_of("stream")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    rounds = Rounds()
    has_peer = find_spec("sse_starlette") is not None
    async with AsyncExitStack() as stack:
        cases: dict[str, Case] = {}
        crowds: dict[str, tuple[Served, Crowd]] = {}
        for name in ("hub", "transport.write", *(["sse-starlette"] if has_peer else [])):
            server = await stack.enter_async_context(_server(run, name))
            crowds[name] = (server, Crowd(server.port))
            await crowds[name][1].come(CLIENTS)
            stack.callback(crowds[name][1].leave)
            cases[name] = _broadcasting(*crowds[name])
        await rounds.run(cases, run.rounds, run.say)
        stuck = await _with_a_stuck_client(run, *crowds["hub"])
    figure, per_client, clients = await _memory(run, min(MANY, hard - 1_000), hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return [
        compared(rounds, goals["cpu-limit"], "hub", "transport.write", "cpu_ms", "ms CPU a broadcast"),
        compared(rounds, goals["cpu-peer"], "hub", "sse-starlette", "cpu_ms", "ms CPU a broadcast")
        if has_peer
        else missing(goals["cpu-peer"], "sse-starlette is not installed"),
        _stuck_row(stuck, goals["stuck"]),
        row(goals["memory"], figure, [per_client / 1024 / 15], f"{clients:,} clients; ratio: of 15 KB"),
    ]


def _stuck_row(stuck: Rounds, goal: Goal) -> Row:
    """How the others' p99 moved beside a client that reads nothing."""
    alone, beside = stuck.median("alone", "p99_ms"), stuck.median("beside", "p99_ms")
    return row(
        goal,
        f"p99 {shown(beside)} ms against {shown(alone)}",
        stuck.ratios("beside", "alone", "p99_ms"),
        stuck.disturbed,
    )


@asynccontextmanager
async def _server(run: Run, name: str) -> AsyncIterator[Served]:
    port = free_port()
    modules = {
        "hub": "tests.benchmarks.hub_app:app",
        "sse-starlette": "tests.benchmarks.peers.sse_starlette_stream:app",
    }
    command = [sys.executable, "-m"]
    if name in modules:
        command += ["uvicorn", modules[name], "--port", str(port), "--no-access-log", "--log-level", "warning"]
        command += ["--backlog", "4096"]
    else:
        command += ["tests.benchmarks.peers.transport_write", str(port)]
    log = f"stream-{name}"
    async with served(log, command, port, {"FRAME_BYTES": str(FRAME_BYTES)}, run.folder, ready="/ready") as made:
        yield made


def _broadcasting(server: Served, crowd: Crowd) -> Case:
    async def once() -> Figures:
        delays: list[float] = []
        async with httpx2.AsyncClient() as http:
            before = cpu_seconds(server.pid)
            for _ in range(BROADCASTS):
                delays += await crowd.hear(lambda: http.post(f"{server.url}/say"))
                await asyncio.sleep(0.1)  # longer than the hub gathers: each is a broadcast of its own
            cpu = cpu_seconds(server.pid) - before
        delays.sort()
        return {
            "cpu_ms": cpu / BROADCASTS * 1e3,
            "p50_ms": statistics.median(delays) * 1e3,
            "p99_ms": delays[int(len(delays) * 0.99)] * 1e3,
        }

    return once


async def _with_a_stuck_client(run: Run, server: Served, crowd: Crowd) -> Rounds:
    found, broadcast = Rounds(), _broadcasting(server, crowd)

    async def beside() -> Figures:
        async with httpx2.AsyncClient() as http:
            await http.post(f"{server.url}/large")
            stuck = await crowd.stick()
            await crowd.hear(lambda: http.post(f"{server.url}/say"))
            full = int((await http.get(f"{server.url}/full")).text)
        try:
            if full != 1:
                raise RuntimeError(f"{full} connections are full instead of the one that is not read")
            return await broadcast()
        finally:
            stuck.abort()

    await found.run({"alone": broadcast, "beside": beside}, run.rounds, run.say)
    return found


async def _memory(run: Run, clients: int, limit: int) -> tuple[str, float, int]:
    """What resident memory of the hub's process grows by with each client; its descriptors are inherited from here."""
    async with _server(run, "hub") as server:
        crowd = Crowd(server.port)
        await crowd.come(100)
        before = resident_bytes(server.pid)
        await crowd.come(clients - 100)
        async with httpx2.AsyncClient() as http:
            await crowd.hear(lambda: http.post(f"{server.url}/say"))
        grown = (resident_bytes(server.pid) - before) / (clients - 100)
        crowd.leave()
    run.say(f"  {clients:,} clients: {grown / 1024:.1f} KB each (limit of descriptors {limit:,})")
    return f"{grown / 1024:.1f} KB a client", grown, clients
