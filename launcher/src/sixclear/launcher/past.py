"""`sixclear publish-past`: what an earlier release kept as fields becomes events of its own."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from asyncpg import PostgresError
from sqlalchemy.exc import DBAPIError

from sixclear.common.clock import utc_now
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.launcher.databases import database_variable, known_databases
from sixclear.launcher.registry import SERVICES
from sixclear.tasks.decision.service.past import publish_past as publish_extensions
from sixclear.tasks.events import EVENTS
from sixclear.tasks.evidence.service import publish_past as publish_evidence
from sixclear.tasks.milestone.service import publish_past as publish_milestones


@dataclass(frozen=True, slots=True)
class Published:
    """How many facts of the past were published."""

    evidence: int
    extensions: int
    milestones: int


async def publish(settings: CommonSettings) -> Published:
    """Publish evidence, extensions and lapsed milestones of the past; answers how many.

    Raises `CannotStart` without a database.
    """
    tasks = next(service for service in SERVICES if service.name == "tasks")
    async with AsyncExitStack() as stack:
        urls = await known_databases(settings, [tasks], stack)
        database = Database(urls["tasks"], application_name="sixclear-past", pool_size=1)
        stack.push_async_callback(database.close)
        try:
            log = EventLog(EVENTS, database, utc_now)
            return Published(
                evidence=await publish_evidence(database, log, utc_now),
                extensions=await publish_extensions(database, log, utc_now),
                milestones=await publish_milestones(database, log, utc_now),
            )
        except (DBAPIError, OSError, TimeoutError, PostgresError) as error:
            raise CannotStart(
                "The database of tasks does not answer, or has no tables of this release.",
                f"Start it, or mend {database_variable(tasks)}, run `sixclear migrate`, then try again.",
            ) from error
