"""Clients that generators make of the OpenAPI documents create, report in bulk, page and send If-Match."""

import asyncio
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import orjson
import pytest
from tests.e2e.platforms import Platform, free_ports

from sixclear.common.clock import utc_now

ROOT = Path(__file__).parents[2]
JOURNEYS = Path(__file__).parent / "clients"
MODULES = ROOT / "tools/contracts/node_modules"
# The two that Python and Java bring; those of npm are pinned in tools/contracts.
OPENAPI_PYTHON_CLIENT = "openapi-python-client==0.29.1"
OPENAPI_GENERATOR = "7.17.0"
DOCUMENT = ROOT / "services/tasks/contracts/openapi.json"


@pytest.fixture(scope="module")
def empty_platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform without the demonstration."""
    platform = Platform("run", tmp_path_factory.mktemp("clients"), free_ports(1), extra=("--no-demo",))
    try:
        platform.start(within_seconds=120)
        yield platform
    finally:
        platform.end()


@pytest.fixture(scope="module")
def npm_packages() -> None:
    """The pinned npm packages; without npm the test is skipped, or fails on a build server."""
    spec = importlib.util.spec_from_file_location("lint_contracts", ROOT / "launcher/lint_contracts.py")
    assert spec is not None
    assert spec.loader is not None
    tools: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tools)
    try:
        tools.install()
    except tools.Missing as error:
        _missing(str(error))


def _missing(reason: str) -> NoReturn:
    """Skip the test with the reason; a build server must have what is missing."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


async def journey_of(platform: Platform) -> dict[str, str]:
    """What a journey is told: where, as whom, and a day that is to come."""
    return {
        "ADDRESS": platform.announcement().address,
        "OWNER": await platform.token("standing-body"),
        "LEAD": await platform.token("org-G06"),
        "DEADLINE": (utc_now() + timedelta(days=60)).date().isoformat(),
    }


async def done(*command: str | Path, within: Path, **environment: str) -> None:
    """Run a command in a folder; it must succeed."""
    ended = await asyncio.to_thread(
        subprocess.run,
        [str(word) for word in command],
        cwd=within,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ended.returncode == 0, f"{command[0]}: {ended.stdout[-3000:]}{ended.stderr[-3000:]}"


@pytest.mark.asyncio
@pytest.mark.usefixtures("npm_packages")
async def test_a_client_of_openapi_typescript(empty_platform: Platform, tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(MODULES)
    (tmp_path / "journey.ts").write_bytes((JOURNEYS / "journey.ts").read_bytes())
    (tmp_path / "package.json").write_bytes(orjson.dumps({"type": "module"}))
    options = {"strict": True, "module": "nodenext", "target": "es2022", "lib": ["es2022", "dom"], "types": []}
    (tmp_path / "tsconfig.json").write_bytes(orjson.dumps({"compilerOptions": options, "files": ["journey.ts"]}))
    tools = MODULES / ".bin"
    made = ("--default-non-nullable=false", "-o", tmp_path / "tasks.d.ts")
    await done(tools / "openapi-typescript", DOCUMENT, *made, within=tmp_path)
    await done(tools / "tsc", "-p", tmp_path, within=tmp_path)
    await done("node", "journey.js", within=tmp_path, **await journey_of(empty_platform))


async def _generated(generator: str, folder: Path, *more: str) -> None:
    """The client that openapi-generator makes, in `folder`; Maven brings the generator."""
    if shutil.which("mvn") is None:
        _missing("Maven is missing")
    artifact = f"-Dartifact=org.openapitools:openapi-generator-cli:{OPENAPI_GENERATOR}"
    copy = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
    await done("mvn", "-q", "-B", copy, artifact, f"-DoutputDirectory={folder.parent}", within=folder.parent)
    jar = folder.parent / f"openapi-generator-cli-{OPENAPI_GENERATOR}.jar"
    await done(
        "java", "-jar", jar, "generate", "-g", generator, *more, "-i", DOCUMENT, "-o", folder, within=folder.parent
    )


@pytest.mark.long
@pytest.mark.asyncio
async def test_a_client_of_openapi_python_client(empty_platform: Platform, tmp_path: Path) -> None:
    await done(sys.executable, "-m", "venv", tmp_path / "venv", within=tmp_path)
    binaries = tmp_path / "venv/bin"
    await done(binaries / "pip", "install", "-q", OPENAPI_PYTHON_CLIENT, within=tmp_path)
    made = ("--path", DOCUMENT, "--output-path", tmp_path / "made")
    await done(binaries / "openapi-python-client", "generate", *made, within=tmp_path)
    place = {"PYTHONPATH": str(tmp_path / "made")}
    journey = JOURNEYS / "openapi_python_client_journey.py"
    await done(binaries / "python", journey, within=tmp_path, **place, **await journey_of(empty_platform))


@pytest.mark.long
@pytest.mark.asyncio
async def test_a_python_client_of_openapi_generator(empty_platform: Platform, tmp_path: Path) -> None:
    await _generated("python", tmp_path / "made")
    place = {"PYTHONPATH": str(tmp_path / "made")}
    journey = JOURNEYS / "openapi_generator_journey.py"
    await done(sys.executable, journey, within=tmp_path, **place, **await journey_of(empty_platform))


@pytest.mark.long
@pytest.mark.asyncio
async def test_a_java_client_of_openapi_generator(empty_platform: Platform, tmp_path: Path) -> None:
    made = tmp_path / "made"
    await _generated("java", made, "--library", "native", "-p", "useSingleRequestParameter=true")
    words = ("-Dmaven.test.skip=true", "-Dmaven.javadoc.skip=true", "package")
    await done("mvn", "-q", "-B", *words, within=made)
    parts = f"{made}/target/classes:{made}/target/lib/*"
    await done("javac", "-encoding", "UTF-8", "-cp", parts, "-d", tmp_path, JOURNEYS / "Journey.java", within=tmp_path)
    await done("java", "-cp", f"{tmp_path}:{parts}", "Journey", within=tmp_path, **await journey_of(empty_platform))
