"""A process is killed while it takes a decision over many tasks to them: the next one goes on, and doubles nothing."""

import asyncio
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest
from tests.integration.tasks.conftest import Service, service
from tests.integration.tasks.decision.conftest import decide
from tests.integration.tasks.decision.test_over_many import over_many, reach, tasks_of

__all__ = ["service"]

pytestmark = [pytest.mark.asyncio, pytest.mark.chaos, pytest.mark.slow]


@pytest.mark.parametrize(("instant", "calls", "left"), [("before-commit", 4, 4), ("after-commit", 2, 2)])
async def test_kill_9_in_the_middle_of_a_decision_over_many_doubles_nothing(
    service: Service, instant: str, calls: int, left: int
) -> None:
    task_ids = await tasks_of(service, 6)
    whole_id = (await over_many(service, task_ids)).json()["decision_id"]
    await reach(service)
    assert (await decide(service, whole_id)).is_success
    script = Path(__file__).with_name("decision_child.py")
    arguments = service.database.url, service.clock.now.isoformat(), instant, str(calls)
    child = await asyncio.create_subprocess_exec(sys.executable, str(script), *arguments)
    try:
        assert await asyncio.wait_for(child.wait(), 60) == -signal.SIGKILL
    finally:
        if child.returncode is None:
            child.kill()
    halfway = await service.get(f"/decisions/{whole_id}")
    assert (halfway["done"], halfway["waiting"]) == (6 - left, left), "a chunk is done whole, or not at all"
    assert await reach(service, at_a_time=2) == left
    whole = await service.get(f"/decisions/{whole_id}")
    assert (whole["done"], whole["waiting"], whole["rejected"]) == (6, 0, 0)
    changes = Counter((event.change, str(event.entity_id)) for event in await service.events())
    assert [changes["extended", task_id] for task_id in task_ids] == [1] * 6, "each once"
