"""One platform of each kind for the whole run: loading the demonstration takes most of the time."""

import asyncio
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.e2e.platforms import Platform, free_ports

from sixclear.common.testing.kafka import Broker

# The portal comes first, then the other services in the launcher's order.
_MONITORING = 4


def _started(platform: Platform) -> Iterator[Platform]:
    home = platform.home
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
    yield from _started(Platform("run", tmp_path_factory.mktemp("one_process"), free_ports(1)))


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory, kafka_server: Broker) -> Iterator[Platform]:
    """`make cluster`: one process per service on a real Apache Kafka, which `kafka_server` shows can be had.

    It is told of a collector, as most installations are. Here that is monitoring's own store, whose pages tests read.
    """
    port = free_ports(8)
    collector = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port + _MONITORING}/api/monitoring/v1/otlp",
        "OTEL_BSP_SCHEDULE_DELAY": "500",
    }
    yield from _started(Platform("cluster", tmp_path_factory.mktemp("cluster"), port, environment=collector))


@pytest.fixture(params=["one_process", pytest.param("cluster", marks=pytest.mark.kafka)])
def platform(request: pytest.FixtureRequest) -> Platform:
    """The same product, both ways."""
    started: Platform = request.getfixturevalue(request.param)
    return started
