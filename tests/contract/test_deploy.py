"""What is shipped fits the code: every overlay is rendered, every object validated, every name looked up.

Nothing here needs a network, a cluster or Docker. A kind without a schema fails unless `OWN_SCHEMAS` has one.
"""

import json
import re
import shutil
import tomllib
import zipfile
from functools import cache
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from tests.contract.rendered import ROOT, Object
from tests.contract.rendered import compose as _compose
from tests.contract.rendered import container as _container
from tests.contract.rendered import of as _of
from tests.contract.rendered import pod as _pod
from tests.contract.rendered import render as _render
from tests.contract.rendered import run as _run

from sixclear.common.runtime.database_log import KEEPS_NO_ROWS
from sixclear.common.settings import CommonSettings
from sixclear.common.visitor import trusted_networks
from sixclear.launcher import registry
from sixclear.launcher.configuration import configuration_reference

KUBERNETES = "1.37"
OVERLAYS = ("dev", "prod")
SERVICES = {service.name for service in registry.SERVICES}
OWNERS = {service.name for service in registry.SERVICES if service.has_database}
PREFIXES = {service.prefix: service.name for service in registry.SERVICES}
SECRET_OF_ALL = "SIXCLEAR_DEMO_SECRET"
OWN_SCHEMAS = {("gateway.networking.k8s.io/v1", "HTTPRoute"): ROOT / "deploy/k8s/schemas/httproute-gateway-v1.json"}

# Of the image itself: its command and its interpreter.
OF_THE_IMAGE = {"SERVICE", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}


