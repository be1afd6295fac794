"""Takes a decision over many tasks to them in a process of its own, which is killed at a chosen instant.

Arguments: database URL, what the clock says, instant (`before-commit` or `after-commit`), at which of them it dies.
"""

import asyncio
import os
import signal
import sys
from datetime import datetime
from typing import Any

from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.tasks.app import create_app
from sixclear.tasks.decision.service import apply
from sixclear.tasks.events import EVENTS
from sixclear.tasks.settings import Settings


class Death:
    """Kills this process when it is called for the last time."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def comes_nearer(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


async def main(url: str, now: datetime, instant: str, calls: int) -> None:
    death, ordinary = Death(calls), apply._answer

    async def answer(*args: Any) -> None:
        await ordinary(*args)
        death.comes_nearer()

    database = Database(url, application_name="child")
    log = EventLog(EVENTS, database, lambda: now)
    # Without it nothing hangs on a task.
    create_app(Settings(database_url=url), clock=lambda: now)
    if instant == "before-commit":
        apply._answer = answer  # type: ignore[assignment]
    else:
        log.wake = death.comes_nearer  # type: ignore[method-assign]
    await apply.apply_decisions(database, log, lambda: now, at_a_time=2)


if __name__ == "__main__":
    url, now, instant, calls = sys.argv[1:]
    asyncio.run(main(url, datetime.fromisoformat(now), instant, int(calls)))
