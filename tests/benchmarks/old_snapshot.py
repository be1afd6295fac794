"""What the relay reads for a batch after a million events, while an old snapshot keeps every dead row."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.benchmarks.broker import events_of, without_topics
from tests.benchmarks.consumers import consumed
from tests.benchmarks.country import Country, more_events
from tests.benchmarks.run import Run

from sixclear.common.relay.relay import RelayLimits

_DATABASE = "relay_many"
_SAMPLE_SECONDS = 0.5
# At the end the backlog is counted in ever fewer rows: the last window ends before that.
_FIRST, _LAST = (0.1, 0.25), (0.75, 0.9)


@dataclass(frozen=True, slots=True)
class Seen:
    """Up to which event the relay had sent, and how many pages all had read of its database."""

    position: int
    pages: int


async def pages_of_a_batch(run: Run, country: Country, times: int) -> tuple[int, float, float]:
    """Events sent, and pages read for a full batch near the beginning and near the end; the country is sent `times`."""
    brokers = run.kafka().bootstrap_servers
    await without_topics(brokers)
    url = await run.postgres.copy(country.database, _DATABASE)
    async with run.postgres.connection(_DATABASE) as connection:
        await more_events(connection, times)
        await connection.execute("VACUUM ANALYZE")
    events = sum((await events_of(run, _DATABASE)).values())
    async with _old_snapshot(run):
        sampling = asyncio.create_task(_sample(run, events))
        await consumed("tests.benchmarks.relaying", brokers, events, run.folder, DATABASE_URL=url)
        seen = await sampling
    await run.postgres.execute(f'DROP DATABASE "{_DATABASE}" WITH (FORCE)')
    size = RelayLimits().batch_size
    return events, _pages(seen, *_FIRST) * size, _pages(seen, *_LAST) * size


@asynccontextmanager
async def _old_snapshot(run: Run) -> AsyncIterator[None]:
    async with run.postgres.connection(_DATABASE) as connection, connection.transaction(isolation="repeatable_read"):
        await connection.fetchval("SELECT count(*) FROM relay_cursor")
        yield


async def _sample(run: Run, events: int) -> list[Seen]:
    """How it went, until all was sent; the statistics are read in another database, so that they count little."""
    seen: list[Seen] = []
    async with run.postgres.connection(_DATABASE) as own, run.postgres.connection() as other:
        last = await own.fetchval("SELECT max(event_id) FROM event")
        while not seen or seen[-1].position < last:
            await asyncio.sleep(_SAMPLE_SECONDS)
            position = await own.fetchval("SELECT position FROM relay_cursor")
            pages = await other.fetchval(
                "SELECT blks_hit + blks_read FROM pg_stat_database WHERE datname = $1", _DATABASE
            )
            seen.append(Seen(position, pages))
    return seen


def _pages(seen: list[Seen], begins: float, ends: float) -> float:
    """Pages read for an event between two shares of the way."""
    last = seen[-1].position
    first = next(one for one in seen if one.position >= begins * last)
    after = next(one for one in seen if one.position >= ends * last)
    if after.position <= first.position:
        raise RuntimeError("the relay was faster than its samples: ask for more events")
    return (after.pages - first.pages) / (after.position - first.position)
