"""Alerts ring when they should and are quiet when all is well, as Prometheus itself reads them."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.alerts import ALERTS, ROOT, RULE_TESTS, alert_rules, described, metrics_of
from tests.contract.rendered import of
from tests.promtool import promtool

from sixclear.launcher.registry import SERVICES

OPERATOR = ROOT / "deploy/examples/prometheus-operator"
_SERIES = re.compile(r"(\w+)(?:\{(.*)\})?")
# What Prometheus adds to each series.
_TARGET = {"job", "instance"}


def test_the_rules_are_valid() -> None:
    assert f"SUCCESS: {len(alert_rules())} rules found" in promtool("check", "rules", ALERTS)


def test_each_alert_fires_and_is_quiet_as_its_examples_say() -> None:
    assert "SUCCESS" in promtool("test", "rules", RULE_TESTS)


def test_each_alert_has_an_example_that_fires_and_one_that_does_not() -> None:
    fires, quiet = set[str](), set[str]()
    for group in _groups():
        for one in group["alert_rule_test"]:
            (fires if one["exp_alerts"] else quiet).add(one["alertname"])
    names = {rule["alert"] for rule in alert_rules()}
    assert fires == names
    assert quiet == names


def test_when_all_is_down_somebody_is_called() -> None:
    down = next(group for group in _groups() if group["name"] == "all is down for 15 minutes")
    assert {series["series"].partition("{")[0] for series in down["input_series"]} == {"up"}
    called = [alert for one in down["alert_rule_test"] for alert in one["exp_alerts"]]
    assert any(alert["exp_labels"]["severity"] == "page" for alert in called)


def test_no_service_can_be_gone_unnoticed() -> None:
    (rule,) = (rule for rule in alert_rules() if rule["alert"] == "ServiceDown")
    noticed = re.findall(r'absent\(sixclear_build_info\{sixclear_service="([\w-]+)"\}\)', rule["expr"])
    assert sorted(noticed) == sorted(service.name for service in SERVICES)


def test_the_example_for_the_prometheus_operator_reaches_every_process_and_has_every_rule() -> None:
    monitor = yaml.safe_load((OPERATOR / "service-monitor.yaml").read_text(encoding="utf-8"))
    wanted, (endpoint,) = monitor["spec"]["selector"]["matchLabels"], monitor["spec"]["endpoints"]
    services = of("prod", "Service")
    assert {service.name for service in SERVICES} <= set(services)
    for service in SERVICES:
        found = services[service.name]
        assert wanted.items() <= found["metadata"]["labels"].items()
        assert endpoint["port"] in {port["name"] for port in found["spec"]["ports"]}
        assert found["metadata"]["namespace"] == monitor["metadata"]["namespace"]
    printed = subprocess.run(["sh", OPERATOR / "prometheus-rule.sh"], capture_output=True, text=True, check=True)
    rule = yaml.safe_load(printed.stdout)
    assert rule["kind"] == "PrometheusRule"
    assert [one for group in rule["spec"]["groups"] for one in group["rules"]] == alert_rules()


@pytest.mark.parametrize("rule", alert_rules(), ids=lambda rule: rule["alert"])
def test_an_alert_reads_metrics_that_the_page_has(rule: dict[str, Any]) -> None:
    for name in metrics_of(rule["expr"]):
        assert name in described(), f"{name} is not in docs/reference/metrics.md"


def test_the_dashboard_asks_for_metrics_that_there_are_in_words_that_prometheus_knows(tmp_path: Path) -> None:
    board = json.loads((ROOT / "deploy/examples/grafana/sixclear.json").read_text(encoding="utf-8"))
    asked = {panel["title"]: target["expr"] for panel in board["panels"] for target in panel["targets"]}
    assert len(asked) == len(board["panels"])
    for title, expression in asked.items():
        assert metrics_of(expression), title
        assert metrics_of(expression) <= set(described()), title
    rules = [{"record": f"panel:{number}", "expr": expression} for number, expression in enumerate(asked.values())]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    assert f"SUCCESS: {len(rules)} rules found" in promtool("check", "rules", tmp_path / "rules.yaml")


def test_examples_have_the_labels_that_metrics_have() -> None:
    """An example with a label of its own making proves nothing of a running platform."""
    seen = 0
    for group in _groups():
        for series in group["input_series"]:
            name, labels = _read(series["series"])
            for family in metrics_of(name):
                assert labels - _TARGET <= described()[family][1] | {"le"}, series["series"]
                seen += 1
    assert seen > 50, "nothing was checked"


def _read(series: str) -> tuple[str, set[str]]:
    match = _SERIES.fullmatch(series)
    assert match is not None, series
    return match[1], set(re.findall(r"(\w+)=", match[2] or ""))


def _groups() -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = yaml.safe_load(RULE_TESTS.read_text(encoding="utf-8"))["tests"]
    return groups
