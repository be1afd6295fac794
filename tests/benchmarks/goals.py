"""What is promised: every goal with its peer and its floor. A floor is changed here or nowhere."""

from dataclasses import dataclass
from typing import Literal

FULL, BARE = "full peer", "bare peer"


@dataclass(frozen=True, slots=True)
class Floor:
    """What a ratio must be; `aim` is what we want."""

    kind: Literal["at least", "at most"]
    ratio: float
    aim: float | None = None

    def held_by(self, ratio: float) -> bool:
        """Whether the ratio keeps the floor."""
        return ratio >= self.ratio if self.kind == "at least" else ratio <= self.ratio

    def __str__(self) -> str:
        return f"{'≥' if self.kind == 'at least' else '≤'} {self.ratio:g}"


@dataclass(frozen=True, slots=True)
class Goal:
    """One row of the table. Without a floor it is shown and not gated, such as a peer that does less."""

    part: str
    key: str
    goal: str
    peer: str
    floor: Floor | None = None


def _at_least(ratio: float, aim: float | None = None) -> Floor:
    return Floor("at least", ratio, aim)


def _at_most(ratio: float, aim: float | None = None) -> Floor:
    return Floor("at most", ratio, aim)


_PGBENCH = "pgbench, the same four rows"
_UPDATE = "Single update, 32 connections"
_ORDINARY = "Ordinary route, hot routes off"
_RATE_AT = f"{_UPDATE}, `commit_delay` 1 ms"

INGEST = (
    Goal("ingest", "hot-full", f"{_UPDATE}, service alone", FULL, _at_least(14, 25)),
    Goal("ingest", "hot-bare", f"{_UPDATE}, service alone", BARE, _at_least(5)),
    Goal("ingest", "hot-pgbench", f"{_UPDATE}, service alone", _PGBENCH, _at_least(0.45, 0.65)),
    Goal("ingest", "all-full", f"{_UPDATE}, `all` with fold", FULL, _at_least(10, 16)),
    Goal("ingest", "all-bare", f"{_UPDATE}, `all` with fold", BARE, _at_least(4)),
    Goal("ingest", "slow-disk-full", _RATE_AT, FULL, _at_least(12)),
    Goal("ingest", "ordinary-full", f"{_ORDINARY}, service alone", FULL, _at_least(4, 6)),
    Goal("ingest", "ordinary-bare", f"{_ORDINARY}, service alone", BARE, _at_least(1.5, 2.2)),
    Goal("ingest", "ordinary-all-full", f"{_ORDINARY}, `all` with fold", FULL),
    Goal("ingest", "cpu-full", "CPU per update, application and PostgreSQL", FULL, _at_most(0.05, 0.035)),
    Goal("ingest", "cpu-ordinary-full", f"{_ORDINARY}, CPU per update", FULL),
)

_SMALL, _SAME = "the same with 1 k tasks", "a route that returns the same bytes"
_MEMORY, _FILTER, _PAST = "country and programmes", "any other filter", "`as_of`, with and without filters"

STATUS = (
    *(
        Goal("status", f"rows-{key}", f"Rows read for a status, {words}", _SMALL, _at_most(1.05))
        for key, words in (("memory", _MEMORY), ("filters", _FILTER), ("as_of", _PAST))
    ),
    Goal("status", "time-memory", f"Time of a status, {_MEMORY}", _SAME, _at_most(1.5)),
    Goal("status", "time-filters", f"Time of a status, {_FILTER}", _SAME, _at_most(4)),
    Goal("status", "time-as_of", f"Time of a status, {_PAST}", _SAME, _at_most(8)),
    Goal("status", "group-by", f"Status, {_MEMORY}", "`GROUP BY` (does less)", _at_least(20)),
)

