"""A process that runs out of descriptors: it goes on answering, and takes no healthy server for a dead one."""

import asyncio
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio

_CHILD = Path(__file__).with_name("descriptors_child.py")
_LIMIT = 500


class Process:
    """The child, with what it has said."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.port = self.pid = 0
        self.said: list[str] = []

    async def hears(self, word: str) -> list[str]:
        """The rest of its next line that begins with `word`; `said` keeps what it says of PostgreSQL meanwhile."""
        assert self.process.stdout is not None
        while line := (await asyncio.wait_for(self.process.stdout.readline(), 60)).decode().strip():
            if line.startswith(word):
                return line.split()[1:]
            if line.startswith("PostgreSQL"):
                self.said.append(line)
        raise AssertionError(f"the process ended: {self.said}")

    async def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        await self.process.stdin.drain()

    async def livez(self) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n")
        line = await asyncio.wait_for(reader.readline(), 10)
        writer.close()
        return int(line.split()[1])


def _few_descriptors() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (_LIMIT, _LIMIT))


@pytest_asyncio.fixture
async def child() -> AsyncIterator[Process]:
    folder = Path(tempfile.mkdtemp(prefix="sixclear-pg-"))
    process = Process(
        await asyncio.create_subprocess_exec(
            sys.executable,
            str(_CHILD),
            str(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            preexec_fn=_few_descriptors,
        )
    )
    port, pid = await process.hears("ready")
    process.port, process.pid = int(port), int(pid)
    yield process
    await process.tell("end")
    await asyncio.wait_for(process.process.wait(), 20)
    shutil.rmtree(folder, ignore_errors=True)


async def test_more_sockets_than_descriptors_stop_neither_probes_nor_the_database(child: Process) -> None:
    strangers = []
    for _ in range(_LIMIT + 100):
        _, writer = await asyncio.open_connection("127.0.0.1", child.port)
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{")
        strangers.append(writer)
    try:
        assert [await child.livez() for _ in range(5)] == [200] * 5
        assert psutil.Process(child.process.pid).num_fds() < _LIMIT - 50
        await child.tell("exhaust")
        await child.hears("exhausted")
    finally:
        for writer in strangers:
            writer.close()
    assert psutil.Process(child.pid).is_running()
    assert child.said == []


async def test_a_server_that_cannot_be_looked_at_is_not_taken_for_dead(child: Process) -> None:
    await child.tell("exhaust")
    strangers = [
        asyncio.create_task(asyncio.open_connection("127.0.0.1", child.port)) for _ in range(20)
    ]  # the accept loop meets the same want
    assert await child.hears("exhausted") == ["None", "True"]
    for _, writer in [await stranger for stranger in strangers]:
        writer.close()
    assert child.said == []
    assert psutil.Process(child.pid).is_running()
    assert await child.livez() == 200


async def test_every_command_raises_the_soft_limit() -> None:
    code = (
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, 2048))\n"
        "from sixclear.launcher.__main__ import main\n"
        "from sixclear.launcher import descriptors\n"
        "main(['targets'])\n"
        "print(*resource.getrlimit(resource.RLIMIT_NOFILE), descriptors.for_connections())\n"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=subprocess.PIPE)
    output, _ = await asyncio.wait_for(process.communicate(), 30)
    assert output.decode().splitlines()[-1] == "2048 2048 1664"
