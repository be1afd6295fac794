"""Two hundred submissions a second, beside the naive way: nothing is lost, and the public log keeps its promise.

`INTAKE_RATE` and `INTAKE_SECONDS` make it shorter. The small sister sends some hundreds to one process.
"""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx2
import orjson
import pytest
from tests.benchmarks import open_loop
from tests.benchmarks.baseline import compared
from tests.benchmarks.conftest import measured
from tests.benchmarks.intake import PROMISED_SECONDS, Kept, kept, requests, submissions
from tests.benchmarks.machine import cpu_seconds
from tests.benchmarks.open_loop import Seen
from tests.benchmarks.round_trips import counted_wire
from tests.benchmarks.servers import Postgres, Served, peer, postgres, scratch, sixclear
from tests.integration.feedback.conftest import Service, service, started
from tests.integration.feedback.transparency.public_log import receipts, sequencer, verified

from sixclear.common.issuer.key_store import signing_key
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.common.transparency import verify_receipt

__all__ = ["service"]

pytestmark = [pytest.mark.benchmark, pytest.mark.asyncio]
Say = Callable[[str], None]

RATE, SECONDS = float(os.environ.get("INTAKE_RATE", "200")), float(os.environ.get("INTAKE_SECONDS", "600"))
_CONNECTIONS, _RECEIPTS = 64, 100


# Work of the senders would be measured, not ours.
_SETTINGS = {"TRUSTED_PROXIES": "127.0.0.1", "FEEDBACK_PROOF_OF_WORK": "off"}


@dataclass
class _Way:
    """A way of taking in: its process and its database, and what was answered."""

    server: Postgres
    served: Served
    database: str
    answers: list[bytes] = field(default_factory=list)

    async def loaded(self, say: Say) -> Seen:
        """Send for the time; say what it cost."""
        before = await self._counters()
        cpu = [cpu_seconds(self.served.pid), cpu_seconds(self.server.pid)]
        seen = await open_loop.send(
            self.served.port, requests(random.Random(1)), RATE, SECONDS, _CONNECTIONS, self.answers.append
        )
        cpu = [cpu_seconds(self.served.pid) - cpu[0], cpu_seconds(self.server.pid) - cpu[1]]
        after, count = await self._counters(), max(1, len(seen.accepted))
        wal, size, commits = (after[name] - before[name] for name in ("wal", "size", "commits"))
        say(
            f"{self.served.name}: {seen.due:,} due at {RATE:g} a second for {SECONDS:g} s, {len(seen.accepted):,}"
            f" accepted ({seen.in_time:,} in that time), {seen.shed:,} shed, {seen.refused} refused,"
            f" {seen.unanswered} unanswered; half within {seen.percentile(0.5):,.0f} ms, 99 % within"
            f" {seen.percentile(0.99):,.0f} ms; each {cpu[0] / count * 1e3:.2f} ms of the process and"
            f" {cpu[1] / count * 1e3:.2f} ms of PostgreSQL, {commits / count:.2f} commits,"
            f" {wal / count:,.0f} bytes of its log, {size / count:,.0f} bytes on disk"
        )
        return seen

    async def _counters(self) -> dict[str, int]:
        async with self.server.connection(self.database) as connection:
            row = await connection.fetchrow(
                "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn AS wal, pg_database_size(current_database()) AS size,"
                " (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()) AS commits"
            )
        assert row is not None
        return {name: int(row[name]) for name in ("wal", "size", "commits")}


async def _all_in_log(look: Callable[[], Awaitable[Kept]], count: int) -> Kept:
    """What is there once all that was accepted is in the log, or the promise is long broken."""

    async def done() -> bool:
        return (await look()).in_log >= count

    with suppress(AssertionError):
        await eventually(done, within_seconds=2 * PROMISED_SECONDS, every_seconds=1.0)
    return await look()


def _nothing_is_lost(found: Kept, accepted: int) -> None:
    assert (found.rows, found.stated, found.in_log, found.wrong) == (accepted, accepted, accepted, 0)
    assert found.slowest_seconds < PROMISED_SECONDS


