"""Reports in front of the ordinary route: the same answers, rows and events, byte by byte."""

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import text
from tests.integration.tasks.conftest import START, Service, an_assigned_task, started
from tests.unit.tasks.reporting.bodies import body

from sixclear.common.batcher.connection import SETTINGS
from sixclear.common.errors import DomainError
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.common.web.hot_front import HotRoutes
from sixclear.tasks.reporting import hot_rows
from sixclear.tasks.reporting.hot import ReportProgress

pytestmark = pytest.mark.asyncio

_TABLES = {
    "task": "task_id",
    "progress_report": "task_id, task_version",
    "event": "entity_id, version",
    "idempotency_key": "client_id, key_hash",
}
_EVERYTHING = ("tasks:write", "tasks:assign", "tasks:report", "tasks:confirm", "facts:past")
_BODIES: list[dict[str, Any]] = [
    {"text": "Đang làm"},
    {"text": "Đang làm", "percent": 40},
    {"text": "Xong một phần", "percent": 40.0, "difficulty": "Thiếu người", "cause": None, "remedy": "Tuyển thêm"},
    {"percent": 100, "text": "  Xong \r\n rồi  "},
    {"text": "Vô lý", "percent": 101},
    {"text": "", "percent": 1},
    {"text": "Lạ", "more": 1},
    {"text": "Hôm qua", "occurred_at": "2025-12-03T10:00:00+07:00"},
    {"text": "Ngày mai", "occurred_at": "2099-01-01T00:00:00Z"},
]


@dataclass(frozen=True)
class Ask:
    """One request, as it is sent both ways."""

    client: str
    path: str
    content: bytes
    headers: dict[str, str]


@dataclass
class Pair:
    """Two services with the same content, one of which takes the ordinary way alone."""

    hot: Service
    ordinary: Service

    def ways(self) -> tuple[Service, Service]:
        return self.hot, self.ordinary

    def wait(self, seconds: float) -> None:
        """Move both clocks."""
        for way in self.ways():
            way.clock.pass_by(seconds=seconds)

    async def both(self, client: str, path: str, body: Any) -> httpx2.Response:
        """The same step in both."""
        answers = [await way.post(client, path, body) for way in self.ways()]
        assert answers[0].content == answers[1].content
        return answers[0]

    async def compare(self, asks: list[Ask]) -> list[int]:
        """Send these at a time to the front, one after the other the ordinary way; what is answered, in statuses."""
        hot = await asyncio.gather(*(_send(self.hot, ask) for ask in asks))
        ordinary = [await _send(self.ordinary, ask) for ask in asks]
        for ask, one, other in zip(asks, hot, ordinary, strict=True):
            assert one == other, ask
        return [status for status, *_ in hot]

    async def compare_rows(self) -> None:
        """Every row of both databases is the same."""
        for table, order in _TABLES.items():
            one, other = [await _rows(way, table, order) for way in self.ways()]
            assert one == other, table


async def _send(service: Service, ask: Ask) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    headers = service.headers(ask.client, *_EVERYTHING) | {"Content-Type": "application/json"} | ask.headers
    answer = await service.http.post(service.prefix + ask.path, content=ask.content, headers=headers)
    return answer.status_code, sorted(answer.headers.raw), answer.content


async def _rows(service: Service, table: str, order: str) -> list[str]:
    # A hot route keeps the digest of an answer: what a repeat is told is compared with the answers.
    leave_out = {"event": " - 'event_id'", "idempotency_key": " - 'body' - 'headers'"}.get(table, "")
    of_tasks = "WHERE entity_type = 'task'" if table == "event" else ""
    async with service.database.session() as session:
        found = await session.scalars(
            text(f"SELECT (to_jsonb(one){leave_out})::text FROM {table} AS one {of_tasks} ORDER BY {order}")
        )
        return list(found)


@pytest_asyncio.fixture
async def pair(clone_database: CloneDatabase) -> AsyncIterator[Pair]:
    async with started(clone_database, START) as hot, started(clone_database, START) as ordinary:
        for way in (hot, ordinary):
            way.http.headers["X-Request-ID"] = "setup"
        with ordinary.ordinary_routes():
            yield Pair(hot, ordinary)


