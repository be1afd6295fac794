"""The public load tool `wrk`: as many requests as its connections can send, one after the other on each."""

import asyncio
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.country import Country

CONNECTIONS = 32
_REPORTS, _PATHS = Path(__file__).with_name("report.lua"), Path(__file__).with_name("paths.lua")
LACKS = "wrk is missing (Debian: apt-get install wrk)"


def has_wrk() -> bool:
    """Whether `wrk` is there."""
    return shutil.which("wrk") is not None


@dataclass(frozen=True, slots=True)
class Load:
    """What a run of `wrk` saw; `refused` answers are those of 400 and above."""

    requests: int
    refused: int
    broken: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def accepted(self) -> int:
        """Requests that were answered with a success."""
        return self.requests - self.refused


async def reports(country: Country, folder: Path, url: str, seconds: float, connections: int = CONNECTIONS) -> Load:
    """Reports at random for some seconds."""
    tokens, tasks = country.write(folder)
    return await _run(_REPORTS, url, seconds, connections, BENCH_TOKENS=str(tokens), BENCH_TASKS=str(tasks))


async def readings(paths: Sequence[str], folder: Path, url: str, seconds: float, connections: int = 2) -> Load:
    """GETs of these paths at random for some seconds."""
    listed = folder / "paths.txt"
    listed.write_text("\n".join(paths) + "\n")
    return await _run(_PATHS, url, seconds, connections, BENCH_PATHS=str(listed))


async def _run(script: Path, url: str, seconds: float, connections: int, **variables: str) -> Load:
    process = await asyncio.create_subprocess_exec(
        "wrk",
        *("-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "10s", "-s", str(script), url),
        env={**os.environ, **variables},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output = (await process.communicate())[0].decode()
    found = next((line for line in output.splitlines() if line.startswith("BENCH ")), None)
    if found is None:
        raise RuntimeError(f"wrk said no figures:\n{output}")
    said = json.loads(found.removeprefix("BENCH "))
    return Load(
        requests=said["requests"],
        refused=said["refused"],
        broken=said["broken"],
        seconds=said["microseconds"] / 1e6,
        p50_ms=said["p50_us"] / 1e3,
        p99_ms=said["p99_us"] / 1e3,
    )
