"""A step begins only from where it may, and says from where."""

import pytest

from sixclear.common.change import TransitionNotAllowed, allow

ALLOWED_FROM = {"submitted": {"assigned", "in_progress"}, "completed": {"submitted"}}


def test_a_step_may_begin_from_the_states_that_are_named() -> None:
    allow("The task", "assigned", "submitted", ALLOWED_FROM)


def test_another_state_is_refused_with_the_states_that_it_needs() -> None:
    with pytest.raises(TransitionNotAllowed) as refused:
        allow("The task", "completed", "submitted", ALLOWED_FROM)
    assert refused.value.detail == "The task is completed; this step needs one of: assigned, in_progress."
    assert (refused.value.code, refused.value.status) == ("transition-not-allowed", 409)
