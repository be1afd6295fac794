"""The deployment ladder of an entry: what each step needs and changes. Pure: no database, no clock."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sixclear.common.change import Change, TransitionNotAllowed
from sixclear.common.clock import civil_date
from sixclear.common.use_case import fact_time, require_organisation, require_past_allowed
from sixclear.data_catalog.entry.errors import ReasonMissing, StageRepeated

# The changes that are steps of each ladder; that an entry is registered begins both.
LADDER_OF = {
    "deployment_stage_changed": "deployment",
    **dict.fromkeys(
        (
            "registration_submitted",
            "registration_returned",
            "registration_approved",
            "document_added",
            "document_removed",
        ),
        "registration",
    ),
}
SPEAK_FOR_OTHERS = "speak for a system of another organisation"
# From the bottom to the top; the stages `rebuild` and `retire` stand beside the ladder.
LADDER = ("not_deployed", "deploying_digitised_only", "deploying_foundation", "formed_centralised")


@dataclass(frozen=True, slots=True)
class EntryState:
    """What the rules of the deployment ladder and of heartbeats read of an entry."""

    deployment_stage: str
    risk: str
    last_heartbeat_at: datetime | None = None
    records_count: int | None = None
    owner_organisation_id: UUID | None = None
    # When the last change became true.
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HeartbeatCommand:
    """A sign of life as it is told, and what the token of its sender says; `records_count` None keeps the last one."""

    organisation_id: UUID | None
    scopes: Collection[str]
    records_count: int | None = None
    occurred_at: datetime | None = None


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


def check_repeated(command: StageCommand, told: Collection[StageCommand]) -> None:
    """Raises StageRepeated for a stage that was told before with the same reason and risk, and left since.

    `told` has each earlier change, with the risk that it left; a command without a risk is compared without it.
    A message that is sent again without the version that it is based on would set the entry back; a step that is based
    on a version, or has a reason of its own, is a new one.
    """
    risk = command.risk
    if any(command == (before if risk else replace(before, risk=None)) for before in told):
        raise StageRepeated(
            "The entry was at this stage before, by the same words, and has moved on since. If the step is meant, send "
            "it with the entry's ETag as If-Match, or with a reason of its own."
        )


def decide_heartbeat(entry: EntryState, command: HeartbeatCommand, now: datetime) -> tuple[Change, datetime] | None:
    """What a sign of life from the owner's system changes, and when that became true; None where it is known.

    One that arrives after other changes of the entry counts from its own time; the entry's last change stays the last.
    Raises OrganisationNotAllowed, FactsPastNotAllowed and FactInFuture.
    """
    require_organisation(command.organisation_id, {entry.owner_organisation_id}, SPEAK_FOR_OTHERS)
    stated = command.occurred_at is not None
    require_past_allowed(command.occurred_at, command.scopes)
    beaten_at = fact_time(command.occurred_at, None if stated else entry.occurred_at, now)
    change = take_heartbeat(entry, beaten_at, command.records_count, stated=stated)
    if change is None:
        return None
    return change, beaten_at if entry.occurred_at is None else max(beaten_at, entry.occurred_at)


def take_heartbeat(entry: EntryState, beaten_at: datetime, records_count: int | None, *, stated: bool) -> Change | None:
    """Take a sign of life; None when its time was stated and a later one is known, or this very one.

    So one that arrives late never moves the state back; where it is the latest that is known, it counts.
    """
    count = entry.records_count if records_count is None else records_count
    last = entry.last_heartbeat_at
    if stated and last is not None and (beaten_at < last or (beaten_at, count) == (last, entry.records_count)):
        return None
    return Change("heartbeat_received", {"last_heartbeat_at": beaten_at, "records_count": count})


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


def registration_overdue(due: date | None, status: str, deployment_stage: str, now: datetime) -> bool | None:
    """Whether the day of the registration is over without its approval; None where no day is set.

    What is retired owes none. Days are those of Vietnam.
    """
    if due is None:
        return None
    return status != "approved" and deployment_stage != "retire" and civil_date(now) > due


def first_registration_status(*, by_owner: bool) -> str:
    """`draft` when the owner enters its own entry, `not_submitted` when a steward entered it in the owner's place."""
    return "draft" if by_owner else "not_submitted"
