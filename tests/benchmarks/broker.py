"""Topics of a run: emptied, and filled with the events of a country."""

from aiokafka.admin import AIOKafkaAdminClient
from tests.benchmarks.consumers import consumed
from tests.benchmarks.country import Country
from tests.benchmarks.run import Run

from sixclear.common.testing.eventually import eventually

READ_BY_MONITORING = ("organisation", "programme", "task")


async def without_topics(brokers: str) -> None:
    """Delete every topic of the product; returns when they are gone."""
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    try:
        found = [name for name in await admin.list_topics() if not name.startswith("__")]
        if found:
            await admin.delete_topics(found)

        async def gone() -> bool:
            return not set(found) & set(await admin.list_topics())

        await eventually(gone, within_seconds=30, every_seconds=0.1)
    finally:
        await admin.close()


async def filled(run: Run, country: Country) -> dict[str, int]:
    """Topics that hold the country's events, sent by the relay; how many of each kind of entity."""
    brokers = run.kafka().bootstrap_servers
    await without_topics(brokers)
    url = await run.postgres.copy(country.database, "relay_fill")
    counts = await events_of(run, "relay_fill")
    await consumed("tests.benchmarks.relaying", brokers, sum(counts.values()), run.folder, DATABASE_URL=url)
    return counts


async def events_of(run: Run, database: str) -> dict[str, int]:
    """How many events of each kind of entity the log holds."""
    async with run.postgres.connection(database) as connection:
        rows = await connection.fetch("SELECT entity_type, count(*) FROM event WHERE published GROUP BY 1")
    return {row[0]: int(row[1]) for row in rows}
