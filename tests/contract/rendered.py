"""What is shipped, as a cluster or compose would read it, and what follows from it; offline."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent

Object = dict[str, Any]


@cache
def render(overlay: str) -> list[Object]:
    """Every object of an overlay."""
    output = run("kubectl", "kustomize", f"deploy/k8s/overlays/{overlay}")
    return [item for item in yaml.safe_load_all(output) if item]


def of(overlay: str, kind: str) -> dict[str, Object]:
    """The objects of a kind, by name."""
    return {item["metadata"]["name"]: item for item in render(overlay) if item["kind"] == kind}


def pod(item: Object) -> Object:
    """The pod of a workload."""
    pod: Object = item["spec"]["template"]["spec"]
    return pod


def container(item: Object) -> Object:
    """Its one container."""
    (container,) = pod(item)["containers"]
    return dict(container)


@cache
def compose() -> Object:
    """The compose file, anchors resolved."""
    compose: Object = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return compose


def run(tool: str, *arguments: str, cwd: Path = ROOT) -> str:
    """What a tool of the virtual environment prints; it must succeed."""
    result = subprocess.run([str(BIN / tool), *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def environment(overlay: str, item: Object) -> dict[str, Any]:
    """What the container is given: values, and of secrets where they come from."""
    own = container(item)
    maps = [of(overlay, "ConfigMap")[one["configMapRef"]["name"]]["data"] for one in own.get("envFrom", [])]
    found: dict[str, Any] = {name: value for data in maps for name, value in data.items()}
    for entry in own.get("env", []):
        found[entry["name"]] = entry["value"] if "value" in entry else entry["valueFrom"]["secretKeyRef"]
    for name, value in found.items():
        if isinstance(value, dict):  # a generated secret carries a hash of its content
            found[name] = value | {"name": re.sub(r"-[a-z0-9]{10}$", "", value["name"])}
    return found


def may_call(overlay: str, caller: Object, url: str) -> bool:
    """Whether the network policies let `caller` reach `url`: a service here, or `service.namespace` elsewhere."""
    place = urlsplit(url)
    service, _, namespace = (place.hostname or "").partition(".")
    port = {"port": place.port, "protocol": "TCP"}
    pod = None if namespace else of(overlay, "Service")[service]["spec"]["selector"]
    own = caller["spec"]["template"]["metadata"]["labels"]
    policies = [item["spec"] for item in of(overlay, "NetworkPolicy").values()]
    out = any(
        port in rule["ports"] and any(_is(peer, pod, namespace) for peer in rule["to"])
        for policy in policies
        if _selects(policy["podSelector"], own)
        for rule in policy.get("egress", [])
    )
    into = namespace != "" or any(
        port in rule["ports"] and any(_is(peer, own, "") for peer in rule["from"])
        for policy in policies
        if _selects(policy["podSelector"], pod or {})
        for rule in policy.get("ingress", [])
    )
    return out and into


def _is(peer: Object, labels: Object | None, namespace: str) -> bool:
    if "namespaceSelector" in peer:
        return bool(peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": namespace})
    return labels is not None and _selects(peer["podSelector"], labels)


def _selects(selector: Object, labels: Object) -> bool:
    expressions = selector.get("matchExpressions", [])
    assert all(one["operator"] == "In" for one in expressions)
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        labels.get(one["key"]) in one["values"] for one in expressions
    )
