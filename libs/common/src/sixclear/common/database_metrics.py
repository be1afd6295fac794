"""What a service's connections to PostgreSQL do: how many work, how many wait for one, and what fails."""

from prometheus_client import Counter, Gauge
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext

from sixclear.common.db import CountedPool, Database
from sixclear.common.metric_labels import SERVICE

# `pool` is the `application_name` under which PostgreSQL knows the connections too.
_LABELS = (SERVICE, "pool")

LIMIT = Gauge("sixclear_database_connections_limit", "Connections that a pool may hold.", _LABELS)
IN_USE = Gauge("sixclear_database_connections_in_use", "Connections that a request or task holds now.", _LABELS)
WAITING = Gauge("sixclear_database_connections_waiting", "Requests and tasks that wait for a connection now.", _LABELS)
FAILED = Counter(
    "sixclear_database_statements_failed_total",
    "Statements that failed, and connections that the server refused, by the first two characters of the SQLSTATE.",
    (*_LABELS, "sqlstate_class"),
)
_NO_STATE = "none"  # the connection broke, or our side gave up waiting


def measure_database(database: Database, service: str) -> None:
    """Count what fails on `database` from now on, and read its pool whenever metrics are asked for."""
    name, engine = database.application_name, database.engine.sync_engine

    def pool() -> CountedPool:
        made = engine.pool  # another one after each `close()`
        assert isinstance(made, CountedPool)
        return made

    def failed(failure: ExceptionContext) -> None:
        state = getattr(failure.original_exception, "sqlstate", None)
        FAILED.labels(service, name, state[:2] if isinstance(state, str) else _NO_STATE).inc()

    LIMIT.labels(service, name).set_function(lambda: pool().size())
    IN_USE.labels(service, name).set_function(lambda: pool().checkedout())
    WAITING.labels(service, name).set_function(lambda: pool().waiting)
    event.listen(engine, "handle_error", failed)
