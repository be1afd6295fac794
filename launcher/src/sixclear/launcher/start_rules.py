"""What must hold before a process starts: checked by `run`, and told all at once by `check-config`."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings, http_address
from sixclear.launcher.brokers import security_of
from sixclear.launcher.options import embeds_issuer
from sixclear.launcher.registry import SERVICES, Service
from sixclear.launcher.stream_reports import require_whole_client

_LIBPQ_FILES = ("PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY", "PGSSLCRL")
_LIBPQ_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def require_sources(settings: CommonSettings, services: Sequence[Service]) -> None:
    """Raises CannotStart for a service that reads events which can reach this process in no way."""
    here = {service.name for service in services}
    for service in services:
        if settings.kafka_bootstrap_servers is None and service.reads - here:
            raise CannotStart(
                f"{service.name} reads the events of {', '.join(sorted(service.reads))}: they are not in this process.",
                "Name the brokers that carry them, SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS=host:port, or run all in one"
                " process: --target all",
            )


def require_introspection(settings: CommonSettings, services: Sequence[Service]) -> None:
    """Raises CannotStart where tokens are looked at here and no provider could be asked: then no caller would get in.

    The portal, which looks at none, may have the settings of all without the secret.
    """
    if settings.identity_introspection == "off" or not any(service.has_database for service in services):
        return
    if not settings.outside_provider or (settings.identity_introspection == "on" and settings.issuer_url is None):
        raise CannotStart(
            "SIXCLEAR_IDENTITY_INTROSPECTION is on, and no outside provider is named.", "Set SIXCLEAR_ISSUER_URL."
        )
    if settings.identity_introspection_client and settings.identity_introspection_secret:
        return
    if settings.identity_introspection_client or settings.identity_introspection_secret or not settings.client_id:
        raise CannotStart(
            "SIXCLEAR_IDENTITY_INTROSPECTION is on, and there is no client with a secret that could ask.",
            "Set SIXCLEAR_IDENTITY_INTROSPECTION_CLIENT and …_SECRET_FILE, or SIXCLEAR_CLIENT_ID with its secret.",
        )


def broken_rules(settings: CommonSettings, services: Sequence[Service], target: str) -> Iterator[str]:
    """A line for each rule under which a process of `target` would not start; never a value."""
    rules: list[Callable[[], object]] = [
        lambda: embeds_issuer(settings, target),
        lambda: require_sources(settings, services),
        lambda: require_whole_client(settings),
        lambda: require_introspection(settings, services),
        lambda: settings.kafka_bootstrap_servers is not None and security_of(settings),
        lambda: _require_files(settings),
        _require_libpq,
        _require_addresses,
    ]
    for rule in rules:
        try:
            rule()
        except CannotStart as refused:
            yield f"{refused.reason} {refused.way_out}"


def _require_files(settings: CommonSettings) -> None:
    named = {
        "SIXCLEAR_CLIENT_SECRET_FILE": settings.client_secret_file,
        "SIXCLEAR_IDENTITY_CA_FILE": settings.identity_ca_file,
        "SIXCLEAR_KAFKA_CA_FILE": settings.kafka_ca_file,
        "SIXCLEAR_KAFKA_CERTIFICATE_FILE": settings.kafka_certificate_file,
        "SIXCLEAR_KAFKA_KEY_FILE": settings.kafka_key_file,
    }
    missing = [name for name, path in named.items() if path is not None and not _readable(path)]
    if missing:
        raise CannotStart(f"The file of {', '.join(missing)} cannot be read.", "Name one that is there.")


def _require_libpq() -> None:
    missing = [name for name in _LIBPQ_FILES if os.environ.get(name) and not _readable(Path(os.environ[name]))]
    if missing:
        raise CannotStart(f"The file of {', '.join(missing)} cannot be read.", "Name one that is there.")
    if os.environ.get("PGSSLMODE", "prefer") not in _LIBPQ_MODES:
        raise CannotStart("PGSSLMODE is no mode.", f"Write one of {', '.join(_LIBPQ_MODES)}.")


def _require_addresses() -> None:
    for service in SERVICES:
        variable = f"{service.variable}_URL"
        try:
            http_address(os.environ.get(variable) or "http://unused")
        except ValueError as error:
            raise CannotStart(f"{variable} is no address.", f"{str(error).capitalize()}.") from None


def _readable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.R_OK)