@pytest.fixture
def taken(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The statuses of what the front answered itself."""
    found: list[int] = []
    answer = ReportProgress.answer

    async def note(self: ReportProgress, request: Any) -> Any:
        try:
            given = await answer(self, request)
        except DomainError as refusal:
            found.append(refusal.status)
            raise
        if given is not None:
            found.append(given.status)
        return given

    monkeypatch.setattr(ReportProgress, "answer", note)
    return found


async def tasks_of(pair: Pair) -> list[UUID]:
    """Tasks of several kinds, each with the same identifier in both."""
    kinds: list[dict[str, Any]] = [
        {},
        {"coordinating_organisations": ["G01"]},
        {"classification": "restricted"},
        {"deadline": "2025-12-05"},
        {"kind": "recurring", "recurrence": "FREQ=MONTHLY;BYMONTHDAY=22", "deadline": None},
    ]
    found = []
    for number, kind in enumerate(kinds):
        ids = {await an_assigned_task(way, external_id=f"NV-{number}", **kind) for way in pair.ways()}
        (task_id,) = ids
        found.append(task_id)
    return found


def _ask(rng: random.Random, number: int, task_id: UUID, client: str | None = None) -> Ask:
    headers = {"X-Request-ID": f"r-{number}"}
    if rng.random() < 0.3:
        headers["If-Match"] = rng.choice(['"1.2"', '"1.3"', '"1.4-overdue"', "*", '"1.3", "1.4"', 'W/"1.3"'])
    if rng.random() < 0.4:
        headers["Idempotency-Key"] = f"k-{rng.randrange(number + 1)}" if rng.random() < 0.5 else f"k-{number}"
    content = json.dumps(rng.choice(_BODIES), ensure_ascii=rng.random() < 0.5).encode()
    if rng.random() < 0.1:
        content = rng.choice([b"", b"{", b'{"text":"a","text":"b"}', b'\xef\xbb\xbf{"text":"a"}', b'{"text":"\xff"}'])
    return Ask(
        client or rng.choice(["G06", "G06", "G06", "G01", "P57", "75"]), f"/tasks/{task_id}/progress", content, headers
    )


async def other_step(pair: Pair, rng: random.Random, task_id: UUID) -> None:
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("G06", "evidence", {"title": "Biên bản", "url": f"https://example.vn/{rng.randrange(9)}"}),
        ("G06", "submit", {}),
        ("P57", "return", {"reason": "Chưa đủ"}),
        ("P57", "extend", {"deadline": f"2026-0{rng.randrange(1, 9)}-15", "reason": "Gia hạn"}),
    ]
    client, step, body = rng.choice(steps)
    await pair.both(client, f"/tasks/{task_id}/{step}", body)


# A recurring task takes the ordinary way: these seeds repeat words on others, too.
@pytest.mark.parametrize("seed", [4, 1, 2])
async def test_random_requests_are_answered_and_stored_the_same_both_ways(
    pair: Pair, taken: list[int], seed: int
) -> None:
    rng = random.Random(seed)
    tasks = await tasks_of(pair)
    statuses: set[int] = set()
    for round_ in range(40):
        unknown = [UUID(int=5)] if rng.random() < 0.2 else []
        chosen = rng.sample(tasks, rng.randrange(1, len(tasks) + 1)) + unknown
        asks = [_ask(rng, round_ * 10 + place, task_id) for place, task_id in enumerate(chosen)]
        keys = [ask.headers["Idempotency-Key"] for ask in asks if "Idempotency-Key" in ask.headers]
        if len(set(keys)) == len(keys):
            statuses.update(await pair.compare(asks))
        if rng.random() < 0.3:
            await other_step(pair, rng, rng.choice(tasks))
        pair.wait(rng.choice([0, 0, 1, 3600, 86_400]) if seed != 4 else 7)
    await pair.compare_rows()
    assert statuses >= {200, 201, 404, 412, 422}, statuses
    assert {200, 201, 404} <= set(taken), "the front answered too few of them to compare"
    assert len(taken) > 15


async def test_a_thousand_made_up_bodies_are_answered_the_same_byte_by_byte(pair: Pair, taken: list[int]) -> None:
    rng = random.Random(7)
    tasks = await tasks_of(pair)
    statuses: set[int] = set()
    for number in range(0, 1000, len(tasks)):
        asks = [
            Ask("G06", f"/tasks/{task_id}/progress", body(rng), {"X-Request-ID": f"b-{number}"}) for task_id in tasks
        ]
        statuses.update(await pair.compare(asks))
        pair.wait(1)
    await pair.compare_rows()
    assert statuses >= {200, 201, 400, 422}
    assert len(taken) > 200


async def test_a_report_that_says_when_it_ends_is_decided_the_same_both_ways(pair: Pair, taken: list[int]) -> None:
    tasks = await tasks_of(pair)
    late = {"text": "Chậm", "expected_on": "2027-06-30"}
    bodies: list[dict[str, Any]] = [late, late | {"remedy": "Thêm người"}, late | {"remedy": "Thêm người"}]
    bodies += [{"text": "Chậm"}, {"text": "Chậm"}, {"text": "Kịp", "expected_on": "2025-12-10"}, {"text": "Kịp"}]
    statuses: set[int] = set()
    for number, content in enumerate(bodies):
        asks = [
            Ask("G06", f"/tasks/{one}/progress", json.dumps(content).encode(), {"X-Request-ID": f"e-{number}"})
            for one in tasks
        ]
        statuses.update(await pair.compare(asks))
    await pair.compare_rows()
    assert statuses >= {200, 201, 422}
    assert taken, "the front goes on with what the ordinary way stored"


async def test_a_task_with_something_hidden_goes_the_ordinary_way(pair: Pair, taken: list[int]) -> None:
    (task_id, *_) = await tasks_of(pair)
    rng = random.Random(1)
    for classification in ("restricted", "public"):
        for way in pair.ways():
            headers = way.headers("P57") | {"Content-Type": "application/merge-patch+json"}
            body = json.dumps({"classification": classification})
            patched = await way.http.patch(f"{way.prefix}/tasks/{task_id}", content=body, headers=headers)
            assert patched.status_code == 200, patched.text
        for number in range(6):
            await pair.compare([_ask(rng, number + 10 * len(classification), task_id, "G06")])
    await pair.compare_rows()


async def test_fifty_at_once_are_few_transactions(pair: Pair) -> None:
    ids = [await an_assigned_task(pair.hot, external_id=f"V-{number}") for number in range(50)]
    before = await _commits(pair.hot)
    said = {"percent": 10, "text": "Đang làm"}
    answers = await asyncio.gather(*(pair.hot.post("G06", f"/tasks/{one}/progress", said) for one in ids))
    assert {answer.status_code for answer in answers} == {201}
    assert await _commits(pair.hot) - before <= 10
    events = [event for event in await pair.hot.events() if event.change == "progress_reported"]
    assert sorted(event.entity_id for event in events) == sorted(ids)


async def _commits(service: Service) -> int:
    """How many transactions wrote a report."""
    async with service.database.session() as session:
        return cast(int, await session.scalar(text("SELECT count(DISTINCT xmin::text) FROM progress_report")))


async def test_a_commit_that_fails_is_no_success(pair: Pair) -> None:
    task_id = await an_assigned_task(pair.hot, external_id="F-1")
    async with pair.hot.database.transaction() as session:
        await session.execute(
            text("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE SQLSTATE ''53100''; END'")
        )
        await session.execute(
            text(
                "CREATE CONSTRAINT TRIGGER no AFTER INSERT ON progress_report DEFERRABLE INITIALLY DEFERRED "
                "FOR EACH ROW EXECUTE FUNCTION no()"
            )
        )
    answer = await pair.hot.post("G06", f"/tasks/{task_id}/progress", {"text": "Đang làm"})
    assert answer.status_code == 503
    assert pair.hot.database.disk_full_at is not None, "operators hear of it"
    assert "progress_reported" not in {event.change for event in await pair.hot.events()}


async def test_a_row_that_another_holds_delays_no_neighbour(pair: Pair) -> None:
    held, free = [await an_assigned_task(pair.hot, external_id=f"H-{number}") for number in range(2)]
    said = {"percent": 10, "text": "Đang làm"}
    async with pair.hot.database.transaction() as session:
        await session.execute(text("SELECT FROM task WHERE task_id = :held FOR UPDATE"), {"held": held})
        waits = asyncio.create_task(pair.hot.post("G06", f"/tasks/{held}/progress", said))
        assert (await pair.hot.post("G06", f"/tasks/{free}/progress", said)).status_code == 201
        assert not waits.done()
    assert (await waits).status_code == 201


async def test_the_table_of_the_front_has_the_rules_of_the_ordinary_routes(pair: Pair) -> None:
    from sixclear.common.web.access import access_rules

    rules = {(method, path): rule for method, path, rule in access_rules(pair.hot.app)}
    hot: HotRoutes = pair.hot.app.state.service_state.hot
    assert hot.routes, "nothing was checked"
    for route in hot.routes:
        assert route.access is rules[route.method, route.path]


async def test_a_plan_that_was_made_for_empty_tables_looks_nothing_up_by_scanning(pair: Pair) -> None:
    """A batcher's session keeps its plans: one that reads all keys in force costs more with each of them."""
    plans: list[str] = []
    connection = await pair.hot.database.connect_alone("plans", **SETTINGS)
    try:
        for number, statement in enumerate((hot_rows.READ, hot_rows.WRITE.statement)):
            await connection.execute(f"PREPARE batch_{number} AS {statement}")
            nothing = ", ".join(["NULL"] * len(set(re.findall(r"\$\d+", statement))))
            rows = await connection.fetch(f"EXPLAIN EXECUTE batch_{number} ({nothing})")
            plans.extend(row[0] for row in rows if " Scan" in row[0])
    finally:
        await connection.close()
    used = {found[1] for plan in plans if (found := re.search(r"Index (?:Only )?Scan (?:using|on) (\S+)", plan))}
    hidden = {name for name in used if name.endswith("_entity_id_idx")}
    # Of an empty table of reports any index will do; the plans are made again when there are some.
    assert used - hidden - {"ix_progress_report_listing"} <= {
        "pk_task",
        "pk_progress_report",
        "idempotency_key_pkey",
        "ix_obstacle_key",
    }
    assert not [plan for plan in plans if "Seq Scan" in plan]
