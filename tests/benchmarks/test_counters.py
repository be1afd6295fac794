"""The gate: counters of the hot paths are at most what `baseline.json` says. They are the same on every machine."""

import asyncio
import cProfile
import gc
import hashlib
import itertools
import tracemalloc
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest
import pytest_asyncio
from tests.benchmarks.baseline import baseline, compared
from tests.benchmarks.conftest import measured
from tests.benchmarks.round_trips import Wire, counted_wire
from tests.integration.tasks.conftest import START, Service, an_assigned_task, started
from tests.integration.tasks.value.values import DOCUMENT, an_indicator, in_bulk

from sixclear.common.bus.envelope import encode_stored
from sixclear.common.settings import CommonSettings
from sixclear.common.telemetry import configure_telemetry, instrument_engine
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import CloneDatabase, Filled, TestServer
from sixclear.common.web.access import Access
from sixclear.common.web.hot_front import HotRoutes
from sixclear.common.web.idempotency import CLEAN_EVERY
from sixclear.common.web.sse import SseHub

pytestmark = [pytest.mark.benchmark, pytest.mark.asyncio]
Say = Callable[[str], None]

REPORTS, WATCHERS = 20, 1_000
_WARM, _TOGETHER, _IN_FILE = 8, 16, 50
_INDICATORS = [f"chi-tieu-{number}" for number in range(10)]


@dataclass
class Counted:
    """A service whose connections are counted, and the server behind it."""

    service: Service
    wire: Wire
    server: TestServer
    database: str


@pytest_asyncio.fixture
async def counted(clone_database: CloneDatabase, postgres_server: TestServer, tmp_path: Path) -> AsyncIterator[Counted]:
    """The tasks application without hot routes, with its connections counted."""
    url = await clone_database("sixclear.tasks")
    async with counted_wire(url, tmp_path) as wire:

        async def clone(package: str, filled: Filled | None = None) -> str:
            return wire.url

        async with started(clone, START) as service:
            with service.ordinary_routes():
                yield Counted(service, wire, postgres_server, url.partition("@/")[2].partition("?")[0])


@pytest.fixture
def hold(say: Say) -> Callable[[dict[str, float]], None]:
    """Compares counters with the baseline, and says which became cheaper."""

    def check(counters: dict[str, float]) -> None:
        found = compared(counters)
        for line in found.cheaper:
            say(line)
        assert not found.complaints, "\n".join(found.complaints)

    return check


async def test_every_counter_of_the_baseline_has_its_reason() -> None:
    for key, entry in baseline().items():
        assert set(entry) == {"most", "why"}, key
        assert len(entry["why"]) > 20, key


async def test_what_a_report_asks_of_the_database(counted: Counted, hold: Callable[[dict[str, float]], None]) -> None:
    """Single reports, one after the other, each on a task of its own that was reported on before."""
    tasks = [await an_assigned_task(counted.service, external_id=f"NV-{number}") for number in range(_WARM)]
    for task_id in tasks:
        await _report(counted.service, task_id, 1)
    counters: dict[str, float] = {}
    for name, keyed in (("report", False), ("report_with_key", True)):
        counted.service.clock.pass_by(days=1)
        await _report(counted.service, tasks[0], 2, keyed=keyed)  # statements are prepared, the connection is there
        trips, size = counted.wire.round_trips, counted.wire.bytes
        with measured(counted.service.database.engine) as cost:
            for number in range(1, 5):
                await _report(counted.service, tasks[number], 3, keyed=keyed)
        counters[f"{name}.statements"] = cost.statements / 4
        counters[f"{name}.round_trips"] = (counted.wire.round_trips - trips) / 4
        counters[f"{name}.bytes_sent"] = (counted.wire.bytes - size) / 4
    hold(counters)


async def test_what_a_batch_of_reports_asks_of_the_database(
    counted: Counted, hold: Callable[[dict[str, float]], None]
) -> None:
    """Sixteen reports with a key at a time, each on a task of its own: one batch of a hot route."""
    service = counted.service
    tasks = [await an_assigned_task(service, external_id=f"NV-{number}") for number in range(_TOGETHER)]
    hot: HotRoutes = service.app.state.service_state.hot
    hot.configure(on=True, in_flight=1)
    await _report(service, tasks[0], 1, keyed=True)  # statements are prepared, the connection is there
    for round_ in (2, 3):
        trips, size = counted.wire.round_trips, counted.wire.bytes
        await asyncio.gather(*(_report(service, one, round_, keyed=True) for one in tasks))
    hold(
        {
            "batch_of_16_reports.round_trips": counted.wire.round_trips - trips,
            "batch_of_16_reports.bytes_sent_each": (counted.wire.bytes - size) / _TOGETHER,
        }
    )


