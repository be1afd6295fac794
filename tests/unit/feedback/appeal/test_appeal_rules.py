"""When a case is opened again and an appeal is taken, without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sixclear.common.change import TransitionNotAllowed
from sixclear.feedback.appeal.rules import (
    AppealState,
    Standing,
    reopen_until,
    require_reopening,
    require_undecided,
    require_way,
    way,
)

NOW = datetime(2025, 11, 3, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ANSWERED = Standing("answered", NOW + 20 * DAY, NOW, None, None)
SILENT = Standing("assigned", NOW, None, None, None)


def test_an_answered_case_is_opened_again_once_and_for_thirty_days() -> None:
    assert reopen_until(ANSWERED) == NOW + 30 * DAY
    require_reopening(ANSWERED, NOW + 30 * DAY)
    waiting = replace(ANSWERED, last=AppealState(1, NOW + 20 * DAY, None))
    for case, now in (
        (ANSWERED, NOW + 31 * DAY),
        (replace(ANSWERED, reopened_at=NOW), NOW),
        (replace(ANSWERED, status="withdrawn"), NOW),
        (SILENT, NOW),
        (waiting, NOW),
    ):
        with pytest.raises(TransitionNotAllowed):
            require_reopening(case, now)


def test_silence_opens_the_appeal_at_the_due_time_and_an_answer_at_once() -> None:
    assert way(SILENT, NOW) is None
    found = way(SILENT, NOW + DAY)
    assert found is not None
    assert (found.level, found.basis, found.until) == (1, "silence", NOW + 30 * DAY)
    found = require_way(ANSWERED, NOW)
    assert (found.level, found.basis, found.until) == (1, "answer", NOW + 30 * DAY)
    for case, now in ((SILENT, NOW), (ANSWERED, NOW + 31 * DAY), (replace(ANSWERED, status="withdrawn"), NOW)):
        assert way(case, now) is None
        with pytest.raises(TransitionNotAllowed):
            require_way(case, now)


def test_the_second_level_is_open_once_the_first_decided_or_did_not_in_time() -> None:
    due = NOW + 20 * DAY
    waiting = replace(ANSWERED, last=AppealState(1, due, None))
    with pytest.raises(TransitionNotAllowed):
        require_way(waiting, due)
    late = require_way(waiting, due + DAY)
    assert (late.level, late.until) == (2, due + 30 * DAY)
    decided = replace(ANSWERED, last=AppealState(1, due, NOW + DAY))
    found = require_way(decided, NOW + 2 * DAY)
    assert (found.level, found.until) == (2, NOW + 31 * DAY)
    with pytest.raises(TransitionNotAllowed):
        require_way(replace(ANSWERED, last=AppealState(2, due, NOW)), NOW)


def test_a_level_that_was_left_behind_or_is_decided_decides_no_more() -> None:
    require_undecided(AppealState(1, NOW, None), last=True)
    for state, last in ((AppealState(1, NOW, NOW), True), (AppealState(1, NOW, None), False)):
        with pytest.raises(TransitionNotAllowed):
            require_undecided(state, last=last)
