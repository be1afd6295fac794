"""What a database failure means to the caller: a conflict, a passing difficulty, a value that no column can hold."""

import asyncpg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from sixclear.common.db import DISK_FULL
from sixclear.common.errors import Conflict, DomainError, InternalError, InvalidRequest, Unavailable

# unique, foreign key and exclusion violations: what two concurrent requests can still do to each other after the checks
_CONFLICTS = frozenset({"23505", "23503", "23P01"})
# serialization failure, deadlock, lock timeout, statement timeout, transaction and idle timeouts, read-only server
_PASSING = frozenset({"40001", "40P01", "55P03", "57014", "25P03", "25P04", "25006"})
# of these, what ends a statement or a transaction that takes too long
_OUT_OF_TIME = frozenset({"57014", "25P03", "25P04"})
# connection exceptions, insufficient resources, shutdown and crash of the server
_PASSING_CLASSES = ("08", "53", "57P")
# refused by the driver before it asks the server, out of range, NUL in text, impossible and overflowing dates
_BAD_VALUES = frozenset({"22000", "22003", "22021", "22008", "22007"})


_DISK_FULL = "The disk of the database is full: nothing was stored. What is there can be read. Please try again later."
_AFTER_DISK_FULL_SECONDS = 30
_TOO_LONG = (
    "The request took longer than the database may, and nothing was stored. Send it again; if it holds several items, "
    "send fewer at a time."
)

DatabaseError = SQLAlchemyError | OSError | asyncpg.PostgresError | asyncpg.InterfaceError | asyncpg.InternalClientError


def problem_for(error: DatabaseError) -> DomainError:
    """The refusal that stands for `error`; `InternalError` when it is a fault of ours."""
    if isinstance(error, PoolTimeout | OSError):
        return Unavailable()
    if isinstance(error, DBAPIError):
        return _for_driver_error(error)
    if isinstance(error, asyncpg.PostgresError):
        return _for_state(error.sqlstate)
    # The second is what the driver says of a session that the server has just ended.
    if isinstance(error, asyncpg.InterfaceError) or type(error) is asyncpg.InternalClientError:
        return Unavailable()
    return InternalError()


def disk_full(error: DatabaseError) -> bool:
    """Whether the server has no space left; that is said in a line, for each request would say the same."""
    return getattr(getattr(error, "orig", error), "sqlstate", None) == DISK_FULL


def _for_driver_error(error: DBAPIError) -> DomainError:
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return _for_state(state)
    return Unavailable() if error.connection_invalidated or _lost_connection(error) else InternalError()


def _lost_connection(error: DBAPIError) -> bool:
    cause = getattr(error.orig, "__cause__", None)
    return isinstance(cause, OSError | asyncpg.InterfaceError | asyncpg.PostgresConnectionError)


def _for_state(state: str | None) -> DomainError:
    if state in _CONFLICTS:
        return Conflict("Another request changed the same thing at the same time. Read it again, then retry.")
    if state == DISK_FULL:
        return Unavailable(_DISK_FULL, retry_after_seconds=_AFTER_DISK_FULL_SECONDS)
    if state in _OUT_OF_TIME:
        return Unavailable(_TOO_LONG)
    if state in _PASSING or (state or "").startswith(_PASSING_CLASSES):
        return Unavailable()
    if state in _BAD_VALUES:
        return InvalidRequest("A value is out of range.")
    return InternalError()
