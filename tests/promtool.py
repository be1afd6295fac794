"""Prometheus's own checks of rules and of scrapes."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROMTOOL = shutil.which("promtool")


def promtool(*arguments: str | Path, text: str | None = None) -> str:
    """What promtool says of its arguments and of `text`; fails when it refuses them.

    Without promtool the test is skipped, in CI failed.
    """
    if PROMTOOL is None:
        message = "No promtool on this machine: install the package `prometheus` to check alerts and metrics."
        if os.environ.get("CI") == "true":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    done = subprocess.run(
        [PROMTOOL, *map(str, arguments)], input=text, capture_output=True, text=True, timeout=60, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said
