"""What tasks counts itself is what monitoring counts of its log; restricted tasks are in neither."""

import pytest
from tests.contract.tasks.test_tasks_examples import THAT_DAY, the_life_of_a_task
from tests.integration.censuses import Story
from tests.integration.tasks.conftest import Service, proposal

from sixclear.common.testing.postgres import CloneDatabase
from sixclear.tasks.census.service import count

pytestmark = pytest.mark.asyncio


async def test_at_each_step_of_a_life_both_count_the_same(service: Service, clone_database: CloneDatabase) -> None:
    service.clock.now = THAT_DAY
    story = Story(service, count)
    await the_life_of_a_task(service, story.count)
    await story.count()
    assert await story.compared(clone_database) > 15


async def test_a_restricted_task_is_in_no_census_and_comes_back_when_it_is_public(
    service: Service, clone_database: CloneDatabase
) -> None:
    story = Story(service, count)
    for classification in ("restricted", "public", "restricted", "public"):
        task = proposal(classification=classification)
        assert (await service.post("P57", "/tasks", task)).status_code in (200, 201)
        await story.count()
        shown = {(None, "in_term"): 1, ("plan", "in_term"): 1} if classification == "public" else {}
        assert await story.last() == shown
    service.clock.pass_by(days=12)
    await story.count()
    assert await story.last() == {(None, "overdue"): 1, ("plan", "overdue"): 1}
    assert await story.compared(clone_database) == 5
