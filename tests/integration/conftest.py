"""The server of these tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sixclear.common.testing.postgres import TestServer, started_server

_MEMORY = Path("/dev/shm")
_LEAST_FREE = 4 << 30


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[TestServer]:
    """PostgreSQL that keeps nothing on a disk, if it can: processes are killed here, machines are not.

    A database is three hundred files. To make and drop one for each test takes a fifth of a second of a core where they
    are written to a disk that is busy, in memory a fortieth. A container may have too little of that.
    """
    enough = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _LEAST_FREE
    below = _MEMORY if enough else None
    with started_server(below, "FILE_COPY", fsync="off", full_page_writes="off") as server:
        yield server
