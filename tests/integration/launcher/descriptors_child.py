"""A process with few descriptors: the embedded PostgreSQL, kept up, and the HTTP server. Told by lines on stdin.

`python descriptors_child.py FOLDER`; says `ready PORT PID`, then whatever `kept_up` says. `exhaust` takes every
descriptor that is left, says what it then finds, and gives them back after a second; `end` stops in order.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

import uvloop

from sixclear.common.runtime.postgres_server import PostgresServer
from sixclear.common.runtime.target import Check
from sixclear.common.settings import CommonSettings
from sixclear.launcher import descriptors, keeping
from sixclear.launcher.router import process_app
from sixclear.launcher.server import HttpServer, bind, seats_of

keeping._LOOK_SECONDS = 0.05
keeping._AFTER_FAILURE_SECONDS = 0.05


def say(line: str) -> None:
    print(line, flush=True)


async def main(folder: Path) -> None:
    descriptors.raise_limit()
    server = PostgresServer(folder / "postgres", ["sixclear_tasks"])
    await server.start()
    try:
        async with keeping.kept_up("PostgreSQL", server.running, server.start, say, lambda: True):
            http = HttpServer(
                process_app(lambda: [Check("database", server.running() is True)]),
                bind("127.0.0.1", 0),
                seats_of(CommonSettings()),
            )
            await http.start()
            pid = (server.data / "postmaster.pid").read_text().splitlines()[0]
            say(f"ready {http.port} {pid}")
            loop = asyncio.get_running_loop()
            while (line := (await loop.run_in_executor(None, sys.stdin.readline)).strip()) not in ("", "end"):
                assert line == "exhaust"
                await exhaust(server)
            await http.stop()
    finally:
        await server.stop()


async def exhaust(server: PostgresServer) -> None:
    taken = []
    before = time.process_time()
    try:
        while True:
            taken.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        found = server.running()
        await asyncio.sleep(1)  # twenty looks, and whatever strangers do meanwhile
        spent = time.process_time() - before
    for descriptor in taken:
        os.close(descriptor)
    say(f"exhausted {found} {spent < 0.5}")


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))
