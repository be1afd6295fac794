"""The deployment ladder of an entry: what each step needs and changes. Pure: no database, no clock."""

from dataclasses import dataclass

from sixclear.common.change import Change, TransitionNotAllowed
from sixclear.data_catalog.entry.errors import ReasonMissing

# From the bottom to the top; the stages `rebuild` and `retire` stand beside the ladder.
LADDER = ("not_deployed", "deploying_digitised_only", "deploying_foundation", "formed_centralised")


@dataclass(frozen=True, slots=True)
class EntryState:
    """What the rules of the deployment ladder read of an entry."""

    deployment_stage: str
    risk: str


@dataclass(frozen=True, slots=True)
class StageCommand:
    """The stage that an entry is said to have reached; `risk` None keeps the last one."""

    deployment_stage: str
    risk: str | None = None
    reason: str | None = None


def decide_stage(entry: EntryState, command: StageCommand) -> Change | None:
    """Move the entry on the deployment ladder; None when it stands there already, at the same risk.

    A forward step may skip rungs. Going back, to rebuild, to retire and to take a retired one up again are decisions:
    ReasonMissing without a reason. TransitionNotAllowed for rebuilding what was never built.
    """
    risk = entry.risk if command.risk is None else command.risk
    if (entry.deployment_stage, entry.risk) == (command.deployment_stage, risk):
        return None
    if command.deployment_stage != entry.deployment_stage:
        _check_stage(entry.deployment_stage, command)
    return Change("deployment_stage_changed", {"deployment_stage": command.deployment_stage, "risk": risk})


def _check_stage(current: str, command: StageCommand) -> None:
    wanted = command.deployment_stage
    if wanted == "rebuild" and current in {"not_deployed", "retire"}:
        raise TransitionNotAllowed(f"The entry is at {current}: there is nothing that could be rebuilt.")
    if not command.reason and not _forward(current, wanted):
        raise ReasonMissing(
            f"From {current} to {wanted} is not a step forward; say who decided it and why.",
            errors=[{"pointer": "#/reason", "code": "missing", "detail": "Give the reason."}],
        )


def _forward(current: str, wanted: str) -> bool:
    """Whether `wanted` lies higher. What is rebuilt may come up again on any rung on which something is built."""
    if wanted not in LADDER or current == "retire":
        return False
    if current == "rebuild":
        return wanted != LADDER[0]
    return LADDER.index(wanted) > LADDER.index(current)


def first_registration_status(*, by_owner: bool) -> str:
    """`draft` when the owner enters its own entry, `not_submitted` when a steward entered it in the owner's place."""
    return "draft" if by_owner else "not_submitted"
