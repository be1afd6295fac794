"""What the data catalogue counts itself is what monitoring counts of its log: entries by list and stage."""

import pytest
from tests.contract.data_catalog.test_data_catalog_examples import the_life_of_an_entry
from tests.integration.censuses import Story
from tests.integration.data_catalog.conftest import Service, description

from sixclear.common.testing.postgres import CloneDatabase
from sixclear.data_catalog.census.service import count

pytestmark = pytest.mark.asyncio


async def test_at_each_step_of_a_life_both_count_the_same(service: Service, clone_database: CloneDatabase) -> None:
    story = Story(service, count)
    await the_life_of_an_entry(service, story.count)
    await story.count()
    assert await story.compared(clone_database) > 10


async def test_an_entry_counts_once_in_each_list(service: Service, clone_database: CloneDatabase) -> None:
    story = Story(service, count)
    both = [{"list": "resolution-71", "edition": "2025"}, {"list": "plan-02", "edition": "2025"}]
    await service.done("steward", "/entries", description(lists=both))
    await service.done("ministry", "/entries", description(code="KHCN-02"))
    await story.count()
    assert await story.last() == {("plan-02", "not_deployed"): 1, ("resolution-71", "not_deployed"): 1}
    assert await story.compared(clone_database) == 1
