"""Heartbeats in front of the ordinary route: the same answers, rows and events, byte by byte."""

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import text
from tests.integration.data_catalog.conftest import REQUEST, Service, an_entry, started

from sixclear.common.batcher.connection import SETTINGS
from sixclear.common.errors import DomainError
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.common.web.access import access_rules
from sixclear.data_catalog.entry import hot_rows
from sixclear.data_catalog.entry.hot import AddHeartbeat

pytestmark = pytest.mark.asyncio

_TABLES = {
    "entry": "entry_id",
    "document": "entry_id, title_folded",
    "event": "entity_id, version",
    "idempotency_key": "client_id, key_hash",
}
_BODIES = [
    b"{}",
    b'{"records_count": 12}',
    b'{"records_count": 12.0}',
    b'{"records_count": null}',
    b'{"records_count": 1e3}',
    b'{"records_count": -1}',
    b'{"records_count": 9007199254740993}',
    b'{"records_count": 99999999999999999999999}',
    b'{"records_count": true}',
    b'{"records_count": "12"}',
    b'{"records_count": 1, "records_count": 2}',
    b'{"record\\u0073_count": 3}',
    b'{"more": 1}',
    b'{"occurred_at": "2025-12-04T02:00:00Z"}',
    b'{"occurred_at": null, "records_count": 5}',
    b"[]",
    b"null",
    b"{",
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

    async def compare(self, asks: list[Ask]) -> list[int]:
        """Send these at a time to the front, one after the other the ordinary way; what is answered, in statuses."""
        hot = await asyncio.gather(*(_send(self.hot, ask) for ask in asks))
        ordinary = [await _send(self.ordinary, ask) for ask in asks]
        for ask, one, other in zip(asks, hot, ordinary, strict=True):
            assert one == other, ask
        return [status for status, *_ in hot]

    async def compare_rows(self) -> None:
        for table, order in _TABLES.items():
            one, other = [await _rows(way, table, order) for way in self.ways()]
            assert one == other, table


async def _send(service: Service, ask: Ask) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    headers = service.headers(ask.client) | {"Content-Type": "application/json"} | ask.headers
    answer = await service.http.post(service.prefix + ask.path, content=ask.content, headers=headers)
    return answer.status_code, sorted(answer.headers.raw), answer.content


async def _rows(service: Service, table: str, order: str) -> list[str]:
    leave_out = " - 'event_id'" if table == "event" else ""
    async with service.database.session() as session:
        return list(
            await session.scalars(text(f"SELECT (to_jsonb(one){leave_out})::text FROM {table} AS one ORDER BY {order}"))
        )


@pytest_asyncio.fixture
async def pair(clone_database: CloneDatabase) -> AsyncIterator[Pair]:
    async with started(clone_database) as hot, started(clone_database) as ordinary:
        for way in (hot, ordinary):
            way.http.headers["X-Request-ID"] = "setup"
        with ordinary.ordinary_routes():
            yield Pair(hot, ordinary)


@pytest.fixture
def taken(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The statuses of what the front answered itself."""
    found: list[int] = []
    answer = AddHeartbeat.answer

    async def note(self: AddHeartbeat, request: Any) -> Any:
        try:
            given = await answer(self, request)
        except DomainError as refusal:
            found.append(refusal.status)
            raise
        if given is not None:
            found.append(given.status)
        return given

    monkeypatch.setattr(AddHeartbeat, "answer", note)
    return found


async def entries_of(pair: Pair, count: int = 4) -> list[str]:
    """Entries that are there in both services, one of them with a dossier."""
    paths: list[str] = []
    for number in range(count):
        promised = None if number == 1 else 3_600
        both = [await an_entry(way, code=f"C-{number}", promised_period_seconds=promised) for way in pair.ways()]
        assert both[0] == both[1]
        paths.append(both[0])
    for way in pair.ways():
        await way.done("ministry", f"{paths[0]}/documents", REQUEST)
    return paths


def _ask(rng: random.Random, number: int, entry: str) -> Ask:
    headers = {"X-Request-ID": f"r-{number}"}
    if rng.random() < 0.3:
        headers["Idempotency-Key"] = f"key-{rng.randrange(12)}"
    if rng.random() < 0.3:
        headers["If-Match"] = f'"1.{rng.randrange(1, 9)}"'
    client = rng.choice(["ministry"] * 5 + ["historian"] * 2 + ["other-ministry", "steward"])
    return Ask(client, f"{entry}/heartbeats", rng.choice(_BODIES[:4] * 4 + _BODIES[13:14] * 6 + _BODIES), headers)


@pytest.mark.parametrize("seed", range(2))
async def test_random_heartbeats_are_answered_and_stored_the_same_both_ways(
    pair: Pair, taken: list[int], seed: int
) -> None:
    rng = random.Random(seed)
    entries = await entries_of(pair)
    statuses: set[int] = set()
    for round_ in range(30):
        unknown = ["/entries/00000000-0000-0000-0000-000000000005"] if rng.random() < 0.2 else []
        chosen = rng.sample(entries, rng.randrange(1, len(entries) + 1)) + unknown
        asks = [_ask(rng, round_ * 10 + place, entry) for place, entry in enumerate(chosen)]
        keys = [(ask.client, ask.headers["Idempotency-Key"]) for ask in asks if "Idempotency-Key" in ask.headers]
        if len(set(keys)) == len(keys):
            statuses.update(await pair.compare(asks))
        if rng.random() < 0.2:
            for way in pair.ways():
                document = {**REQUEST, "title": f"Văn bản {round_}"}
                await way.done("ministry", f"{rng.choice(entries[:1])}/documents", document)
        for way in pair.ways():
            way.clock.pass_by(seconds=[0, 1, 4_000, 86_400][round_ % 4])
    await pair.compare_rows()
    assert statuses >= {200, 201, 403, 404, 412, 422}, statuses
    assert {201, 412} <= set(taken)
    assert len(taken) > 15


async def test_every_body_is_answered_the_same(pair: Pair, taken: list[int]) -> None:
    (entry,) = await entries_of(pair, 1)
    for number, body in enumerate(_BODIES):
        await pair.compare([Ask("ministry", f"{entry}/heartbeats", body, {"X-Request-ID": f"b-{number}"})])
    await pair.compare_rows()
    assert taken == [201] * 4


async def test_fifty_at_once_are_few_transactions(pair: Pair) -> None:
    paths = [await an_entry(pair.hot, code=f"V-{number}") for number in range(50)]
    before = await _commits(pair.hot)
    answers = await asyncio.gather(*(pair.hot.post("ministry", f"{path}/heartbeats", {}) for path in paths))
    assert {answer.status_code for answer in answers} == {201}
    assert await _commits(pair.hot) - before <= 10


async def _commits(service: Service) -> int:
    """How many transactions left an entry as it is."""
    async with service.database.session() as session:
        beaten = "SELECT count(DISTINCT xmin::text) FROM entry WHERE last_heartbeat_at IS NOT NULL"
        return cast(int, await session.scalar(text(beaten)))


async def test_a_row_that_another_holds_delays_no_neighbour(pair: Pair) -> None:
    held, free = [await an_entry(pair.hot, code=f"H-{number}") for number in range(2)]
    async with pair.hot.database.transaction() as session:
        await session.execute(text("SELECT FROM entry WHERE entry_id = :id FOR UPDATE"), {"id": held.split("/")[-1]})
        waits = asyncio.create_task(pair.hot.post("ministry", f"{held}/heartbeats", {}))
        answer: httpx2.Response = await pair.hot.post("ministry", f"{free}/heartbeats", {})
        assert answer.status_code == 201
        assert not waits.done()
    assert (await waits).status_code == 201


async def test_the_front_has_the_rule_of_the_ordinary_route(pair: Pair) -> None:
    rules = {(method, path): rule for method, path, rule in access_rules(pair.hot.app)}
    (route,) = pair.hot.app.state.service_state.hot.routes
    assert route.access is rules[route.method, route.path]


async def test_plans_that_were_made_for_empty_tables_scan_none(pair: Pair) -> None:
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
    assert used == {"pk_entry", "idempotency_key_pkey"}, json.dumps(plans)
    assert not [plan for plan in plans if "Seq Scan" in plan]
