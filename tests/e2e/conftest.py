"""One platform of each kind for the whole run: loading the demonstration takes most of the time."""

import asyncio
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.e2e.platforms import Platform, free_ports

from sixclear.common.testing.kafka import Broker


def _started(mode: str, home: Path, ports: int) -> Iterator[Platform]:
    platform = Platform(mode, home, free_ports(ports))
    try:
        platform.start()
        with ThreadPoolExecutor(1) as beside:  # a browser test may hold this thread's loop
            beside.submit(lambda: asyncio.run(platform.settled())).result()
        yield platform
        assert platform.stop() < 10, platform.log[-4000:]
    finally:
        platform.end()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def one_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """`make run`: every service in one process."""
    yield from _started("run", tmp_path_factory.mktemp("one_process"), 1)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory, kafka_server: Broker) -> Iterator[Platform]:
    """`make cluster`: one process per service on a real Apache Kafka, which `kafka_server` shows can be had."""
    yield from _started("cluster", tmp_path_factory.mktemp("cluster"), 8)


@pytest.fixture(params=["one_process", pytest.param("cluster", marks=pytest.mark.kafka)])
def platform(request: pytest.FixtureRequest) -> Platform:
    """The same product, both ways."""
    started: Platform = request.getfixturevalue(request.param)
    return started
