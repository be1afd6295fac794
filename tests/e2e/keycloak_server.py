"""A real Keycloak for tests: its distribution comes by Maven once; each server has a folder and a realm of its own."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sixclear.common.runtime.kafka_server import free_port

VERSION = "26.5.6"
DEMO_SECRET = "the secret of every client"
PATIENT_SECONDS = 60.0  # of a busy machine
_ADMIN = "admin"
_FETCH_SECONDS = 300
_START_SECONDS = 480  # twelve on a quiet machine


class KeycloakMissing(RuntimeError):
    """Keycloak cannot be had here; the text says what to do."""


class KeycloakServer:
    """A running Keycloak on 127.0.0.1 with one realm."""

    def __init__(self, port: int, realm: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.issuer = f"{self.url}/realms/{realm}"
        self.token_url = f"{self.issuer}/protocol/openid-connect/token"
        self._realm = f"{self.url}/admin/realms/{realm}"

    def token(self, client_id: str, **form: str) -> dict[str, Any]:
        """What the token endpoint answers to a client with the secret of all, or with what `form` holds."""
        proof = form or {"client_secret": DEMO_SECRET}
        body = {"grant_type": "client_credentials", "client_id": client_id, **proof}
        answer = httpx2.post(self.token_url, data=body, timeout=PATIENT_SECONDS)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def new_key(self) -> None:
        """A new signing key takes precedence; the one before is still published."""
        with self._administrator() as admin:
            provider = {
                "name": "newer",
                "providerId": "rsa-generated",
                "providerType": "org.keycloak.keys.KeyProvider",
                "parentId": admin.get(self._realm).json()["id"],
                "config": {"priority": ["500"], "keySize": ["2048"]},
            }
            made = admin.post(f"{self._realm}/components", json=provider)
        assert made.status_code == 201, made.text

    def sign_out(self, username: str) -> None:
        """End every session of a person."""
        with self._administrator() as admin:
            user = admin.get(f"{self._realm}/users", params={"username": username}).json()[0]
            assert admin.post(f"{self._realm}/users/{user['id']}/logout").status_code == 204

    def disable(self, client_id: str) -> None:
        """Switch a client off, without taking it away."""
        with self._administrator() as admin:
            client = admin.get(f"{self._realm}/clients", params={"clientId": client_id}).json()[0]
            assert admin.put(f"{self._realm}/clients/{client['id']}", json=client | {"enabled": False}).is_success

    def _administrator(self) -> httpx2.Client:
        form = {"grant_type": "password", "client_id": "admin-cli", "username": _ADMIN, "password": _ADMIN}
        answer = httpx2.post(
            f"{self.url}/realms/master/protocol/openid-connect/token", data=form, timeout=PATIENT_SECONDS
        )
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        return httpx2.Client(headers=headers, timeout=PATIENT_SECONDS)


@contextmanager
def keycloak(folder: Path, realm: dict[str, Any]) -> Iterator[KeycloakServer]:
    """A Keycloak that has imported `realm`. Where it cannot be had the test is skipped, in CI failed."""
    try:
        home = _unpacked(folder)
    except KeycloakMissing as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no Keycloak: {error}", pytrace=False)
        pytest.skip(f"no Keycloak: {error}")
    (home / "data/import").mkdir(parents=True)
    (home / "data/import/realm.json").write_text(json.dumps(realm), encoding="utf-8")
    port, log = free_port(), folder / "keycloak.log"
    options = [f"--http-port={port}", "--http-host=127.0.0.1", "--db=dev-mem", "--cache=local", "--import-realm"]
    environment = {
        "KC_BOOTSTRAP_ADMIN_USERNAME": _ADMIN,
        "KC_BOOTSTRAP_ADMIN_PASSWORD": _ADMIN,
        "JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx512m",
        "SIXCLEAR_DEMO_SECRET": DEMO_SECRET,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["bash", str(home / "bin/kc.sh"), "start-dev", *options],
            env=os.environ | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = KeycloakServer(port, realm["realm"])
    try:
        _until_ready(server, process, log)
        yield server
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        shutil.rmtree(home, ignore_errors=True)


def _until_ready(server: KeycloakServer, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        assert process.poll() is None, log.read_text(errors="replace")[-4000:]
        assert time.monotonic() < deadline, log.read_text(errors="replace")[-4000:]
        try:
            if httpx2.get(f"{server.issuer}/.well-known/openid-configuration").status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.3)


def _unpacked(folder: Path) -> Path:
    with zipfile.ZipFile(_fetched()) as archive:
        archive.extractall(folder)
    return folder / f"keycloak-{VERSION}"


def _fetched() -> Path:
    """The distribution, fetched by Maven once. Safe to call from several processes at a time."""
    maven = shutil.which("mvn")
    if shutil.which("java") is None or maven is None:
        raise KeycloakMissing("install Java 17 and Maven (Debian: openjdk-17-jre-headless, maven)")
    folder = Path.home() / ".cache/sixclear" / f"keycloak-{VERSION}"
    archive = folder / f"keycloak-quarkus-dist-{VERSION}.zip"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            artifact = f"-Dartifact=org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
            command = [maven, "-q", "-B", "dependency:copy", artifact, f"-DoutputDirectory={folder}"]
            done = subprocess.run(command, capture_output=True, timeout=_FETCH_SECONDS, check=False)
            if done.returncode != 0:
                raise KeycloakMissing(f"Maven could not fetch it: {done.stdout.decode(errors='replace')[-500:]}")
            (folder / "complete").touch()
    return archive
