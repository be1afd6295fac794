"""Which release runs, as a metric."""

from importlib.metadata import version

from prometheus_client import REGISTRY

from sixclear.launcher.build_info import tell_build
from sixclear.launcher.registry import SERVICES


def test_each_service_of_a_process_shows_its_release() -> None:
    tell_build(SERVICES)
    for service in SERVICES:
        labels = {"sixclear_service": service.name, "version": version("sixclear")}
        assert REGISTRY.get_sample_value("sixclear_build_info", labels) == 1
