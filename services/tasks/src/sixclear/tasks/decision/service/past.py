"""Extensions of an earlier release become decisions: asked and granted in one act, by the body that extended."""

from uuid import UUID

from sixclear.common.caller import Caller
from sixclear.common.change import Change
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog, NewEvent
from sixclear.common.ids import stable_id
from sixclear.common.recording import apply, event_of
from sixclear.common.use_case import Context
from sixclear.tasks.decision import lifecycle
from sixclear.tasks.decision import repository as rows
from sixclear.tasks.decision.effects import Value
from sixclear.tasks.decision.lifecycle import DecisionState
from sixclear.tasks.decision.models import Decision, stored
from sixclear.tasks.decision.recording import DECISION
from sixclear.tasks.decision.repository import PastExtension
from sixclear.tasks.task.models import AnyTask
from sixclear.tasks.task.service.children import dimensions
from sixclear.tasks.task.service.find import lock_records

# Whom the events of the past name.
_PAST = Caller("past")


async def publish_past(database: Database, log: EventLog, clock: Clock, *, at_a_time: int = 500) -> int:
    """Publish the extensions that an earlier release recorded as decisions, in chunks; answers how many.

    `occurred_at` is that of the fact, `recorded_at` is now. Run twice, or after it was stopped, it publishes only what
    it has not. No task changes. What was extended while its task was restricted stays in the task's own history.
    """
    told, after = 0, 0
    while True:
        async with database.transaction() as session:
            ctx = Context(session, log, _PAST, clock())
            found = await rows.list_past_extensions(session, after, at_a_time)
            tasks = await lock_records(ctx, {one.task_id for one in found})
            # Another process may have told some of them until their tasks were locked.
            known = await rows.known_decisions(session, [_identifier(one) for one in found])
            untold = [one for one in found if _identifier(one) not in known]
            await _tell_all(ctx, [(tasks[one.task_id], one) for one in untold])
        if not found:
            return told
        log.wake()
        told, after = told + len(untold), found[-1].event_id


async def _tell_all(ctx: Context, extensions: list[tuple[AnyTask, PastExtension]]) -> None:
    decisions: list[Decision] = []
    events: list[NewEvent] = []
    for task, past in extensions:
        decision, change = _decision(task, past)
        previous = apply(decision, change, past.occurred_at, ctx.now, DECISION)
        data = await DECISION.data(ctx, decision, change.name)
        events.append(event_of(ctx, decision, change.name, data, past.occurred_at, previous, DECISION))
        decisions.append(decision)
    ctx.session.add_all(decisions)
    await ctx.session.flush()
    await ctx.log.publish_many(ctx.session, events, recorded_at=ctx.now)


def _decision(task: AnyTask, past: PastExtension) -> tuple[Decision, Change]:
    """The decision of a past extension, closed: it stays with the body that was answerable then."""
    value = Value(deadline=past.deadline)
    carried = dimensions(task) | {"organisation_id": past.lead_organisation_id}
    decision = Decision(
        decision_id=_identifier(past),
        version=0,
        kind="extension",
        reason=past.reason,
        document=None,
        former=stored(Value(deadline=past.former)),
        proposed=stored(value),
        decided=stored(value),
        asked_by_organisation_id=past.organisation_id,
        asked_at=past.occurred_at,
        asked_late=lifecycle.is_late("extension", past.former, past.occurred_at, 0),
        decide_by=past.occurred_at,
        objection=False,
        **carried,
    )
    state = DecisionState("extension", "asked", value)
    return decision, lifecycle.grant(state, value, None, past.organisation_id, past.occurred_at)


def _identifier(past: PastExtension) -> UUID:
    return stable_id("decision", str(past.task_id), "extended", str(past.version))
