"""A country's values of a year come in: 3,321 communes, 30 indicators, 12 months, through two processes of the service.

What one value may cost is held on every machine by `file_of_120_values` of `test_counters.py`, the small sister.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import orjson
import pytest
from tests.benchmarks.country import token
from tests.benchmarks.machine import cpu_seconds
from tests.benchmarks.servers import Postgres, postgres, scratch, sixclear
from tests.integration.tasks.value.values import DOCUMENT, INDICATOR

from sixclear.common.issuer.key_store import signing_key
from sixclear.common.web.numbers import written

pytestmark = [pytest.mark.benchmark, pytest.mark.asyncio, pytest.mark.long]

INDICATORS, MONTHS, PROCESSES, CORES = 30, 12, 2, 2
IN_FILE, GOAL_SECONDS = 1_000, 600.0
_API = "/api/tasks/v1"
_TYPES = (("count", 0), ("amount", 2), ("ratio", 0), ("share", 2))


@dataclass
class _Country:
    """The running service: its processes, their database and server, and who gives the values."""

    server: Postgres
    clients: Sequence[httpx2.AsyncClient]
    pids: Sequence[int]
    communes: Sequence[str] = ()
    outcomes: dict[str, int] = field(default_factory=dict)
    busy: int = 0

    def cpu_seconds(self) -> float:
        return cpu_seconds(*self.pids, self.server.pid)

    async def send(self, place: int, lines: Sequence[bytes]) -> dict[str, Any]:
        """A file, sent again when the machine has no time for it: what was taken by then is told as unchanged."""
        headers = {"content-type": "application/x-ndjson"}
        while True:
            answer = await self.clients[place].post(f"{_API}/values/bulk", content=b"\n".join(lines), headers=headers)
            if answer.status_code != 503:
                break
            self.busy += 1
            await asyncio.sleep(float(answer.headers.get("retry-after", "1")))
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        for name in ("drafted", "submitted", "approved", "unchanged", "rejected"):
            self.outcomes[name] = self.outcomes.get(name, 0) + told[name]
        return told


@asynccontextmanager
async def _country(folder: Path) -> AsyncIterator[_Country]:
    home, database = folder / "home", "values_of_a_country"
    signing_key(home)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(postgres(folder))
        await server.execute(f"CREATE DATABASE {database}")
        databases = {"tasks": server.url(database)}
        served = [
            await stack.enter_async_context(sixclear(f"values-{place}", "tasks", databases, home))
            for place in range(PROCESSES)
        ]
        headers = {"Authorization": f"Bearer {token(home, 'P57')}"}
        clients = [
            await stack.enter_async_context(httpx2.AsyncClient(base_url=one.url, timeout=120, headers=headers))
            for one in served
        ]
        made = _Country(server, clients, [one.pid for one in served])
        async with server.connection(database) as connection:
            rows = await connection.fetch("SELECT code FROM organisation WHERE level = 'commune' ORDER BY code")
        made.communes = [row["code"] for row in rows]
        await _indicators(clients[0])
        yield made


async def _indicators(http: httpx2.AsyncClient) -> None:
    programme = {"slug": "plan", "name_vi": "Kế hoạch", "name_en": "Plan", "resolution": "57-NQ/TW", "owner": "P57"}
    assert (await http.post(f"{_API}/programmes", json=programme)).status_code == 201
    for number in range(INDICATORS):
        value_type, decimals = _TYPES[number % len(_TYPES)]
        entry = INDICATOR | {"code": _code(number), "value_type": value_type, "decimals": decimals}
        answer = await http.post(f"{_API}/indicators", json=entry)
        assert answer.status_code == 201, answer.text


def _code(indicator: int) -> str:
    return f"chi-tieu-{indicator:02}"


def _measure(indicator: int, commune: int, month: int) -> dict[str, str]:
    """What was measured there: another figure for each commune and month."""
    figure = commune * MONTHS + month
    return {
        "count": {"number": f"{figure}"},
        "amount": {"number": f"{figure}.25"},
        "ratio": {"numerator": f"{figure}", "denominator": f"{figure + indicator}"},
        "share": {"number": f"{figure % 100}.5"},
    }[_TYPES[indicator % len(_TYPES)][0]]


def _lines(communes: Sequence[tuple[int, str]]) -> Iterator[bytes]:
    """Values commune by commune: so files that are taken at one time concern different bodies, and none waits."""
    for place, code in communes:
        said = {"organisation": code, "approved_by": DOCUMENT, "provenance": {"system": "LGSP"}}
        for indicator in range(INDICATORS):
            for month in range(1, MONTHS + 1):
                named = {"indicator": _code(indicator), "period": f"2025-{month:02}"}
                yield orjson.dumps(said | named | _measure(indicator, place, month))


async def test_a_country_brings_a_year_of_values_within_ten_minutes(say: Callable[[str], None]) -> None:
    with scratch() as folder:
        async with _country(folder) as country:
            communes = list(enumerate(country.communes))
            count = len(communes) * INDICATORS * MONTHS
            assert count == 1_195_560
            began, cpu = time.monotonic(), country.cpu_seconds()
            await asyncio.gather(*(_bring(country, place, communes[place::PROCESSES]) for place in range(PROCESSES)))
            wall, cpu = time.monotonic() - began, country.cpu_seconds() - cpu
            say(
                f"{count:,} values: {cpu:,.0f} s of processor ({cpu / count * 1e6:,.0f} µs a value, on {CORES} cores "
                f"{cpu / CORES:,.0f} s), {wall:,.0f} s as the machine was ({count / wall:,.0f} a second), "
                f"{country.busy} files sent twice, {await _bytes(country) / count:,.0f} bytes a value"
            )
            assert country.outcomes["approved"] + country.outcomes["unchanged"] == count, country.outcomes
            await _nothing_is_lost_or_doubled(country, count)
            await _each_figure_is_right(country)
            # What others take of the machine is not the product's: on cores of its own it takes so long.
            assert cpu / CORES < GOAL_SECONDS


async def _bring(country: _Country, place: int, communes: Sequence[tuple[int, str]]) -> None:
    waiting = _lines(communes)
    while lines := list(islice(waiting, IN_FILE)):
        told = await country.send(place, lines)
        assert not told["rejected"], [item for item in told["items"] if item["problem"]][:3]


async def _nothing_is_lost_or_doubled(country: _Country, count: int) -> None:
    async with country.server.connection("values_of_a_country") as connection:
        assert await _counted(connection, "value WHERE status = 'approved' AND version = 1 AND approved = 1") == count
        assert await _counted(connection, "value_statement WHERE status = 'approved'") == count
        assert await _counted(connection, "value_statement") == count
        assert await _counted(connection, "event WHERE entity_type = 'value' AND change = 'approved'") == count
        told = "value v JOIN event e ON e.entity_id = v.value_id AND e.version = 1 AND e.entity_type = 'value'"
        assert await _counted(connection, told) == count
        assert await _counted(connection, "event WHERE entity_type = 'value'") == count
    first = list(_lines(list(enumerate(country.communes))[:1]))
    again = await country.send(0, first)
    assert again["unchanged"] == len(first), "a file that is sent again changes nothing"


async def _counted(connection: asyncpg.Connection, what: str) -> int:
    return int(await connection.fetchval(f"SELECT count(*) FROM {what}"))


async def _bytes(country: _Country) -> int:
    async with country.server.connection("values_of_a_country") as connection:
        return int(await connection.fetchval("SELECT pg_database_size(current_database())"))


async def _each_figure_is_right(country: _Country) -> None:
    """The country's series, as everyone reads it: every commune reported, and its figures are in the sums."""
    for indicator in range(INDICATORS):
        asked = {"from": "2025-01", "to": "2025-12"}
        answer = await country.clients[indicator % PROCESSES].get(
            f"{_API}/indicators/{_code(indicator)}/series", params=asked
        )
        assert answer.status_code == 200, answer.text
        points = answer.json()["points"]
        assert len(points) == MONTHS
        for month, point in enumerate(points, 1):
            rolled = point["rolled"]
            if _TYPES[indicator % len(_TYPES)][0] == "share":
                assert rolled is None, "shares do not add up"
                continue
            assert rolled["reported"] == rolled["expected"] == len(country.communes), (indicator, month, rolled)
            for name in ("number", "numerator", "denominator"):
                said = (_measure(indicator, place, month).get(name) for place in range(len(country.communes)))
                parts = [Decimal(one) for one in said if one is not None]
                assert rolled[name] == (written(sum(parts, Decimal(0))) if parts else None), (indicator, month)
