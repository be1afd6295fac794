"""The demonstration leads to every state of what hangs on a task, on whatever day it is loaded."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from sixclear.launcher.demo.body_steps import body_steps
from sixclear.launcher.demo.example_steps import example_steps
from sixclear.launcher.demo.phases import phases
from sixclear.launcher.demo.steps import Step
from sixclear.tasks.decision.schemas import Kind, State

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
DAYS = range(0, 400, 73)
# What of a kind may be granted otherwise than it was asked: what it says has a value.
VALUED = ("extension", "transfer", "resume", "split", "merger", "regrouping")
# Each of these ends its task, and closes what is asked for.
ENDING = ("cancellation", "split", "merger")


def lanes_of(now: datetime) -> Iterable[list[Step]]:
    """All steps, lane by lane."""
    lanes: dict[str, list[Step]] = defaultdict(list)
    for phase in phases(now):
        for step in phase.steps:
            lanes[step.lane].append(step)
    return lanes.values()


def decided(lane: Iterable[Step]) -> list[list[str]]:
    """The kind of each decision of a lane, and the state that it is in at last."""
    found: list[list[str]] = []
    for step in lane:
        end, body = step.path.rpartition("/")[2], step.body or {}
        if end == "decisions":
            found.append([str(body["kind"]), "asked"])
        elif end == "decide":
            found[-1][1] = str(body["outcome"])
            if found[-1][0] in ENDING and body["outcome"] != "refused":
                for earlier in found[:-1]:
                    earlier[1] = "lapsed" if earlier[1] == "asked" else earlier[1]
        elif "/decisions/" in step.path:
            found[-1][1] = {"accept": "accepted", "decline": "declined", "withdraw": "withdrawn"}[end]
    return found


@pytest.mark.parametrize("day", DAYS)
def test_each_kind_of_decision_has_each_outcome(day: int) -> None:
    now = NOW - timedelta(days=day)
    found = Counter((kind, state) for lane in lanes_of(now) for kind, state in decided(lane))
    assert {kind for kind, _ in found} == set(get_args(Kind))
    assert {state for _, state in found} == set(get_args(get_args(State)[0]))
    for kind in get_args(Kind):
        assert found[kind, "refused"], kind
        assert found[kind, "granted"] or found[kind, "accepted"], kind
    for kind in VALUED:
        # A transfer that was granted otherwise is accepted by the other body.
        otherwise = [step for step in example_steps(now.date()) if f"decide {kind}" in step.name]
        assert found[kind, "granted_otherwise"] or any(
            step.body and step.body["outcome"] == "granted_otherwise" for step in otherwise
        ), kind
    assert found["transfer", "granted"], "one waits for the receiving body"


@pytest.mark.parametrize("day", DAYS)
def test_each_step_on_what_hangs_on_a_task_is_taken(day: int) -> None:
    steps = [*example_steps((NOW - timedelta(days=day)).date()), *body_steps((NOW - timedelta(days=day)).date())]
    ends = Counter(step.path.partition("?")[0].rpartition("/")[2] for step in steps)
    for end in ("refuse", "withdraw-proposal", "accept", "return", "submit", "confirm", "reopen", "redact", "files"):
        assert ends[end], end
    for end in ("milestones", "complete", "evidence", "comments", "answer", "merge", "upgrade", "close"):
        assert ends[end], end
    of_periods = Counter(step.path.rpartition("/")[2] for step in steps if "/periods/" in step.path)
    assert of_periods == {"confirm": 2, "return": 1, "reopen": 1}
    assert any(step.body and step.body.get("objection") for step in steps)
    assert any(step.body and step.body.get("classification") == "restricted" for step in steps)


@pytest.mark.parametrize("day", DAYS)
def test_what_is_told_of_a_task_is_told_in_its_order_and_none_of_it_is_ahead(day: int) -> None:
    now = NOW - timedelta(days=day)
    for step in (*example_steps(now.date()), *body_steps(now.date())):
        at = (step.body or {}).get("occurred_at")
        assert at is None or at <= now, step.name
