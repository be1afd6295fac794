"""The feedback service as the launcher sees it."""

from collections.abc import Sequence

from sixclear.common import migrations
from sixclear.common.db import Database
from sixclear.common.event_log import EventLog
from sixclear.common.runtime.target import Check, Runtime, StreamState
from sixclear.common.telemetry import instrument_engine
from sixclear.feedback.app import create_app
from sixclear.feedback.receipts import Receipts, secret_at
from sixclear.feedback.settings import Settings


class FeedbackTarget:
    """Migrates, makes the secret of receipt codes at the first start, and serves."""

    name = "feedback"
    prefixes = ("/api/feedback",)

    def __init__(self, runtime: Runtime, settings: Settings) -> None:
        self._runtime = runtime
        self._settings = settings
        self._database = Database(
            settings.database_url, application_name="sixclear-feedback", pool_size=settings.database_pool_size
        )
        instrument_engine(self._database.engine, "feedback")
        self.event_log: EventLog = EventLog("feedback", self._database, runtime.clock)
        self.app = create_app(
            settings,
            verifier=runtime.verifier,
            database=self._database,
            event_log=self.event_log,
            clock=runtime.clock,
        )
        self._started = False

    async def start(self) -> None:
        """Bring the schema up to date, read the secret of receipt codes, follow the log."""
        await migrations.upgrade(self._settings.database_url, "sixclear.feedback")
        self.app.state.receipts = Receipts(self._secret())
        await self.event_log.start()
        self._started = True

    async def stop(self) -> None:
        """Stop following the log, then close connections."""
        self._started = False
        await self.event_log.stop()
        await self._database.close()

    def checks(self) -> Sequence[Check]:
        """Ready once the schema is up to date and receipt codes can be derived."""
        return [Check("started", self._started, "migrating and reading the receipt secret")]

    def streams(self) -> Sequence[StreamState]:
        """What this target runs besides answering requests."""
        return []

    def _secret(self) -> bytes:
        if self._settings.receipt_key is not None:
            return self._settings.receipt_key.get_secret_value().encode()
        return secret_at(self._runtime.settings.home / "feedback" / "receipt.key")


def create_target(runtime: Runtime) -> FeedbackTarget:
    """The target, with settings from the environment."""
    return FeedbackTarget(runtime, Settings())
