"""The embedded Kafka: its life, and what it says where it cannot be had."""

import errno
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from sixclear.common.runtime import kafka_server
from sixclear.common.runtime.kafka_server import KafkaServer, KafkaUnavailable


def _answers(server: KafkaServer) -> bool:
    try:
        socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.mark.kafka
@pytest.mark.slow
def test_a_broker_is_stopped_killed_wiped_and_comes_back_at_the_same_address(own_kafka: KafkaServer) -> None:
    address, cluster = own_kafka.bootstrap_servers, own_kafka.cluster_id
    assert _answers(own_kafka)
    own_kafka.start()  # a second start changes nothing
    own_kafka.stop()
    assert not own_kafka.running()
    assert not _answers(own_kafka)
    own_kafka.start()
    own_kafka.wipe(same_cluster_id=False)
    own_kafka.start()
    assert _answers(own_kafka)
    assert own_kafka.bootstrap_servers == address
    assert own_kafka.cluster_id != cluster


@pytest.mark.kafka
def test_a_start_that_was_given_up_leaves_no_broker(own_kafka: KafkaServer) -> None:
    """Ctrl-C while Kafka starts: the start goes on in its thread, and what it starts is ended too."""
    own_kafka.wipe(same_cluster_id=True)
    with ThreadPoolExecutor(1) as beside:
        starting = beside.submit(own_kafka.start)
        own_kafka.stop(5.0)
        with suppress(KafkaUnavailable):
            starting.result(30)
    own_kafka.stop(5.0)
    assert not own_kafka.running()
    properties = str(own_kafka.folder / "server.properties")
    assert not [one for one in psutil.process_iter(["cmdline"]) if properties in (one.info["cmdline"] or [])]


def test_no_maven_is_said_clearly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SIXCLEAR_KAFKA_CACHE", str(tmp_path / "jars"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(KafkaUnavailable, match="install `mvn`"):
        kafka_server.ensure_jars()


def test_no_java_is_said_clearly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(KafkaUnavailable, match="install `java`"):
        KafkaServer(tmp_path / "kafka").start()


def test_a_fetch_that_fails_names_its_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    maven = tmp_path / "mvn"
    maven.write_text("#!/bin/sh\necho broken; exit 1\n")
    maven.chmod(0o755)
    monkeypatch.setenv("SIXCLEAR_KAFKA_CACHE", str(tmp_path / "jars"))
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    with pytest.raises(KafkaUnavailable, match=r"see .*jars\.log"):
        kafka_server.ensure_jars()
    assert not (tmp_path / "jars" / "complete").exists()


def test_a_broker_that_cannot_be_asked_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = KafkaServer(tmp_path)
    process = subprocess.Popen(["sleep", "60"])
    monkeypatch.setattr(server, "_process", process)

    def none_left(*arguments: object, **named: object) -> socket.socket:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(socket, "create_connection", none_left)
    with pytest.raises(KafkaUnavailable, match="cannot be told"):
        server._await_port(0.2)
    assert server.running()
    monkeypatch.undo()
    process.kill()
    process.wait(10)