# --- Kubernetes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_object_fits_its_schema(overlay: str, tmp_path: Path) -> None:
    objects = _render(overlay)
    assert len(objects) > 30, "nothing was checked"
    for item in objects:
        schema = OWN_SCHEMAS.get((item["apiVersion"], item["kind"]))
        if schema is None:
            kubernetes_validate.validate(item, KUBERNETES, strict=True)
        else:
            instance = tmp_path / "instance.json"
            instance.write_text(json.dumps(item))
            _run("check-jsonschema", "--schemafile", str(schema), str(instance))


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_misspelt_field_is_found(overlay: str) -> None:
    deployment = json.loads(json.dumps(_of(overlay, "Deployment")["tasks"]))
    deployment["spec"]["template"]["spec"]["securityContest"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, KUBERNETES, strict=True)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_service_is_deployed_and_every_owner_migrated(overlay: str) -> None:
    assert set(_of(overlay, "Deployment")) == SERVICES
    assert set(_of(overlay, "Job")) == {f"{name}-migration" for name in OWNERS}
    for name, deployment in _of(overlay, "Deployment").items():
        assert _container(deployment)["args"] == ["sixclear", "run", "--target", name]
    for name in OWNERS:
        job = _of(overlay, "Job")[f"{name}-migration"]
        assert _container(job)["args"] == ["sixclear", "migrate", "--target", name]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_deployment_survives_a_drain_and_a_neighbour(overlay: str) -> None:
    budgets = [item["spec"]["selector"]["matchLabels"] for item in _of(overlay, "PodDisruptionBudget").values()]
    policies = [
        item["spec"]["podSelector"].get("matchLabels")
        for item in _of(overlay, "NetworkPolicy").values()
        if "Ingress" in item["spec"]["policyTypes"] and item["spec"].get("ingress")
    ]
    for name, deployment in _of(overlay, "Deployment").items():
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        assert any(budget.items() <= labels.items() for budget in budgets), f"{name}: no disruption budget"
        assert any(policy and policy.items() <= labels.items() for policy in policies), f"{name}: no network policy"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_everything_is_closed_by_default(overlay: str) -> None:
    spec = _of(overlay, "NetworkPolicy")["default-deny"]["spec"]
    assert spec["podSelector"] == {}
    assert set(spec["policyTypes"]) == {"Ingress", "Egress"}
    assert not spec.get("ingress")
    (namespace,) = _of(overlay, "Namespace").values()
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_deployment_has_probes_and_ends_well(overlay: str) -> None:
    for name, deployment in _of(overlay, "Deployment").items():
        container = _container(deployment)
        assert container["startupProbe"]["httpGet"]["path"] == "/livez", name
        assert container["livenessProbe"]["httpGet"]["path"] == "/livez", name
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz", name
        pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert _pod(deployment)["terminationGracePeriodSeconds"] > pause + 10, f"{name}: stopping takes ten seconds"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_container_is_bounded_and_unprivileged(overlay: str) -> None:
    for name, item in _workloads(overlay).items():
        pod, container = _pod(item), _container(item)
        assert container["resources"]["requests"].keys() >= {"cpu", "memory"}, name
        assert container["resources"]["limits"]["memory"] == container["resources"]["requests"]["memory"], name
        assert container["securityContext"]["allowPrivilegeEscalation"] is False, name
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
        if container["image"].startswith("sixclear/"):
            assert container["securityContext"]["readOnlyRootFilesystem"] is True, name
            assert pod["securityContext"]["runAsUser"] == 10001, name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_scales_itself_has_no_fixed_number_of_replicas(overlay: str) -> None:
    scaled = {item["spec"]["scaleTargetRef"]["name"] for item in _of(overlay, "HorizontalPodAutoscaler").values()}
    assert scaled == {"tasks", "portal"}
    for name, deployment in _of(overlay, "Deployment").items():
        assert ("replicas" in deployment["spec"]) == (name not in scaled), name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_process_knows_how_many_of_it_there_may_be(overlay: str) -> None:
    scaled = {
        item["spec"]["scaleTargetRef"]["name"]: item["spec"]["maxReplicas"]
        for item in _of(overlay, "HorizontalPodAutoscaler").values()
    }
    known = {}
    for name in SERVICES:
        deployment = _of(overlay, "Deployment")[name]
        most = scaled.get(name) or deployment["spec"]["replicas"]
        given = {entry["name"]: entry.get("value") for entry in _container(deployment)["env"]}
        known[name] = given["SIXCLEAR_REPLICAS"]
        assert known[name] == str(most), name
    assert known["portal"] != "1", "nothing scales"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_process_is_told_whom_to_believe(overlay: str) -> None:
    settings = [item["data"] for item in _of(overlay, "ConfigMap").values() if "SIXCLEAR_ENV" in item.get("data", {})]
    assert [bool(trusted_networks(data["SIXCLEAR_TRUSTED_PROXIES"])) for data in settings] == [True]
    for name in SERVICES:
        assert "configMapRef" in json.dumps(_container(_of(overlay, "Deployment")[name])["envFrom"]), name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_reference_leads_somewhere(overlay: str) -> None:
    accounts, maps, secrets = (set(_of(overlay, kind)) for kind in ("ServiceAccount", "ConfigMap", "Secret"))
    if overlay == "prod":
        assert not secrets, "production has references only"
        secrets = {f"{name}-database" for name in OWNERS} | {
            *("feedback-receipts", "kafka-client", "kafka-authority", "processes-client")
        }
    for name, item in _workloads(overlay).items():
        text = json.dumps(item)
        assert set(re.findall(r'"configMap(?:Ref)?": \{"name": "([^"]+)"', text)) <= maps, name
        assert {reference["name"] for reference in _secret_references(item)} <= secrets, name
        assert set(re.findall(r'"secretName": "([^"]+)"', text)) <= secrets, name
        if "serviceAccountName" in _pod(item):
            assert _pod(item)["serviceAccountName"] in accounts, name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_environment_name_exists_in_a_settings_class(overlay: str) -> None:
    maps = {
        name: data["data"]
        for name, data in _of(overlay, "ConfigMap").items()
        if not name.startswith(("databases-", "keycloak-"))
    }
    names = {key for data in maps.values() for key in data}
    for item in _workloads(overlay).values():
        if _container(item)["image"].startswith("sixclear/"):
            names |= {entry["name"] for entry in _container(item).get("env", [])}
    assert names >= {"SIXCLEAR_ENV", "SIXCLEAR_TASKS_DATABASE_URL", "SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS"}
    assert names <= _known_names()


def test_in_production_only_who_speaks_to_the_brokers_can_prove_who_it_is() -> None:
    holders = {
        name
        for name, item in _of("prod", "Deployment").items()
        if "kafka-client" in {reference["name"] for reference in _secret_references(item)}
    }
    assert holders == OWNERS


