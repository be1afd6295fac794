"""The monitoring service as the launcher sees it."""

import os
import socket
from collections.abc import Callable, Sequence

from sixclear.common import access_log
from sixclear.common.database_metrics import measure_database
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.runtime.database_watch import DatabaseWatch
from sixclear.common.runtime.periodic import Periodic
from sixclear.common.runtime.target import Check, Runtime, StreamState
from sixclear.common.schema_version import bring_up_to_date
from sixclear.common.telemetry import SpanSink, instrument_engine
from sixclear.monitoring.app import create_app
from sixclear.monitoring.lead.leader import Leader
from sixclear.monitoring.lead.leadership import Leadership
from sixclear.monitoring.live.stream import LiveStream
from sixclear.monitoring.parts import Parts
from sixclear.monitoring.readings import Readings
from sixclear.monitoring.settings import Settings
from sixclear.monitoring.streams.own import own_streams
from sixclear.monitoring.traces.store import SpanStore
from sixclear.monitoring.visitors import strangers

# Comparing and repairing read everything: they get their own connections and more time than a request.
_LONG_STATEMENT_SECONDS = 120.0
_FORGET_SECONDS = 3600.0
_REFUSED = (
    "no figure is given while counters and records differ, or a source counts otherwise;"
    " see the runbooks FiguresDoNotReconcile and CensusDiffers"
)


class MonitoringTarget:
    """Migrates, stands by or leads, publishes the stream, keeps spans, and serves.

    `span_sink` takes the spans of every service in this process. `process_streams` may be replaced by a caller
    that knows all streams of the process, so that the operators' page shows relays too.
    """

    name = "monitoring"
    prefixes = ("/api/monitoring",)
    event_log: EventLog | None = None

    def __init__(self, runtime: Runtime, settings: Settings) -> None:
        self._settings = settings
        self._relayed = runtime.settings.kafka_bootstrap_servers is not None
        self._database = Database(
            settings.database_url, application_name="sixclear-monitoring", pool_size=settings.database_pool_size
        )
        self._background = Database(
            settings.database_url,
            application_name="sixclear-monitoring-background",
            pool_size=2,
            statement_timeout_seconds=_LONG_STATEMENT_SECONDS,
            transaction_timeout_seconds=_LONG_STATEMENT_SECONDS,
        )
        instrument_engine(self._database.engine, "monitoring")
        for database in (self._database, self._background):
            measure_database(database, "monitoring")
        self._spans = SpanStore(self._background, settings)
        self.span_sink: SpanSink = self._spans
        visitor = strangers(runtime.settings.trusted_networks)
        self._stream = LiveStream(self._database, runtime.clock, settings, visitor)
        self._leader = Leader(
            self._database,
            self._background,
            runtime.bus,
            runtime.clock,
            settings,
            relayed=self._relayed,
            on_change=self._view_changed,
        )
        self._leadership = Leadership(
            self._database,
            runtime.clock,
            holder=f"{socket.gethostname()}/{os.getpid()}",
            lead=self._leader.lead,
            heard=self._stream.wake,
        )
        self.process_streams: Callable[[], Sequence[StreamState]] = self.streams
        self._own_streams = own_streams(self._background, runtime.clock, lambda: self.process_streams())
        self._forgetting = Periodic("monitoring forgetting old readings", self._forget, seconds=_FORGET_SECONDS)
        self._kept_days = runtime.settings.access_log_days
        self._clock = runtime.clock
        self._watch = DatabaseWatch(settings.database_url, "monitoring", [self._database, self._background])
        self._started = False
        self.app = create_app(
            settings,
            verifier=runtime.verifier,
            clock=runtime.clock,
            env=runtime.settings.env,
            parts=Parts(
                settings=settings,
                clock=runtime.clock,
                database=self._database,
                background=self._background,
                readings=Readings(settings, replicas=runtime.settings.replicas, visitor=visitor),
                add_spans=self._spans.add,
                process_streams=lambda: self.process_streams(),
                leading=lambda: self._leadership.leading,
                on_change=self._view_changed,
                kept_status=self._stream.memory.answer,
                encode_status=self._stream.memory.encode,
                standing=self._stream.memory.standing,
            ),
            stream=self._stream.endpoint,
        )

    async def start(self) -> None:
        """Bring the schema up to date, then publish and keep spans."""
        await bring_up_to_date(self._database, "sixclear.monitoring")
        await self._spans.start()
        await self._stream.start()
        if self._relayed:  # otherwise there is one process, which knows its streams at any time
            self._own_streams.start()
        await self._watch.start()
        self._forgetting.start()
        self._started = True

    async def start_consumers(self) -> None:
        """Stand by to lead: the leader reads the sources."""
        await self._leadership.start()

    async def close_streams(self) -> None:
        """End every client's stream."""
        await self._stream.close()

    async def stop(self) -> None:
        """Stop streams first, then leading, then connections."""
        self._started = False
        await self._forgetting.stop()
        await self._watch.stop()
        await self._stream.stop()
        await self._own_streams.stop()
        await self._leadership.stop()
        await self._spans.stop()
        await self._background.close()
        await self._database.close()

    def checks(self) -> Sequence[Check]:
        """Ready while the database answers and the view is known to be complete up to a recent instant.

        Refused figures are reported and hold nothing back: see docs/decisions/0016.
        """
        age = self._stream.behind_seconds
        current = age is not None and age <= self._settings.stale_seconds
        detail = (
            ""
            if current
            else "the view is not known to be complete; see /api/monitoring/v1/streams (monitoring:operate)"
        )
        waiting_for = "" if self._started else "migrating, or stopping"
        return [
            Check("started", self._started, waiting_for),
            *self._watch.checks(),
            Check("view", current, detail),
            Check("figures", not self._stream.refusing, _REFUSED if self._stream.refusing else "", required=False),
        ]

    def streams(self) -> Sequence[StreamState]:
        """The consumer groups that this replica runs while it leads."""
        return self._leader.streams()

    async def _forget(self) -> None:
        """Delete what the access log need not keep."""
        await access_log.purge(self._database, self._kept_days, self._clock())

    def _view_changed(self) -> None:
        self._stream.wake()
        self._leadership.notify()


def create_target(runtime: Runtime) -> MonitoringTarget:
    """The target, with settings from the environment."""
    return MonitoringTarget(runtime, Settings())