async def test_what_a_file_of_reports_asks_and_writes(
    counted: Counted, hold: Callable[[dict[str, float]], None]
) -> None:
    """Fifty reports in one NDJSON file, each on a task of its own that was reported on before."""
    service = counted.service
    tasks = [await an_assigned_task(service, external_id=f"NV-{number}") for number in range(_IN_FILE)]
    await _file_of_reports(service, tasks, 1)  # statements are prepared, the connection is there
    service.clock.pass_by(days=1)
    connection = await asyncpg.connect(user="postgres", database=counted.database, host=str(counted.server.socket_dir))
    try:
        before = await _written(counted, connection)
        await _file_of_reports(service, tasks, 2)
        rows = await _written(counted, connection) - before
    finally:
        await connection.close()
    await _file_of_reports(service, tasks, 3)
    trips, size = counted.wire.round_trips, counted.wire.bytes
    with measured(service.database.engine) as cost:
        await _file_of_reports(service, tasks, 4)
    hold(
        {
            "file_of_50_reports.statements": cost.statements,
            "file_of_50_reports.round_trips": counted.wire.round_trips - trips,
            "file_of_50_reports.bytes_sent_each": (counted.wire.bytes - size) / _IN_FILE,
            "file_of_50_reports.rows_written_each": rows / _IN_FILE,
        }
    )


async def _file_of_reports(service: Service, tasks: list[UUID], number: int) -> None:
    lines = [{"task_id": str(one), "percent": number, "text": f"Tuần {number}"} for one in tasks]
    headers = service.headers("G06") | {"Content-Type": "application/x-ndjson"}
    body = b"\n".join(map(orjson.dumps, lines))
    answer = await service.http.post("/api/tasks/v1/progress/bulk", content=body, headers=headers)
    assert answer.json()["reported"] == len(tasks), answer.text


async def test_what_a_file_of_values_asks_and_writes(
    counted: Counted, hold: Callable[[dict[str, float]], None]
) -> None:
    """Values of one body that a document has approved, in slots that are new: a country's come so, a million of them.

    The calls are those of Python for each value more: what is read or made again for each value shows there, on every
    machine the same.
    """
    service = counted.service
    for code in _INDICATORS:
        await an_indicator(service, code=code, value_type="amount", decimals=2)
    await _file_of_values(service, 2009, 12)  # statements are prepared, the connection is there
    connection = await asyncpg.connect(user="postgres", database=counted.database, host=str(counted.server.socket_dir))
    try:
        before, events = await _written(counted, connection), len(await service.events())
        count = await _file_of_values(service, 2010, 12)
        rows, told = await _written(counted, connection) - before, len(await service.events()) - events
    finally:
        await connection.close()
    assert told == count, "each value is an event"
    await _file_of_values(service, 2011, 12)
    trips, size = counted.wire.round_trips, counted.wire.bytes
    with measured(service.database.engine) as cost:
        await _file_of_values(service, 2012, 12)
    hold(
        {
            "file_of_120_values.statements": cost.statements,
            "file_of_120_values.round_trips": counted.wire.round_trips - trips,
            "file_of_120_values.bytes_sent_each": (counted.wire.bytes - size) / count,
            "file_of_120_values.rows_written_each": rows / count,
            "file_of_120_values.calls_each": await _calls_of_a_value(service),
        }
    )


async def _calls_of_a_value(service: Service) -> float:
    """What one value more in a file costs: calls of functions, in Python and in what it calls."""
    calls = {}
    for year, months in ((2013, 6), (2014, 12)):
        with cProfile.Profile() as profile:
            count = await _file_of_values(service, year, months)
        calls[count] = sum(entry.callcount for entry in profile.getstats())
    few, many = sorted(calls)
    return (calls[many] - calls[few]) / (many - few)


async def _file_of_values(service: Service, year: int, months: int) -> int:
    said = {"organisation": "25999", "approved_by": DOCUMENT}
    items = [
        said | {"indicator": code, "period": f"{year}-{month:02}", "number": f"{month}.25"}
        for code in _INDICATORS
        for month in range(1, months + 1)
    ]
    told = await in_bulk(service, "P57", *items)
    assert told["approved"] == len(items), told
    return len(items)


