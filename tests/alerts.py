"""What the alerts say, read from the file that Prometheus reads."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
ALERTS = ROOT / "deploy/prometheus/alerts.yaml"
RULE_TESTS = ROOT / "deploy/prometheus/alerts_test.yaml"
METRICS_PAGE = ROOT / "docs/reference/metrics.md"
# What others measure: Prometheus itself, the kubelet, the node exporter.
FOREIGN = re.compile(r"up|kubelet_volume_stats_\w+|node_filesystem_\w+")
_SAMPLE_ENDINGS = re.compile(r"_(bucket|count|sum)$")
_ROW = re.compile(r"^\| `(\w+)` \| (\w+) \| ([^|]*) \| ", flags=re.MULTILINE)


@cache
def alert_rules() -> list[dict[str, Any]]:
    """Every rule of every group."""
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def metrics_of(expression: str) -> set[str]:
    """The families that a PromQL expression reads, except those of others."""
    named = set(re.findall(r"\b(?:sixclear|monitoring|sse|http|process|python)_\w+", _without_labels(expression)))
    return {_SAMPLE_ENDINGS.sub("", name) for name in named if not FOREIGN.fullmatch(name)}


def _without_labels(expression: str) -> str:
    """Names in braces and after `by` and `on` are labels."""
    return re.sub(r"\{[^}]*\}|\b(?:by|on)\s*\([^)]*\)", "", expression)


@cache
def described() -> dict[str, tuple[str, frozenset[str]]]:
    """Kind and labels of each metric, as docs/reference/metrics.md has them."""
    rows = _ROW.findall(METRICS_PAGE.read_text(encoding="utf-8"))
    return {name: (kind, frozenset(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}
