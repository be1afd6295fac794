"""What an answer must say before it can close a case, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.errors import InvalidRequest
from sixclear.feedback.answer.errors import AnswerSaysNothing
from sixclear.feedback.answer.lifecycle import require_correctable, require_schedule
from sixclear.feedback.answer.rules import Said, check

MINISTRY, OTHER = UUID(int=6), UUID(int=1)
NOW = datetime(2025, 11, 3, 3, 0, tzinfo=UTC)
WHOLE = Said(
    outcome="accepted",
    responsible=MINISTRY,
    body=MINISTRY,
    next_date=date(2026, 3, 31),
    points=[("Ai đặt lịch?", "Trung tâm dùng chung.")],
    promises=[],
    empty={"#/text": False},
    gaps={"#/text": []},
)


def test_an_answer_that_says_everything_passes() -> None:
    check(WHOLE)
    check(replace(WHOLE, asked=["AI  ĐẶT LỊCH?"]))
    check(replace(WHOLE, next_date=None, promises=[date(2026, 3, 31)]))
    check(replace(WHOLE, outcome="rejected", next_date=None, responsible=OTHER))
    check(replace(WHOLE, outcome="not_competent", next_date=None))


@pytest.mark.parametrize(
    ("said", "code", "pointer"),
    [
        (replace(WHOLE, next_date=None), "next-date-needed", "#/next_date"),
        (replace(WHOLE, outcome="accepted_in_part", next_date=None), "next-date-needed", "#/next_date"),
        (replace(WHOLE, outcome="not_competent", responsible=OTHER), "transfer-is-no-answer", "#/outcome"),
        (replace(WHOLE, points=[("A?", "B."), ("Ai đặt?", "ai đặt.")]), "point-not-answered", "#/points/1/answer"),
        (replace(WHOLE, empty={"#/text": True}), "template-unchanged", "#/text"),
        (replace(WHOLE, gaps={"#/reason": ["{lý do}"]}), "gap-unfilled", "#/reason"),
    ],
)  # fmt: skip
def test_what_is_left_open_is_named_at_its_place(said: Said, code: str, pointer: str) -> None:
    with pytest.raises(AnswerSaysNothing) as refused:
        check(said)
    assert [(error["code"], error["pointer"]) for error in refused.value.errors] == [(code, pointer)]


def test_all_that_is_left_open_is_named_at_once() -> None:
    with pytest.raises(AnswerSaysNothing) as refused:
        check(replace(WHOLE, next_date=None, empty={"#/text": True}, gaps={"#/reason": ["{x}"]}))
    assert len(refused.value.errors) == 3


def test_an_answer_is_scheduled_for_a_time_at_which_it_is_not_late() -> None:
    due = NOW + timedelta(days=3)
    require_schedule(due, due, NOW, may=True)
    for late in (NOW, NOW - timedelta(hours=1), due + timedelta(seconds=1)):
        with pytest.raises(InvalidRequest):
            require_schedule(late, due, NOW, may=True)
    with pytest.raises(TransitionNotAllowed):
        require_schedule(due, due, NOW, may=False)


def test_only_the_answer_that_is_read_now_is_corrected() -> None:
    require_correctable(None, None)
    require_correctable(MINISTRY, MINISTRY)
    for newest in (None, OTHER):
        with pytest.raises(TransitionNotAllowed):
            require_correctable(MINISTRY, newest)
