"""What the README tells a newcomer to type works, word for word."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.e2e.platforms import Platform

pytestmark = pytest.mark.slow

README = Path(__file__).parents[2] / "README.md"


def commands() -> str:
    """The block of commands for each service."""
    blocks = re.findall(r"^```\w*\n(.*?)^```$", README.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    [block] = [block for block in blocks if "curl" in block]
    return str(block)


def test_every_command_of_the_readme_is_answered(one_process: Platform) -> None:
    sixclear = f"{shlex.quote(sys.executable)} -m sixclear.launcher"
    script = commands().replace("PORT=8000", f"PORT={one_process.announcement().address.rsplit(':', 1)[1]}")
    script = script.replace(".venv/bin/sixclear", sixclear).replace("curl ", "curl -sS --fail-with-body ")
    assert script.count("curl") == 6
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env=os.environ | {"SIXCLEAR_HOME": str(one_process.home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr
    assert '"total":1287' in run.stdout
    assert '"receipt_code":"' in run.stdout
    assert "<!doctype html>" in run.stdout.lower()
