"""How often a visitor may send or be wrong: counted once for all processes, without an address, not kept for long."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from tests.integration.feedback.conftest import SECRET, START, Service, a_submission, a_vault, submission

from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.common.testing.service import running_service
from sixclear.feedback.app import create_app
from sixclear.feedback.events import EVENTS
from sixclear.feedback.settings import Settings
from sixclear.feedback.submission.receipts import Receipts

pytestmark = pytest.mark.asyncio

WRONG = {"receipt_code": "0000-0000-0000-0000-0"}


@pytest_asyncio.fixture
async def replicas(clone_database: CloneDatabase, tmp_path: Path) -> AsyncIterator[list[Service]]:
    """Two processes of the service on one database, with one clock; ten at once, then one in ten seconds."""
    settings = Settings(
        database_url=await clone_database("sixclear.feedback"), submissions_at_once=10, submissions_per_minute=6
    )
    create, clock = partial(create_app, receipts=Receipts(SECRET), vault=a_vault(tmp_path)), MovingClock(START)
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(running_service(Service, EVENTS, settings, create, clock)) for _ in range(2)
        ]


def at(number: int) -> dict[str, str]:
    return {"X-Forwarded-For": f"203.0.{number // 250}.{number % 250}"}


async def sent(service: Service, number: int, address: int = 1) -> int:
    return (await service.send(submission(), f"{number:020d}", **at(address))).status_code


async def test_submissions_are_counted_once_for_all_processes(replicas: list[Service]) -> None:
    answers = await asyncio.gather(*(sent(replicas[number % 2], number) for number in range(20)))
    assert Counter(answers) == {201: 10, 429: 10}
    assert [await sent(service, 20 + number, address=2) for number, service in enumerate(replicas)] == [201, 201]
    replicas[0].clock.pass_by(seconds=10)
    assert [await sent(replicas[1], 30), await sent(replicas[0], 31)] == [201, 429]


async def test_no_wrong_code_is_forgotten_among_many_at_once(replicas: list[Service]) -> None:
    async def guess(number: int) -> int:
        return (await replicas[number % 2].public("/mailbox", WRONG, **at(1))).status_code

    answers = Counter(await asyncio.gather(*(guess(number) for number in range(20))))
    assert set(answers) <= {404, 429}
    assert answers[404] >= 10
    refused = [await service.public("/mailbox", WRONG, **at(1)) for service in replicas]
    assert [answer.status_code for answer in refused] == [429, 429]
    # Those that were on their way together leave a debt: every one of them is paid for, twelve seconds each.
    assert {int(answer.headers["Retry-After"]) for answer in refused} == {12 * (answers[404] - 10 + 1)}


async def test_right_codes_cost_nothing(replicas: list[Service]) -> None:
    _, code = await a_submission(replicas[0])
    [before] = await replicas[0].rows("allowance")
    for _ in range(15):
        opened = await replicas[1].public("/mailbox", {"receipt_code": code})
        assert opened.status_code == 200
    assert await replicas[0].rows("allowance") == [before]


async def test_what_is_refused_or_fails_still_counts(replicas: list[Service]) -> None:
    for number in range(10):
        answer = await replicas[0].send(submission(kind="complaint"), f"{number:020d}", **at(1))
        assert answer.status_code == 422, answer.text
    assert await replicas[0].rows("submission") == []
    assert await sent(replicas[1], 10) == 429


async def test_addresses_are_neither_kept_nor_kept_long(replicas: list[Service]) -> None:
    service = replicas[0]
    for number in range(40):
        await service.send({}, f"{number:020d}", **at(number))
        await service.public("/mailbox", WRONG, **at(number))
    rows = await service.rows("allowance")
    assert len(rows) == 80
    assert "203.0" not in json.dumps(
        rows, default=lambda value: value.hex() if isinstance(value, bytes) else str(value)
    )
    assert {len(row["network_hash"]) for row in rows} == {16}
    service.clock.pass_by(minutes=10)
    for number in range(10):
        await service.send({}, f"{number:020d}", **at(1000 + number))
    assert len(await service.rows("allowance")) == 10


async def test_a_clock_that_was_set_back_locks_nobody_out(replicas: list[Service]) -> None:
    service = replicas[0]
    service.clock.pass_by(days=300)
    assert await sent(service, 0) == 201
    service.clock.pass_by(days=-300)
    assert [await sent(service, number) for number in range(1, 12)] == [201] * 10 + [429]
    _, code = await a_submission(service, "9" * 20)
    assert (await service.public("/mailbox", {"receipt_code": code}, **at(1))).status_code == 200
