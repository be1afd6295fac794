"""A log whose place is full loses lines and says so; no traceback, and it goes on once there is space."""

import errno
import io
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from tests.unit.common.test_logging import stream as stream  # a fixture

from sixclear.common.log_handlers import LOST, FileHandler, StreamHandler


def _record(said: str) -> logging.LogRecord:
    return logging.LogRecord("test", logging.WARNING, "", 0, said, None, None)


def _lost() -> float:
    return float(next(iter(LOST.collect())).samples[0].value)


class _Full(io.StringIO):
    """A file that takes three characters of a line."""

    def __init__(self, path: Path | None = None) -> None:
        super().__init__()
        self._path = path

    def write(self, text: str) -> int:
        if self._path is not None:
            self._path.write_text(self._path.read_text() + text[:3])
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_stream(capsys: pytest.CaptureFixture[str]) -> None:
    before = _lost()
    handler = StreamHandler(_Full())
    for number in range(3):
        handler.emit(_record(f"line {number}"))
    assert _lost() == before + 3
    said = capsys.readouterr().err
    assert said.count("\n") == 1, "once, not for each line"
    assert "No space left on device" in said
    assert "Traceback" not in said


def test_a_full_file_is_written_again_once_there_is_space(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "logs" / "sixclear.log"
    handler = FileHandler(path)
    handler.emit(_record("before"))

    with monkeypatch.context() as full:
        full.setattr(handler, "_open", lambda: _Full(path))
        handler.close()
        handler.emit(_record("while full"))
        handler.emit(_record("while full"))
    handler.emit(_record("after"))
    handler.close()
    assert path.read_text().splitlines()[0] == "before"
    assert path.read_text().splitlines()[-1] == "after", "a line of its own"
    assert "Traceback" not in capsys.readouterr().err


def test_an_error_that_is_named_in_a_line_quotes_no_row(stream: io.StringIO) -> None:
    import structlog
    from sqlalchemy.exc import IntegrityError

    row: Any = Exception("violates check\nDETAIL: Failing row contains (an.danh@example.vn)")
    failed = IntegrityError("INSERT", {"contact": "an.danh@example.vn"}, row)
    structlog.get_logger("t").warning("background work failed", error=failed)
    structlog.get_logger("t").warning("background work failed", error=OSError(errno.ENOSPC, "No space left"))
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first["error"] == "IntegrityError"
    assert "No space left" in second["error"]
