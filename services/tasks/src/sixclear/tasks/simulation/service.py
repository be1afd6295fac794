"""Filling a database with the tasks of a country."""

import asyncio
import gc
import signal
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from typing import TypeAlias

from sixclear.common.caller import Caller
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.ids import stable_id
from sixclear.common.use_case import Context
from sixclear.tasks.organisation.seed import organisation_id
from sixclear.tasks.programme.rules import ProgrammeFacts
from sixclear.tasks.programme.schemas import ProgrammeEntry
from sixclear.tasks.programme.service import register_programme
from sixclear.tasks.simulation import repository as rows
from sixclear.tasks.simulation.lives import Country, live
from sixclear.tasks.simulation.rows import rows_of
from sixclear.tasks.task.service.describe import keyed_task_id

PROGRAMME = "simulation"
_OWNER = "G06"
_CALLER = Caller("simulation", organisation_id(_OWNER))
# A chunk is one transaction of a few seconds: the census and writers of the log wait for it at the longest.
_CHUNK = 5_000
# Two make rows beside PostgreSQL; a chunk is thirty megabytes, so few wait to be written.
_PROCESSES, _AHEAD, _WORTH_PROCESSES = 2, 3, 3


class HoldsMore(Exception):
    """The database holds more than the seed data, and nothing was said about adding to it."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many tasks, drawn from which seed; `add` allows a database that holds more than the seed data."""

    tasks: int
    seed: int = 1
    add: bool = False


@dataclass(frozen=True, slots=True)
class Simulated:
    """What was written, and what the whole database takes on disk before and after."""

    tasks: int
    reports: int
    events: int
    bytes_before: int
    bytes_after: int


Show = Callable[[int], None]


async def simulate(database: Database, log: EventLog, size: Size, now: datetime, show: Show) -> Simulated:
    """Write tasks of all communes with their reports, evidence and events, as the service would have written them.

    They are in a programme of their own, which is marked as demonstration. The same seed, size and instant give the
    same rows; more of a seed begin where those before ended. `show` is told how many tasks are written. An empty
    database takes all of them or none, and requests on tasks wait meanwhile; one that holds tasks keeps what was
    written when it is stopped, and may be added to. Raises HoldsMore before anything is written.
    """
    async with database.transaction() as session:
        if not size.add and await rows.holds_more_than_seed(session):
            raise HoldsMore
        before = await rows.database_bytes(session)
        country = await _country(Context(session, log, _CALLER, now), size.seed)
        first = await rows.count_simulated(session, country.source)
    connection = await database.connect_alone("sixclear simulate", **rows.SESSION)
    try:
        async with rows.emptied(connection, now) as partition:
            if partition:
                written = await _write(connection, country, range(first, first + size.tasks), show, partition)
        if not partition:
            written = await _write(connection, country, range(first, first + size.tasks), show, None)
        await rows.settle(connection)
    finally:
        await connection.close()
    log.wake()
    async with database.session() as session:
        after = await rows.database_bytes(session)
    return Simulated(size.tasks, written["progress_report"], written["event"], before, after)


async def _write(
    connection: rows.Connection, country: Country, numbers: range, show: Show, partition: str | None
) -> Counter[str]:
    """Chunks are made while the ones before are written; they are written in their order."""
    written = Counter[str]()
    chunks = [numbers[start : start + _CHUNK] for start in range(0, len(numbers), _CHUNK)]
    async with aclosing(_made(country, chunks)) as made:
        async for counts, lines in made:
            await rows.copy(connection, lines, partition)
            written += counts
            show(written["task"])
    return written


_Made: TypeAlias = tuple[Counter[str], dict[str, bytes]]


async def _made(country: Country, chunks: Sequence[range]) -> AsyncGenerator[_Made, None]:
    """The rows of each chunk: several are made by processes of their own, for one it is not worth starting them."""
    if len(chunks) < _WORTH_PROCESSES:
        for chunk in chunks:
            yield await asyncio.to_thread(_chunk, country, chunk)
        return
    pool = ProcessPoolExecutor(_PROCESSES, get_context("spawn"), _begin, (country,))
    try:
        loop, waiting = asyncio.get_running_loop(), deque[asyncio.Future[_Made]]()
        for chunk in chunks:
            waiting.append(loop.run_in_executor(pool, _chunk_of_process, chunk))
            if len(waiting) > _AHEAD:
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(country: Country) -> None:
    """What a process knows from its start; it ends with the one that started it, which alone hears the terminal."""
    global _country_of_process
    _country_of_process = country
    # Nothing that is made here is in a circle.
    gc.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)


_country_of_process: Country | None = None


def _chunk_of_process(numbers: range) -> _Made:
    assert _country_of_process is not None
    return _chunk(_country_of_process, numbers)


def _chunk(country: Country, numbers: range) -> _Made:
    made = rows_of((live(country, number, keyed_task_id) for number in numbers), country.now)
    return made.counts(), made.copy_texts()


async def _country(ctx: Context, seed: int) -> Country:
    entry = ProgrammeEntry(
        slug=PROGRAMME,
        name_vi="Mô phỏng cả nước",
        name_en="Simulated country",
        resolution="Mô phỏng",
        owner=_OWNER,
        demonstration=True,
    )
    await register_programme(ctx, entry, lambda _: None)
    owner = organisation_id(_OWNER)
    communes, central = await rows.list_communes(ctx.session), await rows.list_central(ctx.session, owner)
    facts = ProgrammeFacts(PROGRAMME, owner)
    return Country(seed, stable_id("programme", PROGRAMME), facts, communes, ctx.now, central)
