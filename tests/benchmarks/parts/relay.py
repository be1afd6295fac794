"""The relay from the event table to real Kafka, beside bare batches of the same bytes."""

from tests.benchmarks.broker import events_of, without_topics
from tests.benchmarks.consumers import consumed
from tests.benchmarks.goals import goals_of
from tests.benchmarks.machine import cpu_seconds
from tests.benchmarks.rows import Figures, Rounds, Row, compared, cpu_of, missing
from tests.benchmarks.run import Run

from sixclear.common.bus.kafka import BrokerView, producer
from sixclear.common.runtime.kafka_server import KafkaUnavailable

_BARE_TOPIC = "bare"


async def measure(run: Run) -> list[Row]:
    """The rows of `relay`."""
    goals = goals_of("relay")
    try:
        brokers = run.kafka().bootstrap_servers
    except KafkaUnavailable as reason:
        return [missing(goal, str(reason)) for goal in goals.values()]
    country = await run.country()
    events = await events_of(run, country.database)

    async def ours() -> Figures:
        await without_topics(brokers)
        url = await run.postgres.copy(country.database, "relay_round")
        before = cpu_seconds(run.postgres.pid)
        seen = await consumed("tests.benchmarks.relaying", brokers, sum(events.values()), run.folder, DATABASE_URL=url)
        return {**seen, "postgres_us": (cpu_seconds(run.postgres.pid) - before) / sum(events.values()) * 1e6}

    async def bare() -> Figures:
        await without_topics(brokers)
        view = BrokerView(brokers)
        await view.start()
        await view.create([_BARE_TOPIC], partitions=4)
        await view.stop()
        chosen = {"TOPIC": _BARE_TOPIC, "COMPRESSION": str(producer._COMPRESSION)}
        url = run.postgres.url(country.database)
        module = "tests.benchmarks.peers.bare_batches"
        return await consumed(module, brokers, events["task"], run.folder, DATABASE_URL=url, **chosen)

    rounds = Rounds()
    await rounds.run({"relay": ours, "bare": bare}, run.rounds, run.say)
    return [
        compared(rounds, goals["bare"], "relay", "bare", "rate", "events/s", cpu_of(rounds, "relay")),
        missing(goals["buffers"], "not built: reading after 1 M events beside an old snapshot takes the generator"),
    ]