_FOLD = "Fold, durable, with history, gaps and roll-ups, real Kafka"
FOLD = (
    Goal("fold", "raw", _FOLD, "raw aiokafka", _at_least(0.1, 0.2)),
    Goal("fold", "orm", _FOLD, "one ORM transaction per event, the same rows", _at_least(20, 50)),
    Goal("fold", "faststream", _FOLD, "FastStream, batches (does less)"),
    Goal("fold", "bytewax", _FOLD, "Bytewax (does less)"),
)
RELAY = (
    Goal("relay", "bare", "Relay, events of tasks, real Kafka", "bare `send_batch`, same bytes", _at_least(0.15, 0.3)),
    Goal(
        "relay",
        "buffers",
        "Relay, buffers read per batch",
        "at the beginning of 1 M events beside an old snapshot",
        _at_most(1.1),
    ),
)

_FRESH = "Freshness, acknowledged → client of the stream, real Kafka"
FRESHNESS = (
    Goal("freshness", "p50", _FRESH, "30 ms", _at_most(1)),
    Goal("freshness", "bare", _FRESH, "bare publish → consume → write", _at_most(6)),
    Goal("freshness", "poller", _FRESH, "a 100-ms poller with the same fold", _at_least(3)),
    Goal("freshness", "loaded", f"{_FRESH}, under load", "reported"),
)

_STREAM = "Stream to 2,000 clients"
STREAM = (
    Goal("stream", "cpu-limit", f"{_STREAM}, CPU a broadcast", "`transport.write`", _at_most(1.6)),
    Goal("stream", "cpu-peer", f"{_STREAM}, CPU a broadcast", "sse-starlette", _at_most(0.4)),
    Goal("stream", "stuck", f"{_STREAM}, the others' p99 beside one that is stuck", "none is stuck", _at_most(1.1)),
    Goal("stream", "memory", "Memory a client of the stream, over 10,000", "15 KB", _at_most(1, 8 / 15)),
)

_DIRECT = "lock, read and the same statement, sent directly"
BULK = tuple(
    Goal("bulk", str(size), f"Bulk, {size:,} items a request", _DIRECT, _at_least(0.7, 0.85))
    for size in (1_000, 10_000)
)

_PACED = "p99 of an update at 70 % of capacity, open loop"
LATENCY = (
    Goal("latency", "p99-full", _PACED, f"{FULL} at 70 % of its own", _at_most(0.1)),
    Goal("latency", "p99", _PACED, "50 ms", _at_most(1, 0.4)),
    Goal("latency", "goodput", "Goodput at 3 × capacity", "peak", _at_least(0.9, 0.97)),
    Goal("latency", "overload-p99", "p99 of the accepted at 3 × capacity", "at 70 %", _at_most(3)),
)
TELEMETRY = (Goal("telemetry", "cpu", "CPU a request, a trace of every hundredth", "no trace", _at_most(1.05)),)
PROCESS = (
    Goal("process", "first", "First start with the demonstration, after the install", "60 s", _at_most(1)),
    Goal("process", "start", "Warm start of all in one process", "3 s", _at_most(1, 2 / 3)),
    Goal("process", "memory", "Resident memory after the demonstration", "180 MB", _at_most(1)),
)

_REBUILD = "Rebuild of the view of tasks"
REBUILD = (
    Goal("rebuild", "log", f"{_REBUILD}, from the event table", "the fold's rate", _at_least(0.5, 1)),
    Goal("rebuild", "kafka", f"{_REBUILD}, from Kafka", "the fold's rate", _at_least(0.5, 1)),
    Goal("rebuild", "readers", f"{_REBUILD}, answers that readers missed", "none", _at_most(0)),
)

_ALL = (INGEST, LATENCY, STATUS, FOLD, RELAY, FRESHNESS, STREAM, BULK, REBUILD, TELEMETRY, PROCESS)
GOALS: tuple[Goal, ...] = tuple(goal for part in _ALL for goal in part)


def goals_of(part: str) -> dict[str, Goal]:
    """The goals of one part by their key."""
    return {goal.key: goal for goal in GOALS if goal.part == part}
