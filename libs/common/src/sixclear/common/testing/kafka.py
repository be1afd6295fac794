"""A real Apache Kafka for tests: one broker per run, and one of its own for a test that kills it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from sixclear.common.runtime.kafka_server import KafkaServer, KafkaUnavailable


@dataclass(frozen=True)
class Broker:
    """A broker that tests share; topics must be unique per test."""

    bootstrap_servers: str


@contextmanager
def started_broker(server: KafkaServer) -> Iterator[KafkaServer]:
    """The broker, running; gone with its folder afterwards. Without Kafka the test is skipped, in CI failed."""
    try:
        server.start()
    except KafkaUnavailable as error:
        shutil.rmtree(server.folder, ignore_errors=True)
        if os.environ.get("CI") == "true":
            pytest.fail(f"no Apache Kafka: {error}", pytrace=False)
        pytest.skip(f"no Apache Kafka: {error}")
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(server.folder, ignore_errors=True)


def _new_broker() -> KafkaServer:
    return KafkaServer(Path(tempfile.mkdtemp(prefix="sixclear-kafka-")))


@pytest.fixture(scope="session")
def kafka_server() -> Iterator[Broker]:
    """The broker at SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS, else one started for this run."""
    given = os.environ.get("SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS")
    if given:
        yield Broker(given)
        return
    with started_broker(_new_broker()) as server:
        yield Broker(server.bootstrap_servers)


@pytest.fixture
def own_kafka() -> Iterator[KafkaServer]:
    """A broker that this test alone may kill, freeze and wipe."""
    with started_broker(_new_broker()) as server:
        yield server
