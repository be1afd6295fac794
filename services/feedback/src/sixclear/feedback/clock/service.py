"""Clocks are stopped and moved with a word to the sender, who reads why in the mailbox."""

from uuid import UUID

from sixclear.common.use_case import Context, Expect
from sixclear.feedback.clock.schemas import MoveEntry, PauseEntry
from sixclear.feedback.fields import Step
from sixclear.feedback.mailbox import service as mailbox
from sixclear.feedback.submission.access import require_hub
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.submission.service import timing
from sixclear.feedback.submission.service.hours import of_case


async def ask_completion(ctx: Context, hub: UUID, submission_id: UUID, entry: PauseEntry, expect: Expect) -> Submission:
    """Ask the sender for what lacks, and let the clocks stand still until the reply, or the end of the time given.

    A full mailbox has room for it. Raises ClockOver once the case is overdue, and what `timing.pause` raises.
    """
    submission = await submissions.locked(ctx, hub, submission_id, expect)
    message = await mailbox.add_message(ctx, submission, entry.text, author="handler", most=None)
    timing.require_running(submission, ctx.now)
    ctx = of_case(ctx, submission)
    await timing.pause(ctx, submission, entry.working_days, message.occurred_at, entry.text)
    return submission


async def resume(ctx: Context, hub: UUID, submission_id: UUID, step: Step, expect: Expect) -> Submission:
    """Let the clocks go on before the sender replied. Raises TransitionNotAllowed where they run."""
    submission = await submissions.locked(ctx, hub, submission_id, expect)
    ctx = of_case(ctx, submission)
    timing.require_paused(submission)
    resumed_at = ctx.fact_time(step.occurred_at, submission.occurred_at)
    await timing.end_pause(ctx, submission, resumed_at, "handler")
    return submission


async def move_due(ctx: Context, hub: UUID, submission_id: UUID, entry: MoveEntry, expect: Expect) -> Submission:
    """Give more working days by decision; the hub does, not the body that is to answer.

    A full mailbox has room for the reason. Raises OrganisationNotAllowed, ClockOver once the case is overdue, and what
    `timing.move` raises.
    """
    submission = await submissions.locked(ctx, hub, submission_id, expect)
    require_hub(ctx, hub, "move due times")
    message = await mailbox.add_message(ctx, submission, entry.text, author="handler", most=None)
    timing.require_running(submission, ctx.now)
    ctx = of_case(ctx, submission)
    await timing.move(ctx, submission, entry.working_days, message.occurred_at, entry.text)
    return submission
