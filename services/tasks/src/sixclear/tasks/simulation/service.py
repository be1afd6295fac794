"""Filling a database with the tasks of a country."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

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
from sixclear.tasks.simulation.rows import Rows, rows_of
from sixclear.tasks.task.service.describe import keyed_task_id

PROGRAMME = "simulation"
_OWNER = "G06"
_CALLER = Caller("simulation", organisation_id(_OWNER))
# A chunk is one transaction of a few seconds: the census and writers of the log wait for it at the longest.
_CHUNK = 5_000


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
    same rows; more of a seed begin where those before ended. `show` is told how many tasks are written. What was
    written stays when it is stopped: it may be added to. Raises HoldsMore before anything is written.
    """
    async with database.transaction() as session:
        if not size.add and await rows.holds_more_than_seed(session):
            raise HoldsMore
        before = await rows.database_bytes(session)
        country = await _country(Context(session, log, _CALLER, now), size.seed)
        first = await rows.count_simulated(session, country.source)
    connection = await database.connect_alone("sixclear simulate", **rows.SESSION)
    try:
        reports, events = await _write(connection, country, range(first, first + size.tasks), show)
        await rows.settle(connection)
    finally:
        await connection.close()
    log.wake()
    async with database.session() as session:
        after = await rows.database_bytes(session)
    return Simulated(size.tasks, reports, events, before, after)


async def _write(connection: rows.Connection, country: Country, numbers: range, show: Show) -> tuple[int, int]:
    """Each chunk is made while the one before is written."""
    chunks = [numbers[start : start + _CHUNK] for start in range(0, len(numbers), _CHUNK)]
    reports = events = written = 0
    made = await asyncio.to_thread(_chunk, country, chunks[0]) if chunks else Rows()
    for following in [*chunks[1:], range(0)]:
        next_one, _ = await asyncio.gather(asyncio.to_thread(_chunk, country, following), rows.copy(connection, made))
        reports, events = reports + made.count("progress_report"), events + made.count("event")
        written += made.count("task")
        show(written)
        made = next_one
    return reports, events


def _chunk(country: Country, numbers: range) -> Rows:
    return rows_of((live(country, number, keyed_task_id) for number in numbers), country.now)


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
    facts = ProgrammeFacts(PROGRAMME, organisation_id(_OWNER))
    return Country(seed, stable_id("programme", PROGRAMME), facts, await rows.list_communes(ctx.session), ctx.now)