async def test_what_a_report_writes(counted: Counted, hold: Callable[[dict[str, float]], None]) -> None:
    """Rows and bytes of the log for reports with a key; whole pages, which depend on checkpoints, are left out."""
    task_id = await an_assigned_task(counted.service)
    await _report(counted.service, task_id, 1, keyed=True)
    connection = await asyncpg.connect(user="postgres", database=counted.database, host=str(counted.server.socket_dir))
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_walinspect")
        events = len(await counted.service.events())
        before = await _written(counted, connection)
        began = await connection.fetchval("SELECT pg_current_wal_insert_lsn()")
        for number in range(REPORTS):
            counted.service.clock.pass_by(days=1)
            await _report(counted.service, task_id, number, keyed=True)
        ended = await connection.fetchval("SELECT pg_current_wal_insert_lsn()")
        after = await _written(counted, connection)
        wal = await connection.fetchval(_WAL, began, ended)
        sent = [encode_stored(event, "tasks", 1) for event in await counted.service.events()][events:]
    finally:
        await connection.close()
    sizes = [len(one.key or b"") + len(one.value or b"") + sum(len(h) for _, h in one.headers) for one in sent]
    hold(
        {
            "report_with_key.rows_written": (after - before) / REPORTS,
            "report_with_key.wal_bytes": float(wal) / REPORTS,
            "report.messages": len(sent) / REPORTS,
            "report.message_bytes": sum(sizes) / len(sizes),
        }
    )


# Without whole pages; what the server's own upkeep writes is of other managers.
_WAL = """
SELECT sum(record_size) FROM pg_get_wal_stats($1, $2)
 WHERE "resource_manager/record_type" IN ('Heap', 'Btree', 'Gin', 'Transaction')
"""


async def _written(counted: Counted, connection: asyncpg.Connection) -> int:
    await counted.service.database.engine.dispose()  # a connection tells its counts when it ends
    await connection.execute("SELECT pg_stat_clear_snapshot()")
    rows = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_all_tables WHERE schemaname = 'public'"
    return int(await connection.fetchval(rows))


def _key(text: str) -> str:
    """A key that does not make its request remove those that expired, as one of a hundred does."""
    keys = (f"{text}-{number}" for number in itertools.count())
    return next(key for key in keys if hashlib.sha256(key.encode()).digest()[0] % CLEAN_EVERY)


async def _report(service: Service, task_id: UUID, number: int, *, keyed: bool = False) -> None:
    headers = {"Idempotency-Key": _key(f"{task_id}-{number}-{service.clock()}".replace(" ", "-"))} if keyed else {}
    body = {"percent": number, "text": f"Tuần {number} ngày {service.clock()}"}
    answer = await service.post("G06", f"/tasks/{task_id}/progress", body, **headers)
    assert answer.status_code == 201, answer.text


class _Spans:
    """Counts the spans that a service makes."""

    made = 0

    def offer(self, spans: Any) -> None:
        """Take finished spans."""
        self.made += len(spans)


@pytest.mark.parametrize(("ratio", "key"), [(1.0, "report.spans_traced"), (0.0, "report.spans_untraced")])
async def test_how_many_spans_a_report_makes(
    clone_database: CloneDatabase, ratio: float, key: str, hold: Callable[[dict[str, float]], None]
) -> None:
    spans = _Spans()
    telemetry = configure_telemetry("tasks", CommonSettings(env="test", trace_ratio=ratio), spans)
    try:
        async with started(clone_database, START) as service:
            instrument_engine(service.database.engine, "tasks")
            first, second = [await an_assigned_task(service, external_id=f"NV-{number}") for number in range(2)]
            await _report(service, first, 1, keyed=True)  # names of bodies are known from then on
            before = spans.made
            await _report(service, second, 1, keyed=True)
            hold({key: float(spans.made - before)})
    finally:
        await telemetry.shutdown()


class _Watcher:
    """A client of the hub as the server sees it; it takes everything immediately."""

    def __init__(self) -> None:
        self.taken = 0
        self.gone: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()

    async def receive(self) -> dict[str, str]:
        """Nothing comes until the client leaves."""
        return await self.gone

    async def send(self, message: Any) -> None:
        """What the server writes to the connection."""
        self.taken += message["type"] == "http.response.body"


async def test_how_many_bytes_a_watcher_holds(hold: Callable[[dict[str, float]], None]) -> None:
    """What the hub allocates for each open stream; buffers of the server and the kernel come on top."""

    async def snapshot() -> tuple[int, bytes]:
        return 0, b"{}"

    hub = SseHub("benchmark", snapshot, access=Access.public("a benchmark"))
    await hub.start()
    watchers = [_Watcher() for _ in range(WATCHERS)]
    scope = {"type": "http", "method": "GET", "path": "/stream", "headers": [], "query_string": b""}
    scopes = [dict(scope) for _ in watchers]
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        served = [
            asyncio.create_task(hub(one, watcher.receive, watcher.send))
            for one, watcher in zip(scopes, watchers, strict=True)
        ]

        async def all_greeted() -> bool:
            return all(watcher.taken for watcher in watchers)

        await eventually(all_greeted, within_seconds=20)
        gc.collect()
        held = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
        await hub.stop()
        for watcher in watchers:
            watcher.gone.cancel()
        await asyncio.gather(*served, return_exceptions=True)
    hold({"stream.bytes_a_client": held / WATCHERS})
