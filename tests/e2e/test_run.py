"""`sixclear run` as a person meets it: a second one, a busy port, Ctrl-C with clients that hold on, a second start."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil
import pytest
from tests.e2e.platforms import Platform, free_ports

from sixclear.common.testing.eventually import eventually

WITHOUT_DEMO = ("--no-demo",)
TASK_FREE = "/api/tasks/v1/programmes"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform without the demonstration; its data outlive each test."""
    platform = Platform("run", tmp_path_factory.mktemp("run") / "home", free_ports(1), extra=WITHOUT_DEMO)
    yield platform
    platform.end()


@pytest.fixture
def empty(folder: Platform) -> Platform:
    """The same, running."""
    if folder.process is None or folder.process.poll() is not None:
        folder.kill()
        folder.start()
    return folder


def _refused(platform: Platform, *, home: Path, port: int) -> str:
    """What a start that must fail says."""
    done = subprocess.run(
        [sys.executable, "-m", "sixclear.launcher", "run", "--no-demo", "--port", str(port)],
        env=os.environ | {"SIXCLEAR_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.asyncio
async def test_no_redirect_of_any_service_leads_to_the_host_that_a_stranger_names(empty: Platform) -> None:
    apis = [f"/api/{prefix}/v1" for prefix in ("tasks", "feedback", "catalog", "monitoring")]
    paths = [f"{api}/docs{rest}" for api in apis for rest in ("/", "/files")]
    async with empty.client() as client:
        for path in (*paths, "/tasks/", "/feedback/", "/oauth2/token/", "/livez/", "/readyz/"):
            answer = await client.get(path, headers={"Host": "evil.example"}, follow_redirects=False)
            assert (path, answer.status_code) == (path, 307)
            assert answer.headers["location"].startswith("/"), path


def test_ready_says_where_everything_is_and_stops_with_streams_open(empty: Platform) -> None:
    base = empty.announcement().address
    assert f"{base}/" in empty.log
    for prefix in ("tasks", "feedback", "catalog", "monitoring"):
        assert f"{base}/api/{prefix}/v1/docs" in empty.log
        assert httpx2.get(f"{base}/api/{prefix}/v1/openapi.json").status_code == 200
    assert [httpx2.get(base + path).status_code for path in ("/", "/livez", "/readyz", "/metrics")] == [200] * 4
    with httpx2.stream("GET", f"{base}/api/monitoring/v1/stream", timeout=10) as stream:
        assert stream.status_code == 200
        first = next(stream.iter_bytes())
        assert b"event:" in first
        assert empty.stop() < 10
    assert empty.process is not None
    assert empty.process.returncode == 0
    assert "without completing" not in empty.log
    assert not _processes_of(empty.home)


def test_second_instance_and_busy_port_are_refused_with_a_way_out(empty: Platform, tmp_path: Path) -> None:
    second = _refused(empty, home=empty.home, port=free_ports(1))
    busy = _refused(empty, home=tmp_path / "other", port=empty.port)

    again = _refused(empty, home=empty.home, port=empty.port)
    for said in (second, again):
        assert re.search(rf"already runs on the data folder .*\(process {empty.process.pid}\)", said)  # type: ignore[union-attr]
        assert "SIXCLEAR_HOME=" in said
    assert f"Port {empty.port} is in use" in busy
    assert "PORT=" in busy


def test_second_start_is_quick_and_keeps_data_also_after_a_kill(empty: Platform) -> None:
    base = empty.announcement().address
    submission = {"kind": "initiative", "title": "Kept", "text": "This must be here after a restart."}
    made = httpx2.post(
        f"{base}/api/feedback/v1/submissions", json=submission, headers={"Idempotency-Key": "kept-over-restarts"}
    )
    assert made.status_code == 201, made.text
    code = made.json()["receipt_code"]
    empty.kill()

    began = time.monotonic()
    empty.start()
    assert time.monotonic() - began < 30
    case = httpx2.post(f"{base}/api/feedback/v1/mailbox", json={"receipt_code": code})
    assert case.status_code == 200, case.text


@pytest.mark.asyncio
async def test_a_killed_database_is_a_pause(empty: Platform) -> None:
    """The process starts its database again by itself; what was acknowledged is there, and new posts are taken."""
    submission = {"kind": "feedback", "title": "Before", "text": "This was acknowledged before the database died."}
    async with empty.client() as client:

        async def taken(key: str) -> httpx2.Response | None:
            response = await client.post(
                "/api/feedback/v1/submissions", json=submission, headers={"Idempotency-Key": key}
            )
            assert response.status_code in (201, 503), response.text
            return response if response.status_code == 201 else None

        before = await taken("before-the-database-was-killed")
        assert before is not None
        os.kill(_postmaster(empty.home), signal.SIGKILL)
        await eventually(lambda: taken("after-the-database-was-killed"), within_seconds=20, every_seconds=0.2)
        again = await taken("before-the-database-was-killed")
        assert again is not None
        assert again.json() == before.json()

        async def ready() -> bool:
            return (await client.get("/readyz")).status_code == 200

        await eventually(ready, within_seconds=20)
    assert "PostgreSQL ended unasked and is started again." in empty.log


def _postmaster(home: Path) -> int:
    return int((home / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])


def test_commands_find_the_running_platform(empty: Platform) -> None:
    environment = os.environ | {"SIXCLEAR_HOME": str(empty.home)}
    sixclear = [sys.executable, "-m", "sixclear.launcher"]
    token = subprocess.run([*sixclear, "token", "operator"], env=environment, capture_output=True, text=True)
    assert token.returncode == 0, token.stderr
    answer = httpx2.get(
        f"{empty.announcement().address}{TASK_FREE}", headers={"Authorization": f"Bearer {token.stdout.strip()}"}
    )
    assert answer.status_code == 200
    unknown = subprocess.run([*sixclear, "token", "nobody"], env=environment, capture_output=True, text=True)
    assert unknown.returncode == 1
    assert "standing-body" in unknown.stderr
    replay = subprocess.run(
        [*sixclear, "replay", "--service", "tasks"], env=environment, capture_output=True, text=True
    )
    assert replay.returncode == 1
    assert "no Kafka here" in replay.stderr
    migrated = subprocess.run([*sixclear, "migrate"], env=environment, capture_output=True, text=True)
    assert migrated.returncode == 0, migrated.stderr
    assert "tasks: up to date" in migrated.stdout


def test_second_signal_does_not_wait(empty: Platform) -> None:
    assert empty.process is not None
    empty.process.send_signal(signal.SIGINT)
    time.sleep(0.02)
    empty.process.send_signal(signal.SIGINT)
    assert empty.process.wait(5) in (0, 130)


def _processes_of(home: Path) -> list[str]:
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = " ".join(process.info["cmdline"] or [])
        if str(home) in command:
            found.append(command)
    return found
