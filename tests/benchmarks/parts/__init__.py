"""What is measured, part by part, in the order of a whole run."""

from collections.abc import Awaitable, Callable

from tests.benchmarks.parts import (
    bulk,
    fold,
    freshness,
    ingest,
    latency,
    process,
    rebuild,
    relay,
    status,
    stream,
    telemetry,
)
from tests.benchmarks.rows import Row
from tests.benchmarks.run import Run

PARTS: dict[str, Callable[[Run], Awaitable[list[Row]]]] = {
    "ingest": ingest.measure,
    "latency": latency.measure,
    "status": status.measure,
    "fold": fold.measure,
    "relay": relay.measure,
    "freshness": freshness.measure,
    "stream": stream.measure,
    "bulk": bulk.measure,
    "rebuild": rebuild.measure,
    "telemetry": telemetry.measure,
    "process": process.measure,
}
