"""Brokers as a country runs them: encrypted, and open only to those who prove who they are."""

import dataclasses
import gc
import socket
import time
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from sixclear.common.bus.envelope import Record
from sixclear.common.bus.kafka import BatchProducer, BrokerView, KafkaFailed, Security
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.runtime.kafka_server import KafkaServer, free_port
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.authority import Authority
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.kafka import started_broker
from sixclear.launcher.brokers import security_of

PASSWORD = "a password of the test"


@dataclasses.dataclass(frozen=True)
class SecuredBroker:
    """A broker with one listener that asks for a password and one that asks for a certificate, both encrypted."""

    authority: Authority
    by_password: str
    by_certificate: str


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredBroker]:
    folder = tmp_path_factory.mktemp("secured")
    authority = Authority(folder)
    certificate, key = authority.certificate("broker")
    (folder / "keystore.pem").write_bytes(key.read_bytes() + certificate.read_bytes())
    ports = {name: free_port() for name in ("PLAINTEXT", "SASL_SSL", "SSL")}
    listeners = ",".join(f"{name}://127.0.0.1:{port}" for name, port in ports.items())
    controller_port = free_port()
    properties = {
        "listeners": f"{listeners},CONTROLLER://127.0.0.1:{controller_port}",
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "advertised.listeners": listeners,
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL,CONTROLLER:PLAINTEXT",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
        "listener.name.ssl.ssl.client.auth": "required",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(folder / "keystore.pem"),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(authority.file),
    }
    users = ["--add-scram", f"SCRAM-SHA-512=[name=sixclear,password={PASSWORD}]"]
    server = KafkaServer(folder / "kafka", port=ports["PLAINTEXT"], properties=properties, format_options=users)
    with started_broker(server):
        yield SecuredBroker(authority, f"127.0.0.1:{ports['SASL_SSL']}", f"127.0.0.1:{ports['SSL']}")


def _open_sockets() -> set[socket.socket]:
    return {one for one in gc.get_objects() if isinstance(one, socket.socket) and one.fileno() != -1}


@pytest_asyncio.fixture
async def closed_afterwards() -> AsyncIterator[None]:
    """Every connection that a test makes is closed before its loop is: TLS closes with a word from both sides.

    aiokafka does not wait for the connection on which it could not prove who it is; a busy broker ends it later.
    """
    before = _open_sockets()
    yield

    async def closed() -> bool:
        return _open_sockets() <= before

    await eventually(closed, within_seconds=20)


def by_password(broker: SecuredBroker) -> Security:
    return Security(protocol="SASL_SSL", ca_file=broker.authority.file, username="sixclear", password=PASSWORD)


def by_certificate(broker: SecuredBroker) -> Security:
    certificate, key = broker.authority.certificate("sixclear")
    return Security(protocol="SSL", ca_file=broker.authority.file, certificate_file=certificate, key_file=key)


async def send_one(address: str, security: Security, topic: str) -> int:
    """Make a topic, send a record to it, and answer where it ended up."""
    view = BrokerView(address, security)
    producer = BatchProducer(address, security, timeout_seconds=5.0)
    try:
        await view.start()
        await view.create([topic], partitions=1)
        await producer.start()
        [sent] = await producer.send(topic, 0, [Record(b"key", b"{}", [])])
        return sent.last_offset
    finally:
        await producer.stop()
        await view.stop()


@pytest.mark.kafka
@pytest.mark.asyncio
@pytest.mark.usefixtures("closed_afterwards")
async def test_a_client_with_a_password_or_a_certificate_sends(broker: SecuredBroker) -> None:
    assert await send_one(broker.by_password, by_password(broker), "sixclear.x.password.v1") == 0
    assert await send_one(broker.by_certificate, by_certificate(broker), "sixclear.x.certificate.v1") == 0


@pytest.mark.kafka
@pytest.mark.asyncio
@pytest.mark.parametrize(
    "wrong", [{"password": "another"}, {"username": "nobody"}, {"ca_file": None}, {"protocol": "SASL_PLAINTEXT"}]
)
@pytest.mark.usefixtures("closed_afterwards")
async def test_who_cannot_prove_it_is_refused_within_seconds(broker: SecuredBroker, wrong: dict[str, str]) -> None:
    security = dataclasses.replace(by_password(broker), **wrong)  # type: ignore[arg-type]
    began = time.monotonic()
    with pytest.raises(KafkaFailed):
        await send_one(broker.by_password, security, "sixclear.x.refused.v1")
    assert time.monotonic() - began < 20


def test_a_password_is_never_shown() -> None:
    assert "secret" not in repr(Security(protocol="SASL_SSL", username="sixclear", password="secret"))


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"kafka_security_protocol": "SASL_SSL"}, "SIXCLEAR_KAFKA_USERNAME"),
        ({"kafka_security_protocol": "SSL", "kafka_ca_file": "/nowhere/ca.pem"}, "SIXCLEAR_KAFKA_CA_FILE"),
        ({"kafka_security_protocol": "SSL", "kafka_ca_file": __file__}, "SIXCLEAR_KAFKA_CA_FILE"),
    ],
)
def test_what_is_missing_is_said_before_anything_starts(given: dict[str, str], named: str) -> None:
    settings = CommonSettings(kafka_bootstrap_servers="127.0.0.1:9092", **given)  # type: ignore[arg-type]
    with pytest.raises(CannotStart) as refused:
        security_of(settings)
    assert named in refused.value.way_out
