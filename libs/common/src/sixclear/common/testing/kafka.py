"""A real Apache Kafka for tests: one broker per run, and one of its own for a test that kills it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sixclear.common.runtime.kafka_server import KafkaServer, KafkaUnavailable


@dataclass(frozen=True)
class Broker:
    """A broker that tests share; topics must be unique per test."""

    bootstrap_servers: str


def _start(folder: Path) -> KafkaServer:
    server = KafkaServer(folder)
    try:
        server.start()
    except KafkaUnavailable as error:
        shutil.rmtree(folder, ignore_errors=True)
        if os.environ.get("CI") == "true":
            pytest.fail(f"no Apache Kafka: {error}", pytrace=False)
        pytest.skip(f"no Apache Kafka: {error}")
    return server


def _started() -> Iterator[KafkaServer]:
    folder = Path(tempfile.mkdtemp(prefix="sixclear-kafka-"))
    server = _start(folder)
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def kafka_server() -> Iterator[Broker]:
    """The broker at SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS, else one started for this run."""
    given = os.environ.get("SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS")
    if given:
        yield Broker(given)
        return
    for server in _started():
        yield Broker(server.bootstrap_servers)


@pytest.fixture
def own_kafka() -> Iterator[KafkaServer]:
    """A broker that this test alone may kill, freeze and wipe."""
    yield from _started()
