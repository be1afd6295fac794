"""The server of these tests."""

from collections.abc import Iterator

import pytest

from sixclear.common.testing.postgres import TestServer, started_server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[TestServer]:
    """PostgreSQL that leaves writing to the operating system: processes are killed here, machines are not.

    A database that is made and dropped for each test waits for the disk several times otherwise.
    """
    with started_server(fsync="off", full_page_writes="off") as server:
        yield server
