"""The deployment ladder of an entry, step by step, without a database."""

from dataclasses import replace
from typing import Any, get_args

import pytest

from sixclear.common.change import Change, TransitionNotAllowed
from sixclear.data_catalog.entry import lifecycle, schemas
from sixclear.data_catalog.entry.errors import ReasonMissing
from sixclear.data_catalog.entry.lifecycle import EntryState, StageCommand


def an_entry(**fields: Any) -> EntryState:
    """An entry of which nothing is deployed."""
    return replace(EntryState(deployment_stage="not_deployed", risk="none"), **fields)


def moved(current: str, wanted: str, reason: str | None = None) -> Change | None:
    """What becomes of an entry at `current` that is said to have reached `wanted`."""
    return lifecycle.decide_stage(an_entry(deployment_stage=current), StageCommand(wanted, None, reason))


def test_the_api_knows_the_stages_of_the_ladder() -> None:
    assert get_args(schemas.DeploymentStage) == (*lifecycle.LADDER, "rebuild", "retire")


@pytest.mark.parametrize(
    ("current", "wanted"),
    [
        ("not_deployed", "deploying_digitised_only"),
        ("not_deployed", "formed_centralised"),
        ("deploying_digitised_only", "deploying_foundation"),
        ("deploying_foundation", "formed_centralised"),
        ("rebuild", "deploying_digitised_only"),
        ("rebuild", "formed_centralised"),
    ],
)
def test_a_step_forward_may_skip_rungs_and_needs_no_reason(current: str, wanted: str) -> None:
    assert moved(current, wanted) == Change("deployment_stage_changed", {"deployment_stage": wanted, "risk": "none"})


@pytest.mark.parametrize(
    ("current", "wanted"),
    [
        ("formed_centralised", "deploying_foundation"),
        ("deploying_digitised_only", "not_deployed"),
        ("formed_centralised", "rebuild"),
        ("rebuild", "not_deployed"),
        ("not_deployed", "retire"),
        ("rebuild", "retire"),
        ("retire", "formed_centralised"),
    ],
)
def test_every_other_step_is_a_decision_with_a_reason(current: str, wanted: str) -> None:
    with pytest.raises(ReasonMissing) as refusal:
        moved(current, wanted)
    assert current in refusal.value.detail
    assert refusal.value.errors[0]["pointer"] == "#/reason"
    change = moved(current, wanted, "Quyết định của chủ quản")
    assert change is not None
    assert change.fields["deployment_stage"] == wanted


@pytest.mark.parametrize("current", ["not_deployed", "retire"])
def test_what_was_never_built_is_not_rebuilt(current: str) -> None:
    with pytest.raises(TransitionNotAllowed) as refusal:
        moved(current, "rebuild", "Vì thế")
    assert current in refusal.value.detail


@pytest.mark.parametrize("stage", get_args(schemas.DeploymentStage))
def test_standing_still_is_no_change(stage: str) -> None:
    assert moved(stage, stage) is None


def test_the_risk_alone_can_change_and_is_kept_when_it_is_not_said() -> None:
    endangered = lifecycle.decide_stage(an_entry(), StageCommand("not_deployed", "high"))
    assert endangered == Change("deployment_stage_changed", {"deployment_stage": "not_deployed", "risk": "high"})
    kept = lifecycle.decide_stage(an_entry(risk="high"), StageCommand("formed_centralised"))
    assert kept is not None
    assert kept.fields["risk"] == "high"
