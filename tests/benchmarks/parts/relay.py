"""The relay from the event table to real Kafka, beside bare batches of the same bytes."""

import math

from tests.benchmarks.broker import events_of, without_topics
from tests.benchmarks.consumers import consumed
from tests.benchmarks.goals import Goal, goals_of
from tests.benchmarks.machine import cpu_seconds
from tests.benchmarks.old_snapshot import pages_of_a_batch
from tests.benchmarks.rows import Figures, Rounds, Row, compared, cpu_of, missing, row
from tests.benchmarks.run import Run

from sixclear.common.bus.kafka import BrokerView, producer
from sixclear.common.runtime.kafka_server import KafkaUnavailable

_BARE_TOPIC = "bare"
# A million with the country that a run has unless it asks for fewer tasks, which has fewer events too.
_MANY_EVENTS, _FULL_TASKS = 1_000_000, 20_000


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
        await _buffers(run, goals["buffers"], sum(events.values())),
    ]


async def _buffers(run: Run, goal: Goal, events: int) -> Row:
    """Pages read for a batch near the end of a million events, by those near its beginning."""
    times = math.ceil(_MANY_EVENTS * run.tasks / _FULL_TASKS / events)
    run.say(f"  sending {times * events:,} events beside an old snapshot")
    sent, first, last = await pages_of_a_batch(run, await run.country(), times)
    figure = f"{last:.0f} pages a batch against {first:.0f} at the beginning ({sent:,} events)"
    return row(goal, figure, [last / first])
