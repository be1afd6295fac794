"""Words for what a mailbox says of a sender's own steps and of what came of an idea."""

import pytest
from tests.unit.portal.words.test_words import values

from sixclear.portal.words.tables import TABLES


@pytest.mark.parametrize(
    ("schema", "field", "table"),
    [
        ("RatingEntry", "rating", "rating"),
        ("OwnAppeal", "decision", "appeal decision"),
        ("ProposalTaskView", "stage", "proposal stage"),
        ("OwnReviewSummary", "status", "review status"),
        ("ReviewView", "status", "asked review"),
        ("Opinion", "advice", "advice"),
    ],
)
def test_every_published_value_of_a_mailbox_has_words(schema: str, field: str, table: str) -> None:
    published = values("feedback", schema, field)
    assert published, "nothing was compared"
    assert set(TABLES[table]) == published
