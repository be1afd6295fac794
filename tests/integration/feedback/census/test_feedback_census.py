"""What feedback counts itself is what monitoring counts of its log: the country alone, and no sealed submission."""

from uuid import uuid4

import pytest
from tests.contract.feedback.test_feedback_examples import the_life_of_a_submission
from tests.integration.censuses import Story
from tests.integration.feedback.conftest import Service, submission

from sixclear.common.testing.postgres import CloneDatabase
from sixclear.feedback.census.service import count

pytestmark = pytest.mark.asyncio


async def test_at_each_step_of_a_life_both_count_the_same(service: Service, clone_database: CloneDatabase) -> None:
    story = Story(service, count)
    await the_life_of_a_submission(service, story.count)
    await story.count()
    assert {group for group, _ in await story.last()} == {None}
    assert await story.compared(clone_database) > 8


async def test_clocks_pass_and_sealed_ones_are_not_counted(service: Service, clone_database: CloneDatabase) -> None:
    story = Story(service, count)
    for visibility in ("public", "sealed", "requester"):
        sent = await service.http.post(
            "/api/feedback/v1/submissions",
            json=submission(visibility=visibility),
            headers={"Idempotency-Key": uuid4().hex},
        )
        assert sent.status_code == 201, sent.text
    await story.count()
    assert await story.last() == {(None, "in_time"): 2}
    service.clock.pass_by(days=20)
    await story.count()
    assert await story.last() == {(None, "due_soon"): 2}
    service.clock.pass_by(days=20)
    await story.count()
    assert await story.last() == {(None, "overdue"): 2}
    assert await story.compared(clone_database) == 3
