"""Periodic work goes on after a failure, and ends when it is told to."""

import asyncio

import pytest
from structlog.testing import capture_logs

from sixclear.common.runtime.periodic import Periodic
from sixclear.common.testing.eventually import eventually


@pytest.mark.asyncio
async def test_a_failure_does_not_end_it() -> None:
    done: list[int] = []

    async def work() -> None:
        done.append(len(done))
        if len(done) == 1:
            raise ConnectionError("the database was away")

    async def three() -> bool:
        return len(done) >= 3

    periodic = Periodic("test", work, seconds=0.001)
    periodic.start()
    await eventually(three)
    await periodic.stop()
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "test"]


@pytest.mark.asyncio
async def test_what_begins_immediately_waits_only_between_two_times() -> None:
    done: list[int] = []

    async def work() -> None:
        done.append(len(done))

    async def once() -> bool:
        return len(done) == 1

    periodic = Periodic("test", work, seconds=3600.0, immediately=True)
    periodic.start()
    await eventually(once)
    await periodic.stop()


@pytest.mark.asyncio
async def test_failures_in_a_row_are_logged_once() -> None:
    done: list[int] = []

    async def work() -> None:
        done.append(len(done))
        if len(done) not in {3, 4}:
            raise ConnectionError("the database was away")

    async def seven() -> bool:
        return len(done) >= 7

    periodic = Periodic("test", work, seconds=0.001)
    with capture_logs() as logs:
        periodic.start()
        await eventually(seven)
        await periodic.stop()
    assert [line["event"] for line in logs] == ["periodic work failed"] * 2
