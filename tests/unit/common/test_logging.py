"""Logging: every line is JSON that leads to its trace, and no line repeats what people wrote."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
import structlog.testing
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError

from sixclear.common.logging import configure_logging
from sixclear.common.settings import CommonSettings
from sixclear.common.telemetry import configure_telemetry, tracer


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the process logs to during the test."""
    written = io.StringIO()
    root = logging.getLogger()
    level = root.level
    configure_logging(CommonSettings(), stream=written)
    yield written
    for handler in [handler for handler in root.handlers if getattr(handler, "sixclear", False)]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    structlog.contextvars.clear_contextvars()


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_line_carries_trace_service_and_request(stream: io.StringIO) -> None:
    configure_telemetry("t-logging", CommonSettings())
    with (
        structlog.contextvars.bound_contextvars(service="tasks", request_id="r-1"),
        tracer("t-logging").start_as_current_span("work") as span,
    ):
        structlog.get_logger("sixclear.tasks").info("task reported", percent=40)

    (line,) = _lines(stream)
    assert line["event"] == "task reported"
    assert (line["service"], line["request_id"], line["percent"], line["level"]) == ("tasks", "r-1", 40, "info")
    assert line["trace_id"] == f"{span.get_span_context().trace_id:032x}"
    assert line["span_id"] == f"{span.get_span_context().span_id:016x}"
    assert line["timestamp"].endswith("Z")


def test_stdlib_loggers_take_the_same_way(stream: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-2"):
        logging.getLogger("some.library").warning("slow by %d ms", 12)
    logging.getLogger("httpx2").info("HTTP Request: GET http://x/?code=secret")

    (line,) = _lines(stream)
    assert (line["event"], line["logger"], line["request_id"]) == ("slow by 12 ms", "some.library", "r-2")


def test_credentials_and_contents_are_hidden(stream: io.StringIO) -> None:
    structlog.get_logger().info("request", authorization="Bearer abc", receipt_code="X", body="b", token="t", path="/a")

    (line,) = _lines(stream)
    assert {line[key] for key in ("authorization", "receipt_code", "body", "token")} == {"[hidden]"}
    assert line["path"] == "/a"


def test_errors_that_quote_input_keep_type_and_place_only(stream: io.StringIO) -> None:
    class Form(BaseModel):
        age: int

    failures: list[Exception] = [IntegrityError("INSERT", {"phone": "0912 secret"}, Exception("Key=(secret)"))]
    try:
        Form.model_validate({"age": "secret"})
    except ValidationError as error:
        failures.append(error)
    failures.append(ValueError("invalid literal: 'secret'"))
    for failure in failures:
        structlog.get_logger().error("request failed", exc_info=failure)

    assert "secret" not in stream.getvalue()
    types = [line["error"][0]["type"] for line in _lines(stream)]
    assert types == [
        "sqlalchemy.exc.IntegrityError",
        "pydantic_core._pydantic_core.ValidationError",
        "builtins.ValueError",
    ]


def test_own_failures_keep_text_cause_and_stack(stream: io.StringIO) -> None:
    try:
        try:
            raise OSError("disk is full")
        except OSError as error:
            raise RuntimeError("checkpoint failed") from error
    except RuntimeError:
        logging.getLogger("sixclear").exception("stopped")

    failure, cause = _lines(stream)[0]["error"]
    assert (failure["text"], cause["text"]) == ("checkpoint failed", "disk is full")
    assert failure["stack"][0].endswith("test_own_failures_keep_text_cause_and_stack")


def test_file_takes_everything_and_the_terminal_only_warnings(tmp_path: Path, stream: io.StringIO) -> None:
    file = tmp_path / "logs" / "sixclear.log"
    configure_logging(CommonSettings(), file=file, stream=stream)
    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud")

    assert [json.loads(line)["event"] for line in file.read_text().splitlines()] == ["quiet", "loud"]
    assert "loud" in stream.getvalue()
    assert "quiet" not in stream.getvalue()


def test_a_logger_used_before_the_second_configuration_is_still_heard(stream: io.StringIO) -> None:
    """A command configures the logs of a process in which loggers were used before."""
    log = structlog.get_logger("sixclear.early")
    log.info("before")
    configure_logging(CommonSettings(), stream=stream)
    with structlog.testing.capture_logs() as heard:
        log.info("after")
    assert [line["event"] for line in heard] == ["after"]
