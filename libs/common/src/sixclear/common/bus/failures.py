"""What a failure tells: that waiting helps, that a smaller batch helps, or that the message itself is wrong."""

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

# SQLSTATE classes that tell of the server's state, not of the message: connection, rollback, resources, lock, shutdown.
_PASSING_SQLSTATES = ("08", "40", "53", "55", "57P", "58")
# Serialization failure, deadlock, lock not available, statement cancelled, idle and transaction timeouts.
_OVERLOAD_SQLSTATES = frozenset({"40001", "40P01", "55P03", "57014", "25P03", "25P04"})


class HandledTooLong(Exception):
    """The handler did not come back in its time."""


def passing(error: BaseException) -> bool:
    """Whether waiting may help: the database or the network is away or too busy, not the message wrong."""
    if overloaded(error) or isinstance(error, OSError | PoolTimeoutError):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state = _sqlstate(error)
    return state is not None and state.startswith(_PASSING_SQLSTATES)


def overloaded(error: BaseException) -> bool:
    """Whether the work took too long or got in another's way, so that a smaller batch may get through.

    A session that the server ended in the middle counts too: it does so to a transaction that is out of time, and the
    driver does not always hear why.
    """
    if isinstance(error, HandledTooLong | TimeoutError):
        return True
    return _sqlstate(error) in _OVERLOAD_SQLSTATES or (isinstance(error, DBAPIError) and error.connection_invalidated)


def _sqlstate(error: BaseException) -> str | None:
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    return state if isinstance(state, str) else None
