"""What a person types wrong is said clearly, and what a command prints is what a process would use."""

import json
import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest
from tests.unit.common.transparency.made_log import MadeLog

from sixclear.launcher import commands
from sixclear.launcher.__main__ import main
from sixclear.launcher.configuration import effective


@pytest.mark.parametrize("position", ["-5", "0", "9223372036854775808"])
def test_a_position_that_is_none(position: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "--service", "tasks", f"--from={position}"]) == 1
    said = capsys.readouterr().err
    assert position in said
    assert "--from 1" in said


def test_an_entity_that_is_no_identifier(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "--service", "tasks", "--entity", "T-1"]) == 1
    assert "UUID" in capsys.readouterr().err


def test_the_public_address_is_shown_as_it_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIXCLEAR_PUBLIC_URL", raising=False)
    monkeypatch.setenv("PORT", "8123")
    assert "SIXCLEAR_PUBLIC_URL=http://127.0.0.1:8123" in effective([], supplied=frozenset())[0]
    monkeypatch.setenv("SIXCLEAR_PUBLIC_URL", "https://sixclear.example.vn")
    assert "SIXCLEAR_PUBLIC_URL=https://sixclear.example.vn" in effective([], supplied=frozenset())[0]


@pytest.mark.asyncio
async def test_nothing_to_try_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in [name for name in os.environ if name.startswith("SIXCLEAR_")]:
        monkeypatch.delenv(name)
    assert await commands.check_config(Namespace(target="all", connect=True)) == 0
    assert "nothing to try" in capsys.readouterr().out.splitlines()[-1]


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    program = f"{sys.executable} -m sixclear.launcher check-config; echo code $? >&2"
    done = subprocess.run(  # our own words, and a pipe is what is tested
        f"({program}) | true", shell=True, capture_output=True, text=True, cwd=tmp_path
    )
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_a_receipt_is_verified_at_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = MadeLog()
    log.fill(3)
    file = tmp_path / "-r.sixclear-receipt.json"
    file.write_text(json.dumps(log.receipt()), encoding="utf-8")
    assert main(["verify", f"--log={log.write(tmp_path / 'log')}", "--", str(file)]) == 0
    assert capsys.readouterr().out.startswith("verified: answered")
    file.write_text(json.dumps(log.receipt() | {"proof": None}), encoding="utf-8")
    assert main(["verify", str(file)]) == 2
    file.write_text("{}", encoding="utf-8")
    assert main(["verify", str(file)]) == 1
