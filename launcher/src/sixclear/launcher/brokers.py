"""The bus as the settings describe it: Kafka where brokers are named, else the logs of this process.

aiokafka is imported only where it is used: an image without brokers starts faster.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sixclear.common.bus.memory import MemoryBus
from sixclear.common.bus.protocol import Bus
from sixclear.common.clock import utc_now
from sixclear.common.events.log import EventLog
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.runtime.target import Target
from sixclear.common.settings import CommonSettings

if TYPE_CHECKING:
    from sixclear.common.bus.kafka import Security


def make_bus(settings: CommonSettings, logs: Mapping[str, EventLog], *, used: bool) -> Bus:
    """Kafka where brokers are named and `used` by a service of the process, else the in-process bus over `logs`."""
    if settings.kafka_bootstrap_servers is None or not used:
        return MemoryBus(logs)
    from sixclear.common.bus.kafka import KafkaBus

    return KafkaBus(settings.kafka_bootstrap_servers, security=security_of(settings))


def with_relay(target: Target, settings: CommonSettings) -> Target:
    """A target that publishes, with the relay that carries its events to Kafka; any other one as it is."""
    if target.event_log is None or settings.kafka_bootstrap_servers is None:
        return target
    from sixclear.common.relay.relay import Relay
    from sixclear.launcher.relaying import Relaying

    log = target.event_log
    relay = Relay(
        log,
        log.database,
        settings.kafka_bootstrap_servers,
        utc_now,
        installation=settings.installation,
        security=security_of(settings),
    )
    return Relaying(target, relay)


def security_of(settings: CommonSettings) -> "Security":
    """How the brokers are spoken to; raises CannotStart when what they ask for is missing or cannot be read."""
    from sixclear.common.bus.kafka import Security

    password = settings.kafka_password
    if settings.kafka_security_protocol.startswith("SASL") and not (settings.kafka_username and password):
        raise CannotStart(
            f"SIXCLEAR_KAFKA_SECURITY_PROTOCOL={settings.kafka_security_protocol} needs a name and a password.",
            "Set SIXCLEAR_KAFKA_USERNAME and SIXCLEAR_KAFKA_PASSWORD.",
        )
    security = Security(
        protocol=settings.kafka_security_protocol,
        ca_file=settings.kafka_ca_file,
        certificate_file=settings.kafka_certificate_file,
        key_file=settings.kafka_key_file,
        mechanism=settings.kafka_sasl_mechanism,
        username=settings.kafka_username,
        password=password.get_secret_value() if password else None,
    )
    try:
        security.options()
    except OSError as error:
        raise CannotStart(
            f"A certificate or key for Kafka cannot be used: {error.strerror or error}.",
            "Look at SIXCLEAR_KAFKA_CA_FILE, SIXCLEAR_KAFKA_CERTIFICATE_FILE and SIXCLEAR_KAFKA_KEY_FILE: PEM files.",
        ) from error
    return security
