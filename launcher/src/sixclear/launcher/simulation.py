"""`sixclear simulate`: fills the database of tasks with a country that is made up, to size a machine and to measure."""

import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

from asyncpg import PostgresError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import DBAPIError

from sixclear.common import migrations
from sixclear.common.clock import utc_now
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.launcher.databases import database_variable, databases
from sixclear.launcher.registry import SERVICES
from sixclear.tasks.events import EVENTS
from sixclear.tasks.organisation.seed import seed_organisations
from sixclear.tasks.simulation.service import HoldsMore, Show, Simulated, Size, simulate

_TASKS = next(service for service in SERVICES if service.name == "tasks")
# A chunk and the statistics of a large table take seconds; a server that is gone is noticed all the same.
_LIMIT_SECONDS = 600.0
_MB = 1_000_000


def require_trial(settings: CommonSettings) -> None:
    """Raises `CannotStart` in production: figures that everyone reads would count what was made up."""
    if settings.env == "production":
        raise CannotStart(
            "Simulated tasks are counted as all others, and this is production (SIXCLEAR_ENV).",
            "Simulate in a database of a development or test platform.",
        )


async def fill(settings: CommonSettings, size: Size, show: Show) -> Sequence[str]:
    """Write the tasks, into a database that is made when it is missing; what was done, in lines for a person.

    Raises `CannotStart` in production, for a database that holds more and is not to be added to, and for one that is
    away.
    """
    require_trial(settings)
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        try:
            url = (await databases(settings, [_TASKS], stack))[_TASKS.name]
            await migrations.upgrade(url, _TASKS.package)
            database = Database(
                url,
                application_name="sixclear-simulate",
                pool_size=1,
                statement_timeout_seconds=_LIMIT_SECONDS,
                transaction_timeout_seconds=_LIMIT_SECONDS,
            )
            stack.push_async_callback(database.close)
            log = EventLog(EVENTS, database)
            await log.partitions.add()
            await seed_organisations(database, log, utc_now())
            done = await simulate(database, log, size, utc_now(), show)
        except HoldsMore as error:
            raise CannotStart(
                "The database of tasks holds more than the organisations that ship with the product.",
                "Simulated tasks would stand among the others. Name another database, or say --add.",
            ) from error
        except (DBAPIError, OSError, TimeoutError, PostgresError) as error:
            raise CannotStart(
                f"The database of tasks does not answer, or refuses ({type(error).__name__}); what was written stays.",
                f"Start it, or mend {database_variable(_TASKS)}, then go on with --add.",
            ) from error
    return _told(done, time.monotonic() - began)


def _told(done: Simulated, seconds: float) -> Sequence[str]:
    rate = (done.tasks + done.reports + done.events) / seconds
    return [
        f"{done.tasks:,} tasks with {done.reports:,} reports and {done.events:,} events in {seconds:,.0f} s:"
        f" {rate:,.0f} rows a second.",
        f"The database takes {done.bytes_after / _MB:,.0f} MB on disk;"
        f" {(done.bytes_after - done.bytes_before) / _MB:,.0f} MB of it are new.",
    ]


class Bar:
    """A bar on a terminal: written, of how many, time left; elsewhere a line for every tenth."""

    def __init__(self, total: int, console: Console | None = None) -> None:
        self._total = total
        self._console = console or Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._row = self._progress.add_task("tasks", total=total)
        self._tenth = 0

    def __enter__(self) -> "Bar":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, written: int) -> None:
        """How many tasks are written."""
        self._progress.update(self._row, completed=written)
        tenth = 10 * written // max(1, self._total)
        if not self._console.is_terminal and tenth > self._tenth:
            self._tenth = tenth
            self._console.print(f"{written:,} of {self._total:,} tasks written", highlight=False)
