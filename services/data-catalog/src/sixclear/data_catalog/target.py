"""The data catalogue as the launcher sees it."""

from collections.abc import Sequence

from sixclear.common import migrations
from sixclear.common.db import Database
from sixclear.common.event_log import EventLog
from sixclear.common.runtime.target import Check, Runtime, StreamState
from sixclear.common.telemetry import instrument_engine
from sixclear.data_catalog.app import create_app
from sixclear.data_catalog.service.seed import seed_lists
from sixclear.data_catalog.settings import Settings


class DataCatalogTarget:
    """Migrates, registers the programme lists that ship with the product, and serves."""

    name = "data-catalog"
    prefixes = ("/api/catalog",)

    def __init__(self, runtime: Runtime, settings: Settings) -> None:
        self._settings = settings
        self._database = Database(
            settings.database_url, application_name="sixclear-data-catalog", pool_size=settings.database_pool_size
        )
        instrument_engine(self._database.engine, "data-catalog")
        self.event_log: EventLog = EventLog("data-catalog", self._database, runtime.clock)
        self.app = create_app(
            settings,
            verifier=runtime.verifier,
            database=self._database,
            event_log=self.event_log,
            clock=runtime.clock,
        )
        self._started = False

    async def start(self) -> None:
        """Bring the schema up to date, register missing lists, follow the log."""
        await migrations.upgrade(self._settings.database_url, "sixclear.data_catalog")
        await self.event_log.start()
        if self._settings.seed_lists:
            await seed_lists(self._database)
        self._started = True

    async def stop(self) -> None:
        """Stop following the log, then close connections."""
        self._started = False
        await self.event_log.stop()
        await self._database.close()

    def checks(self) -> Sequence[Check]:
        """Ready once the schema is up to date and the programme lists are known."""
        return [Check("started", self._started, "migrating and registering programme lists")]

    def streams(self) -> Sequence[StreamState]:
        """What this target runs besides answering requests."""
        return []


def create_target(runtime: Runtime) -> DataCatalogTarget:
    """The target, with settings from the environment."""
    return DataCatalogTarget(runtime, Settings())