def test_production_is_production() -> None:
    settings = next(data["data"] for name, data in _of("prod", "ConfigMap").items() if name.startswith("sixclear-"))
    assert settings["SIXCLEAR_ENV"] == "production"
    assert settings["SIXCLEAR_PUBLIC_URL"].startswith("https://")
    assert settings["SIXCLEAR_ISSUER_URL"] != settings["SIXCLEAR_PUBLIC_URL"], "that would be the embedded issuer"
    assert "keycloak" not in _of("prod", "StatefulSet") | _of("prod", "Service")
    assert "keycloak" not in json.dumps(_of("prod", "HTTPRoute"))


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_setting_of_an_overlay_is_taken_by_every_process(overlay: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = next(data["data"] for name, data in _of(overlay, "ConfigMap").items() if name.startswith("sixclear-"))
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert CommonSettings().outside_provider
    if overlay == "dev":
        _is_the_realm_that_ships(settings["SIXCLEAR_ISSUER_URL"], settings["SIXCLEAR_PUBLIC_URL"])
        keycloak = _container(_of("dev", "StatefulSet")["keycloak"])
        assert f"--hostname={settings['SIXCLEAR_PUBLIC_URL']}" in keycloak["args"]
        assert SECRET_OF_ALL in {entry["name"] for entry in keycloak["env"]}


def test_every_setting_of_compose_is_taken_by_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    services = _compose()["services"]
    keycloak = services["keycloak"]
    for service in ("tasks", "feedback", "data-catalog", "monitoring", "portal", "demo"):
        given = {
            name: value.replace("${PORT:-8000}", "8000") for name, value in services[service]["environment"].items()
        }
        with monkeypatch.context() as patched:
            for name, value in given.items():
                patched.setenv(name, value)
            settings = CommonSettings()
        _is_the_realm_that_ships(settings.issuer, settings.public_url)
        for secret in (settings.client_secret, settings.demo_secret):
            assert secret is None or secret.get_secret_value() == keycloak["environment"][SECRET_OF_ALL]
    assert "--hostname=http://localhost:${PORT:-8000}" in keycloak["command"]


def _is_the_realm_that_ships(issuer: str, public_url: str) -> None:
    realm = json.loads((ROOT / "deploy/keycloak/development/sixclear-realm.json").read_text(encoding="utf-8"))
    assert issuer == f"{public_url}/realms/{realm['realm']}"
    assert {client["secret"] for client in realm["clients"]} == {f"${{{SECRET_OF_ALL}}}"}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_route_reaches_every_prefix_and_never_cuts_the_stream(overlay: str) -> None:
    (route,) = _of(overlay, "HTTPRoute").values()
    backends, services = {}, _of(overlay, "Service")
    for rule in route["spec"]["rules"]:
        for match in rule["matches"]:
            backends[match["path"]["value"]] = (rule["backendRefs"][0]["name"], rule)
    assert {name for name, _ in backends.values()} <= set(services)
    assert {path: backends[path][0] for path in PREFIXES} == PREFIXES
    stream, rule = backends["/api/monitoring/v1/stream"]
    assert (stream, rule["timeouts"]["request"]) == ("monitoring", "0s")
    for hidden in ("/metrics", "/livez", "/readyz"):
        assert backends[hidden][1]["filters"][0]["type"] == "URLRewrite"


# --- images and compose -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_image_is_built_by_compose_at_this_version(overlay: str) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    services = _compose()["services"]
    built = {service["image"] for service in services.values() if "build" in service}
    used = {_container(item)["image"] for item in _workloads(overlay).values()}
    assert {image for image in used if image.startswith("sixclear/")} <= built
    assert all(image.endswith(f":{version}") for image in built)
    assert {image for image in used if not image.startswith("sixclear/")} <= {s["image"] for s in services.values()}


def test_the_compose_file_fits_the_schema_and_the_dockerfile_is_clean() -> None:
    _run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")
    _run("hadolint", "Dockerfile")


def test_compose_starts_every_service_once_its_parts_are_ready() -> None:
    services = _compose()["services"]
    assert {"postgres", "kafka", "collector", "jaeger", "gateway", "keycloak", *SERVICES} <= services.keys()
    assert [name for name, service in services.items() if service.get("profiles")] == ["demo"], "the rest comes up"
    for name in OWNERS:
        waits = services[name]["depends_on"]
        assert waits[f"migrate-{name}"]["condition"] == "service_completed_successfully"
        assert waits["kafka"]["condition"] == "service_healthy"
        assert services[f"migrate-{name}"]["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_in_compose_every_process_is_told_whom_to_believe() -> None:
    services = _compose()["services"]
    subnet = _compose()["networks"]["default"]["ipam"]["config"][0]["subnet"]
    for name in SERVICES:
        assert services[name]["environment"]["SIXCLEAR_TRUSTED_PROXIES"] == subnet, name


def test_compose_builds_only_what_the_dockerfile_knows() -> None:
    stages = set(re.findall(r"^FROM scratch AS services-(\S+)", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE))
    assert stages == {*SERVICES, "all"}
    for service in _compose()["services"].values():
        if service["image"].startswith("sixclear/"):
            assert service["pull_policy"] == ("build" if "build" in service else "never")
        if "build" in service:
            argument = service["build"]["args"]["SERVICE"]
            assert argument in stages
            assert service["image"].startswith(f"sixclear/{argument}:")


def test_an_image_holds_its_service_and_no_other(tmp_path: Path) -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, flags=re.MULTILINE)
    shared = [name for line in copied for name in line.split() if not name.startswith("services")]
    assert {"pyproject.toml", "requirements.lock", "libs/common", "launcher"} <= set(shared)
    for name in [*shared, "services/data-catalog"]:
        source, target = ROOT / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "contracts"))
        else:
            shutil.copy(source, target)
    _run("hatchling", "build", "-t", "wheel", cwd=tmp_path)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    packages = {name.split("/")[1] for name in zipfile.ZipFile(wheel).namelist() if name.startswith("sixclear/")}
    assert packages == {"common", "launcher", "data_catalog"}


