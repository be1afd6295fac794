"""What is held as possible spam: for a person to look at, one working day at most. Its clock runs all the time."""

from uuid import UUID

import structlog

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.use_case import Context, Expect
from sixclear.feedback.submission import repository
from sixclear.feedback.submission.access import require_hub
from sixclear.feedback.submission.metrics import HELD, RELEASED
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.service.reading import locked

_log = structlog.get_logger(__name__)


async def release(ctx: Context, hub: UUID, submission_id: UUID, expect: Expect) -> Submission:
    """Hold a submission no longer: a person of the hub says that it is none of spam. No event: none shows it.

    Raises TransitionNotAllowed for one that is not held.
    """
    submission = await locked(ctx, hub, submission_id, expect)
    require_hub(ctx, hub, "release what is held")
    if submission.held_until is None or submission.status != "received":
        raise TransitionNotAllowed("This submission is not held: a person looked at it, or its working day is over.")
    submission.held_until = None
    await ctx.session.flush()
    RELEASED.labels("person").inc()
    return submission


async def release_over(database: Database, clock: Clock) -> int:
    """Hold no longer what was held for its working day; answers how many. Safe in several processes."""
    async with database.transaction() as session:
        released = await repository.release_over(session, clock())
        HELD.set(await repository.count_held(session))
    if released:
        RELEASED.labels("time").inc(released)
        _log.info("held no longer", cases=released)
    return released
