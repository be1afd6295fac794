"""Periodic work goes on after a failure, and ends when it is told to."""

import asyncio

import pytest

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
