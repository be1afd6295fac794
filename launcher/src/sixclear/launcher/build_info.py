"""Which release of which service a process runs, as a metric."""

from collections.abc import Sequence
from importlib.metadata import version

from prometheus_client import Gauge

from sixclear.common.metric_labels import SERVICE
from sixclear.launcher.registry import Service

BUILD = Gauge("sixclear_build_info", "1 for each service of the process, with its release.", (SERVICE, "version"))


def tell_build(services: Sequence[Service]) -> None:
    """Show the release beside each of `services`; alerts notice by it that a service is not there at all."""
    for service in services:
        BUILD.labels(service.name, version("sixclear")).set(1)
