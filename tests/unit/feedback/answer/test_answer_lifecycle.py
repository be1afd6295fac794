"""What the publication of an answer needs, without a database."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sixclear.common.change import TransitionNotAllowed
from sixclear.feedback.answer.errors import PublicationByDrafter
from sixclear.feedback.answer.lifecycle import require_other_publisher, require_publishable
from sixclear.feedback.answer.models import Answer, state_of

NOW = datetime(2025, 12, 4, 10, 0, tzinfo=UTC)


def a_draft(**fields: Any) -> Answer:
    """An answer that waits for another client to publish it."""
    return Answer(**({"drafted_by": "ministry"} | fields))


@pytest.mark.parametrize("over", ["published_at", "withdrawn_at"])
def test_a_draft_that_is_over_is_not_published(over: str) -> None:
    with pytest.raises(TransitionNotAllowed):
        require_publishable(state_of(a_draft(**{over: NOW})))
    require_publishable(state_of(a_draft()))


def test_the_client_that_drafted_an_answer_does_not_publish_it() -> None:
    with pytest.raises(PublicationByDrafter):
        require_other_publisher(state_of(a_draft()), "ministry")
    require_other_publisher(state_of(a_draft()), "feedback-publisher")
