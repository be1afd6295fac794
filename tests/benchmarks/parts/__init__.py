"""What is measured, part by part, in the order of a whole run."""

from collections.abc import Awaitable, Callable

from tests.benchmarks.parts import ingest
from tests.benchmarks.rows import Row
from tests.benchmarks.run import Run

PARTS: dict[str, Callable[[Run], Awaitable[list[Row]]]] = {
    "ingest": ingest.measure,
}
