"""Starts every service as `sixclear run` does, and says what is loaded once all are ready."""

import asyncio
import sys

# As the command does before and after: what it offers, and the look for the demonstration.
import sixclear.launcher.__main__
import sixclear.launcher.demonstration  # noqa: F401
from sixclear.launcher.options import RunOptions
from sixclear.launcher.run import process
from sixclear.launcher.signals import Signals


async def _start() -> None:
    options = RunOptions(target="all", host="127.0.0.1", port=0, demo=False)
    with Signals(_say_nothing) as signals:
        async with process(options, signals, _say_nothing):
            print("LOADED", *sorted(sys.modules))


def _say_nothing(_line: str) -> None:
    pass


if __name__ == "__main__":
    asyncio.run(_start())
