"""A comment is answered once."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from sixclear.common.change import TransitionNotAllowed
from sixclear.tasks.comment.lifecycle import CommentState, answer, is_answered_so, is_repetition

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
BODY = UUID(int=57)
OPEN = CommentState("Chậm", None, None)
ANSWERED = CommentState("Chậm", "Đã rõ", BODY)


def test_it_is_answered_once() -> None:
    change = answer(OPEN, BODY, "Đã rõ", NOW)
    assert (change.name, change.fields["answered_at"]) == ("answered", NOW)
    with pytest.raises(TransitionNotAllowed):
        answer(ANSWERED, BODY, "Khác", NOW)


def test_the_same_answer_of_the_same_body_is_known() -> None:
    assert is_answered_so(ANSWERED, BODY, "Đã rõ")
    assert not is_answered_so(ANSWERED, UUID(int=1), "Đã rõ")
    assert not is_answered_so(OPEN, BODY, "Đã rõ")


def test_what_was_said_last_is_a_repetition_until_it_is_answered() -> None:
    assert is_repetition(OPEN, "Chậm")
    assert not is_repetition(OPEN, "Vẫn chậm")
    assert not is_repetition(ANSWERED, "Chậm")
    assert not is_repetition(None, "Chậm")
