"""What a running platform tells Prometheus: by the names and labels that alerts and the page of metrics have."""

import re

import httpx2
import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from tests.alerts import alert_rules, described, metrics_of
from tests.e2e.platforms import Platform
from tests.promtool import promtool

_COMMON = re.compile(r"(python|process)_")


@pytest.fixture
def scrapes(platform: Platform) -> dict[str, str]:
    """What each process of the platform tells, by its address."""
    place = platform.announcement()
    addresses = {place.address, place.issuer, *place.services.values()}
    return {address: httpx2.get(f"{address}/metrics", timeout=30).text for address in sorted(addresses)}


def test_every_process_tells_metrics_that_prometheus_takes_without_a_warning(scrapes: dict[str, str]) -> None:
    for address, text in scrapes.items():
        assert "process_open_fds" in text, address
        assert promtool("check", "metrics", text=text) == ""


def test_every_metric_is_named_and_described_as_the_page_has_it(scrapes: dict[str, str]) -> None:
    told = {name: metric for text in scrapes.values() for name, metric in _families(text).items()}
    assert {name for name in told if not name.startswith("sixclear_")} == set()
    assert {name: metric.type for name, metric in told.items()} == {
        name: kind for name, (kind, _) in described().items()
    }
    for text in scrapes.values():
        for name, metric in _families(text).items():
            for sample in metric.samples:
                assert set(sample.labels) - {"le"} == described()[name][1], sample


def test_every_metric_of_an_alert_is_there(scrapes: dict[str, str]) -> None:
    told = {name for text in scrapes.values() for name in _families(text)}
    for rule in alert_rules():
        missing = metrics_of(rule["expr"]) - told
        assert not missing, f"{rule['alert']} can never fire: no process tells {missing}"


def test_each_service_shows_its_release_and_its_connections(scrapes: dict[str, str]) -> None:
    whole = "\n".join(scrapes.values())
    for service in ("portal", "tasks", "feedback", "data-catalog", "monitoring"):
        assert re.search(
            rf'^sixclear_build_info{{sixclear_service="{service}",version="[^"]+"}} 1', whole, re.MULTILINE
        )
        if service != "portal":
            assert f'sixclear_database_connections_limit{{pool="sixclear-{service}"' in whole


def _families(text: str) -> dict[str, Metric]:
    """Every family by the name that its samples and rules have, without those of every Python process."""
    found = {}
    for metric in text_string_to_metric_families(text):
        name = f"{metric.name}_total" if metric.type == "counter" else metric.name
        if not _COMMON.match(name):
            found[name] = metric
    return found
