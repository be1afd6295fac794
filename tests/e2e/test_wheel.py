"""The wheel, and not the checkout: built, started as the portal, and read as a browser reads it."""

import os
import re
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pytest
from tests.e2e.platforms import free_ports

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PORTAL = "services/portal/src/sixclear/portal"
_ADDRESSES = "/ /tasks /organisations /results /catalogue /feedback /feedback/mailbox /problems/not-found"
PAGES = tuple(_ADDRESSES.split())
SERVICES = ("TASKS", "FEEDBACK", "DATA_CATALOG", "MONITORING")
# What each language calls the first way in of the menu.
TASKS = {"vi": "Nhiệm vụ", "en": "Tasks", "ar": "المهام"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked wheel of this checkout."""
    place = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = place.glob("*.whl")
    zipfile.ZipFile(built).extractall(place / "unpacked")
    return place / "unpacked"


@pytest.fixture(scope="module")
def portal(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A browser in front of the portal of the wheel; the services behind it are away."""
    port, home = free_ports(2), tmp_path_factory.mktemp("home")
    away = {f"SIXCLEAR_{name}_URL": f"http://127.0.0.1:{port + 1}" for name in SERVICES}
    # Without `site` no .pth file is read: the checkout, installed as editable, cannot be found.
    code = os.pathsep.join([str(wheel), sysconfig.get_paths()["purelib"], sysconfig.get_paths()["platlib"]])
    with (home / "terminal.log").open("wb") as terminal:
        process = subprocess.Popen(
            [sys.executable, "-S", "-m", "sixclear.launcher", "run", "--target", "portal", "--port", str(port)],
            env=os.environ | {"PYTHONPATH": code, "SIXCLEAR_HOME": str(home)} | away,
            cwd=home,
            stdout=terminal,
            stderr=subprocess.STDOUT,
        )
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
                _wait_for(client, process, home / "terminal.log")
                yield client
        finally:
            process.kill()
            process.wait(10)


def _wait_for(client: httpx2.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 40
    while True:
        assert process.poll() is None, log.read_text(errors="replace")
        assert time.monotonic() < deadline, log.read_text(errors="replace")
        try:
            client.get("/robots.txt")
            return
        except httpx2.TransportError:
            time.sleep(0.1)


def test_the_wheel_holds_every_file_of_the_portal(wheel: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z", PORTAL], cwd=ROOT, check=True, capture_output=True)
    files = [Path(name) for name in listed.stdout.decode().split("\0") if name and (ROOT / name).exists()]
    assert {path.suffix for path in files} >= {".html", ".js", ".css", ".po", ".json", ".woff2"}
    found = {path.relative_to(wheel / "sixclear/portal") for path in (wheel / "sixclear/portal").rglob("*")}
    assert {path.relative_to(PORTAL) for path in files} - found == set()


@pytest.mark.parametrize("language", TASKS)
def test_pages_come_in_each_language_with_their_styles_and_scripts(portal: httpx2.Client, language: str) -> None:
    named: set[str] = set()
    for path in (*PAGES, "/styleguide"):
        page = portal.get(path, params={"lang": language})
        assert page.status_code == 200, path
        assert page.headers["content-language"] == language
        assert f">{TASKS[language]}</a>" in page.text
        named |= set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text))
    scripts = with_what_they_import(portal, {address for address in named if address.endswith(".js")})
    for folder in ("home", "tasks"):
        assert any(address.endswith(f"/public/{folder}/page.js") for address in scripts)
    for address in named | scripts:
        assert portal.get(address).status_code == 200, address
    assert {address.rpartition(".")[2] for address in named} == {"css", "js", "svg", "woff2"}


def with_what_they_import(portal: httpx2.Client, scripts: set[str]) -> set[str]:
    """Scripts with all that they import."""
    found, left = set(scripts), list(scripts)
    while left:
        address = left.pop()
        answer = portal.get(address)
        assert answer.headers["content-type"].startswith("text/javascript"), address
        for name in re.findall(r'from "([^"]+)"', answer.text):
            if (imported := urljoin(address, name)) not in found:
                found.add(imported)
                left.append(imported)
    return found
