"""The log and a receipt of it, checked by the Go libraries of others (transparency-dev/formats, sumdb/tlog)."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.unit.common.transparency.made_log import ANNA, LOG, MadeLog, changed

pytestmark = pytest.mark.long
SOURCES = Path(__file__).parent / "foreign"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("go") is None:
        if os.environ.get("CI"):
            pytest.fail("no Go: the log cannot be checked by a foreign program")
        pytest.skip("no Go: the log cannot be checked by a foreign program")
    built = tmp_path_factory.mktemp("go") / "foreign"
    subprocess.run(["go", "build", "-o", str(built), "."], cwd=SOURCES, check=True)
    return built


def run(program: Path, folder: str, receipt: dict[str, str | None]) -> tuple[int, str]:
    file = Path(folder).with_suffix(".sixclear-receipt.json")
    file.write_text(json.dumps(receipt), encoding="utf-8")
    command = [str(program), folder, str(LOG.verifier), str(ANNA.verifier), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout


@pytest.mark.parametrize("before", [0, 1, 255, 256, 700, 66_000])
def test_a_foreign_program_confirms_log_and_receipt(program: Path, tmp_path: Path, before: int) -> None:
    log = MadeLog()
    log.fill(before)
    receipt = log.receipt()
    log.fill(100)
    assert run(program, log.write(tmp_path / "log"), receipt) == (0, "")


def test_a_foreign_program_finds_what_was_bent(program: Path, tmp_path: Path) -> None:
    log = MadeLog()
    log.fill(700)
    receipt = log.receipt()
    bent = MadeLog(entries=changed(log.entries, 300))
    assert run(program, bent.write(tmp_path / "changed"), receipt)[0] == 1
    assert run(program, log.write(tmp_path / "log"), receipt | {"salt": "A" * 43 + "="})[0] == 1