@pytest.mark.long
async def test_submissions_keep_coming_and_none_is_lost(say: Say) -> None:
    with scratch() as folder:
        signing_key(folder / "home")
        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(postgres(folder))
            for name in ("intake_tasks", "intake", "naive"):
                await server.execute(f"CREATE DATABASE {name}")
            environment = {"DATABASE_URL": server.url("naive")}
            plain = await stack.enter_async_context(peer("naive", "naive_intake", environment, folder))
            naive = await _Way(server, plain, "naive").loaded(say)
            assert naive.accepted
            databases = {"tasks": server.url("intake_tasks"), "feedback": server.url("intake")}
            ours = await stack.enter_async_context(
                sixclear("sealed", "tasks,feedback", databases, folder / "home", **_SETTINGS)
            )
            way = _Way(server, ours, "intake")
            seen = await way.loaded(say)
            answers = [orjson.loads(body) for body in way.answers]
            ids = [one["submission_id"] for one in answers]
            assert (seen.refused, len(set(ids))) == (0, len(seen.accepted))

            async def connected() -> Kept:
                async with server.connection("intake") as connection:
                    return await kept(connection, ids)

            found = await _all_in_log(connected, len(ids))
            codes = [one["receipt_code"] for one in answers]
            codes = random.Random(2).sample(codes, min(len(codes), _RECEIPTS))
            count = await _verified(ours, codes)
            say(
                f"sealed: {found.in_log:,} of {len(ids):,} accepted are in the log as their statements say, the slowest"
                f" after {found.slowest_seconds:.1f} s; {count} receipts of {len(codes)} verified by themselves"
            )
            assert count == len(codes)
            _nothing_is_lost(found, len(ids))


async def _verified(served: Served, codes: Sequence[str]) -> int:
    """How many of these senders hold a receipt that verifies by itself."""
    count = 0
    async with httpx2.AsyncClient(base_url=served.url, timeout=30) as http:
        for code in codes:
            while True:
                answer = await http.post("/api/feedback/v1/mailbox/statements", json={"receipt_code": code})
                if answer.status_code != 503:
                    break
                await asyncio.sleep(float(answer.headers.get("retry-after", "1")))  # the machine has no time for it
            assert answer.status_code == 200, answer.text
            (stated,) = answer.json()
            names = ("statement", "salt", "proof", "policy")
            receipt = {"format": "sixclear-receipt/v1"} | {name: stated[name] for name in names}
            verify_receipt.verify(receipt, None)
            count += 1
    return count


async def test_some_hundred_submissions_at_once_are_kept_and_stated(service: Service, tmp_path: Path) -> None:
    """The small sister: what is checked, not how fast."""
    entries, together = submissions(random.Random(1)), asyncio.Semaphore(8)

    async def send(number: int) -> dict[str, str]:
        async with together:
            network = f"198.18.{number >> 8}.{number & 255}"
            response = await service.send(next(entries), f"a-sender-of-many-{number}", **{"X-Forwarded-For": network})
        assert response.status_code == 201, response.text
        answer: dict[str, str] = response.json()
        return answer

    log = sequencer(service, tmp_path / "log")
    sent = [one for half in (range(0, 100), range(100, 200)) for one in await _half(send, half, log.run)]
    assert len({one["submission_id"] for one in sent}) == 200
    url = service.database.engine.url
    connection = await asyncpg.connect(user="postgres", database=url.database, host=str(url.query["host"]))
    try:
        found = await kept(connection, [one["submission_id"] for one in sent])
    finally:
        await connection.close()
    _nothing_is_lost(found, 200)
    for one in sent[::50]:
        (receipt,) = await receipts(service, one["receipt_code"])
        assert verified(receipt)


async def test_what_a_submission_asks_of_the_database(clone_database: CloneDatabase, tmp_path: Path, say: Say) -> None:
    """With contact and without, of a sender who is known by a name: each new, from a network of its own."""
    entries = submissions(random.Random(1))
    async with (
        counted_wire(await clone_database("sixclear.feedback"), tmp_path) as wire,
        started(wire.url, tmp_path) as service,
    ):

        async def send(number: int) -> None:
            headers = {"X-Forwarded-For": f"198.18.0.{number}"}
            response = await service.send(next(entries), f"a-sender-of-many-{number}", **headers)
            assert response.status_code == 201, response.text

        for number in range(4):  # statements are prepared, the connection is there
            await send(number)
        trips = wire.round_trips
        with measured(service.database.engine) as cost:
            for number in range(4, 8):
                await send(number)
        trips = wire.round_trips - trips
    counted = {"submission.statements": cost.statements / 4, "submission.round_trips": trips / 4}
    result = compared(counted)
    for line in result.cheaper:
        say(line)
    assert not result.complaints


async def _half(
    send: Callable[[int], Awaitable[dict[str, str]]], numbers: Sequence[int], sign: Callable[[], Awaitable[None]]
) -> list[dict[str, str]]:
    """Submissions of many senders while the log is signed."""
    answers = await asyncio.gather(*(send(number) for number in numbers), sign())
    await sign()
    return [answer for answer in answers if answer is not None]
