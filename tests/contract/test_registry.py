"""One list of services: whatever else names them says the same as the registry.

`test_deploy.py` compares the objects that are deployed; the code and the build are compared here.
"""

import re
import tomllib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from sixclear.common.settings import CommonSettings
from sixclear.launcher.__main__ import parser
from sixclear.launcher.databases import embedded_server
from sixclear.launcher.registry import SERVICES, SOURCES, Service

ROOT = Path(__file__).resolve().parents[2]
NAMES = [service.name for service in SERVICES]


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("service", SERVICES, ids=NAMES)
def test_a_service_publishes_when_it_has_a_catalogue_of_events(service: Service) -> None:
    declares = find_spec(f"{service.package}.events") is not None
    assert service.publishes == declares
    if declares:
        assert import_module(f"{service.package}.events").EVENTS.service == service.name


@pytest.mark.parametrize("service", SERVICES, ids=NAMES)
def test_a_service_reads_those_that_publish(service: Service) -> None:
    assert service.reads | service.hears <= {source.name for source in SOURCES}
    assert service.name not in service.reads | service.hears
    assert not service.reads & service.hears


def test_every_service_has_its_folder_and_is_built() -> None:
    assert sorted(NAMES) == sorted(path.name for path in (ROOT / "services").iterdir() if path.is_dir())
    hatch = project()["tool"]["hatch"]["build"]
    sources = ["libs/client/src", "libs/common/src", *(f"services/{name}/src" for name in NAMES), "launcher/src"]
    assert sorted(hatch["dev-mode-dirs"]) == sorted(sources)
    assert sorted(hatch["targets"]["wheel"]["packages"]) == sorted(f"{source}/sixclear" for source in sources)


def test_types_and_layers_are_checked_in_every_service() -> None:
    tool = project()["tool"]
    sources = {"libs/client/src", "libs/common/src", "launcher/src", *(f"services/{name}/src" for name in NAMES)}
    assert set(tool["mypy"]["mypy_path"].split(":")) == sources
    layers = next(one["layers"] for one in tool["importlinter"]["contracts"] if one["type"] == "layers")
    assert set(layers[1].split(" | ")) == {service.package for service in SERVICES}


def test_the_embedded_server_has_a_database_for_every_service_that_owns_data(tmp_path: Path) -> None:
    server = embedded_server(CommonSettings(home=tmp_path))
    assert list(server.databases) == [service.database for service in SERVICES if service.has_database]


def test_compose_makes_those_databases_and_no_other() -> None:
    script = (ROOT / "deploy/databases/databases.sql").read_text(encoding="utf-8")
    owners = [service.name.replace("-", "_") for service in SERVICES if service.has_database]
    assert re.findall(r"CREATE ROLE (\w+)", script) == owners
    assert re.findall(r"CREATE DATABASE (\w+)", script) == owners
    assert f"REVOKE CONNECT ON DATABASE {', '.join(owners)} FROM PUBLIC" in script


def test_the_gateway_knows_no_other_service() -> None:
    text = (ROOT / "deploy/compose/gateway.conf").read_text(encoding="utf-8")
    assert set(re.findall(r"set \$service ([\w-]+);", text)) == {*NAMES, "keycloak"}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_source_can_be_replayed(source: Service) -> None:
    assert parser().parse_args(["replay", "--service", source.name]).service == source.name