def test_compose_and_image_use_only_names_that_exist() -> None:
    ours = [s for s in _compose()["services"].values() if s["image"].startswith("sixclear/")]
    names = {name for service in ours for name in service["environment"]}
    assert len(names) > 8, "nothing was checked"
    assert names <= _known_names()
    image = set(re.findall(r"^(?:ENV| {3}) ([A-Z_]+)=", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE))
    assert {"SIXCLEAR_HOME", "PORT"} <= image
    assert {name for name in image if not name.startswith("PIP_")} <= _known_names() | OF_THE_IMAGE


def test_every_database_of_compose_has_an_owner_of_its_own() -> None:
    script = (ROOT / "deploy/databases/databases.sql").read_text()
    for name in OWNERS:
        package = name.replace("-", "_")
        url = _compose()["services"][name]["environment"][f"SIXCLEAR_{package.upper()}_DATABASE_URL"]
        assert url == f"postgresql+asyncpg://{package}:{package}@postgres:5432/{package}"
        assert f"CREATE ROLE {package} LOGIN PASSWORD '{package}';" in script
        assert f"CREATE DATABASE {package} OWNER {package};" in script


def test_the_gateway_reaches_every_prefix_and_never_holds_the_stream() -> None:
    text = (ROOT / "deploy/compose/gateway.conf").read_text()
    blocks = dict(re.findall(r"location ([^{]+?) \{(.+?)\n    \}", text, flags=re.DOTALL))
    for prefix, service in PREFIXES.items():
        assert f"set $service {service};" in blocks[prefix if prefix == "/" else f"{prefix}/"]
    assert "proxy_buffering off;" in blocks["= /api/monitoring/v1/stream"]
    assert "return 404;" in blocks["~ ^/(metrics|livez|readyz)$"]
    assert text.count("{") == text.count("}")


def test_the_collector_uses_only_what_it_declares() -> None:
    config = yaml.safe_load((ROOT / "deploy/collector/config.yaml").read_text())
    for pipeline in config["service"]["pipelines"].values():
        for part in ("receivers", "processors", "exporters"):
            assert set(pipeline[part]) <= set(config[part])
        assert pipeline["processors"][0] == "memory_limiter"
        assert pipeline["processors"][-1] == "batch"
    environment = _compose()["services"]["collector"]["environment"]
    assert set(re.findall(r"\$\{env:(\w+)\}", json.dumps(config))) == set(environment)


# --- reading ------------------------------------------------------------------------------------------------------


def _workloads(overlay: str) -> dict[str, Object]:
    return _of(overlay, "Deployment") | _of(overlay, "StatefulSet") | _of(overlay, "Job")


def _secret_references(item: Object) -> list[dict[str, str]]:
    return [
        entry["valueFrom"]["secretKeyRef"]
        for entry in _container(item).get("env", [])
        if "secretKeyRef" in entry.get("valueFrom", {})
    ]


@cache
def _known_names() -> frozenset[str]:
    """The environment names of the launcher and of every settings class, as the reference page lists them."""
    listed = re.findall(r"^\| `([A-Z0-9_<>]+)`", configuration_reference(), flags=re.MULTILINE)
    prefixes = [service.variable.removeprefix("SIXCLEAR_") for service in registry.SERVICES]
    return frozenset(name.replace("<SERVICE>", prefix) for name in listed for prefix in prefixes)


def test_the_database_of_compose_logs_no_rows() -> None:
    given = dict(
        option.removeprefix("--").split("=", 1)
        for option in _compose()["services"]["postgres"]["command"]
        if "=" in option
    )
    assert given == dict(KEEPS_NO_ROWS)
