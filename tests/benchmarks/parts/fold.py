"""Folding the events of tasks from real Kafka: the product beside raw aiokafka and the consumers of others."""

from importlib.util import find_spec

from tests.benchmarks.broker import READ_BY_MONITORING, filled
from tests.benchmarks.consumers import consumed
from tests.benchmarks.goals import goals_of
from tests.benchmarks.machine import cpu_seconds
from tests.benchmarks.rows import Case, Figures, Rounds, Row, compared, cpu_of, missing
from tests.benchmarks.run import Run

from sixclear.common.runtime.kafka_server import KafkaUnavailable

_ORM_EVENTS = 600
_CASE_SECONDS = 60.0
_IN_MEMORY = {"faststream": "faststream_batch", "bytewax": "bytewax_fold"}


async def measure(run: Run) -> list[Row]:
    """The rows of `fold`."""
    goals = goals_of("fold")
    try:
        brokers = run.kafka().bootstrap_servers
    except KafkaUnavailable as reason:
        return [missing(goal, str(reason)) for goal in goals.values()]
    counts = await filled(run, await run.country())
    tasks, read = counts["task"], sum(counts[kind] for kind in READ_BY_MONITORING)
    run.say(f"  {tasks:,} events of tasks, {read:,} that monitoring reads")

    def case(module: str, events: int, *, keeps: bool = False) -> Case:
        async def once() -> Figures:
            if not keeps:
                return await consumed(module, brokers, events, run.folder)
            url = await run.postgres.copy("template1", "fold_view")
            before = cpu_seconds(run.postgres.pid)
            seen = await consumed(module, brokers, events, run.folder, DATABASE_URL=url)
            spent = cpu_seconds(run.postgres.pid) - before
            return {**seen, "postgres_us": spent / events * 1e6}

        return once

    peers = "tests.benchmarks.peers"
    cases = {
        "product": case("tests.benchmarks.folding", read, keeps=True),
        "raw": case(f"{peers}.raw_aiokafka", tasks),
        "orm": case(f"{peers}.orm_per_event", min(_ORM_EVENTS, tasks), keeps=True),
    }
    found = {name for name in _IN_MEMORY if find_spec(name) is not None}
    if "faststream" in found:
        cases["faststream"] = case(f"{peers}.faststream_batch", tasks)
    if "bytewax" in found:
        cases["bytewax"] = case(f"bytewax.run {peers}.bytewax_fold:flow", tasks)
    rounds = Rounds(case_seconds=_CASE_SECONDS)
    await rounds.run(cases, run.rounds, run.say)
    return [
        compared(rounds, goals["raw"], "product", "raw", "rate", "events/s", cpu_of(rounds, "product")),
        compared(rounds, goals["orm"], "product", "orm", "rate", "events/s"),
        *(
            compared(rounds, goals[name], "product", name, "rate", "events/s", "does less: keeps nothing")
            if name in found
            else missing(goals[name], f"{name} is not installed on this Python")
            for name in _IN_MEMORY
        ),
    ]
