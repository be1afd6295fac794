"""The tasks service as the launcher sees it."""

from collections.abc import Sequence

from sixclear.common import migrations
from sixclear.common.db import Database
from sixclear.common.event_log import EventLog
from sixclear.common.runtime.target import Check, Runtime, StreamState
from sixclear.common.telemetry import instrument_engine
from sixclear.tasks.app import create_app
from sixclear.tasks.service.seed import seed_organisations
from sixclear.tasks.settings import Settings


class TasksTarget:
    """Migrates, seeds the organisations that ship with the product, and serves."""

    name = "tasks"
    prefixes = ("/api/tasks",)

    def __init__(self, runtime: Runtime, settings: Settings) -> None:
        self._runtime = runtime
        self._settings = settings
        self._database = Database(
            settings.database_url, application_name="sixclear-tasks", pool_size=settings.database_pool_size
        )
        instrument_engine(self._database.engine, "tasks")
        self.event_log: EventLog = EventLog("tasks", self._database, runtime.clock)
        self.app = create_app(
            settings,
            verifier=runtime.verifier,
            database=self._database,
            event_log=self.event_log,
            clock=runtime.clock,
        )
        self._started = False

    async def start(self) -> None:
        """Bring the schema up to date, register missing organisations, follow the log."""
        await migrations.upgrade(self._settings.database_url, "sixclear.tasks")
        await self.event_log.start()
        if self._settings.seed_organisations:
            await seed_organisations(self._database, self.event_log, self._runtime.clock())
        self._started = True

    async def stop(self) -> None:
        """Stop following the log, then close connections."""
        self._started = False
        await self.event_log.stop()
        await self._database.close()

    def checks(self) -> Sequence[Check]:
        """Ready once the schema is up to date and the organisations are known."""
        return [Check("started", self._started, "migrating and registering organisations")]

    def streams(self) -> Sequence[StreamState]:
        """What this target runs besides answering requests."""
        return []


def create_target(runtime: Runtime) -> TasksTarget:
    """The target, with settings from the environment."""
    return TasksTarget(runtime, Settings())
