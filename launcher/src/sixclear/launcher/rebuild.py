"""`sixclear rebuild`: has monitoring fold what it shows of a source again, beside what readers see, and follows it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from asyncpg import PostgresError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Task as Row
from rich.text import Text
from sqlalchemy.exc import DBAPIError

from sixclear.common.db import Database
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.launcher.databases import database_variable, known_databases
from sixclear.launcher.registry import SERVICES
from sixclear.monitoring.view import progress as replays
from sixclear.monitoring.view.sources import ask_for_rebuild

_MONITORING = next(service for service in SERVICES if service.name == "monitoring")
_LOOK_SECONDS = 0.5
# A leader looks each second; one that stands by takes over within a few.
_BEGINS_WITHIN_SECONDS = 15.0

Show = Callable[[str, replays.Progress], None]


def sources_of(name: str) -> Sequence[str]:
    """The sources that a name means: `monitoring` all that it reads. Raises `CannotStart` for one that it does not."""
    if name == _MONITORING.name:
        return sorted(_MONITORING.reads)
    if name not in _MONITORING.reads:
        raise CannotStart(
            f"Monitoring reads no source {name!r}.",
            f"It reads: {', '.join(sorted(_MONITORING.reads))}; {_MONITORING.name} means all of them.",
        )
    return [name]


async def ask(settings: CommonSettings, name: str) -> Mapping[str, int]:
    """Ask the leader of monitoring, in any process, to read logs again from their first event.

    The generations that readers see meanwhile, by source. Raises `CannotStart` as `sources_of` does, and for a database
    that is away or not migrated.
    """
    chosen = sources_of(name)
    async with _database(settings) as database, database.transaction() as session:
        before = await replays.active_generations(session)
        for source in chosen:
            await ask_for_rebuild(session, source)
    return {source: before[source] for source in chosen}


async def follow(settings: CommonSettings, before: Mapping[str, int], show: Show) -> bool:
    """Show how far each rebuild is until readers see all of them; False when no leader begins one in time."""
    waiting, waited = dict(before), 0.0
    async with _database(settings) as database:
        while waiting:
            async with database.session() as session:
                found = {source: await replays.progress_of(session, source, old) for source, old in waiting.items()}
            for source, progress in found.items():
                show(source, progress)
                if progress.shown:
                    del waiting[source]
            waited = 0.0 if any(progress.begun for progress in found.values()) else waited + _LOOK_SECONDS
            if waited > _BEGINS_WITHIN_SECONDS:
                return False
            if waiting:
                await asyncio.sleep(_LOOK_SECONDS)
    return True


@asynccontextmanager
async def _database(settings: CommonSettings) -> AsyncIterator[Database]:
    async with AsyncExitStack() as stack:
        urls = await known_databases(settings, [_MONITORING], stack)
        database = Database(urls[_MONITORING.name], application_name="sixclear-rebuild", pool_size=1)
        stack.push_async_callback(database.close)
        try:
            yield database
        except (DBAPIError, OSError, TimeoutError, PostgresError) as error:
            raise CannotStart(
                "The database of monitoring does not answer, or was never migrated.",
                f"Start it, or mend {database_variable(_MONITORING)}; `sixclear migrate` makes its tables.",
            ) from error


class _RateColumn(TextColumn):
    """Messages a second."""

    def render(self, task: Row) -> Text:
        return Text("" if task.speed is None else f"{task.speed:,.0f}/s")


class Bars:
    """A bar for each source on a terminal: read, of how many, rate, time left; elsewhere a line for every tenth."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _RateColumn(""),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._rows: dict[str, TaskID] = {}
        self._tenths: dict[str, int] = {}

    def __enter__(self) -> "Bars":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, source: str, progress: replays.Progress) -> None:
        """How far one source is."""
        if source not in self._rows:
            self._rows[source] = self._progress.add_task(source, total=None)
        self._progress.update(self._rows[source], completed=progress.read, total=progress.total or None)
        tenth = 10 * progress.read // max(1, progress.total) + (1 if progress.shown else 0)
        if not self._console.is_terminal and progress.begun and tenth > self._tenths.get(source, -1):
            self._tenths[source] = tenth
            what = "shown" if progress.shown else f"{progress.read} of {progress.total} messages read"
            self._console.print(f"{source}: {what}", highlight=False)
