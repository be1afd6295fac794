"""The life of an assignment, step by step, without a database."""

import pytest

from sixclear.common.change import TransitionNotAllowed
from sixclear.data_catalog.assignment.lifecycle import moves

ALLOWED = {("proposed", "accepted"), ("proposed", "declined"), ("proposed", "ended"), ("accepted", "ended")}


@pytest.mark.parametrize("wanted", ["accepted", "declined", "ended"])
@pytest.mark.parametrize("status", ["proposed", "accepted", "declined", "ended"])
def test_a_step_moves_once_and_what_is_over_stays_over(status: str, wanted: str) -> None:
    if (status, wanted) in ALLOWED or status == wanted:
        assert moves(status, wanted) is (status != wanted)
    else:
        with pytest.raises(TransitionNotAllowed) as refusal:
            moves(status, wanted)
        assert status in refusal.value.detail
