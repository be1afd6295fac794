"""What keeps Sixclear from starting: each case says what is wrong and the way out."""

import importlib.util
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from sixclear.common.runtime import postgres_server
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.launcher.data_folder import DataFolder
from sixclear.launcher.options import common_settings, default_port, embeds_issuer, local_url
from sixclear.launcher.registry import SERVICES, chosen
from sixclear.launcher.server import bind
from sixclear.launcher.start_rules import require_sources
from sixclear.monitoring.kinds import sources

ROOT = Path(__file__).resolve().parents[3]


def test_busy_port() -> None:
    with bind("127.0.0.1", 0) as taken, pytest.raises(CannotStart) as refused:
        bind("127.0.0.1", taken.getsockname()[1])

    assert "in use" in refused.value.reason
    assert "PORT=" in refused.value.way_out


def test_address_that_is_not_ours() -> None:
    with pytest.raises(CannotStart, match=r"192\.0\.2\.1"):
        bind("192.0.2.1", 0)


def test_port_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "web")
    with pytest.raises(CannotStart, match="PORT=8010"):
        default_port()


def test_a_port_beyond_the_last_one() -> None:
    with pytest.raises(CannotStart, match="65536 is no port"):
        bind("127.0.0.1", 65536)


def test_read_only_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart) as refused:
        DataFolder(tmp_path / "file" / "home").claim()

    assert "cannot be written" in refused.value.reason
    assert "SIXCLEAR_HOME=" in refused.value.way_out


def test_second_instance_on_the_same_folder(tmp_path: Path) -> None:
    first = DataFolder(tmp_path / "home")
    first.claim()
    with pytest.raises(CannotStart) as refused:
        DataFolder(tmp_path / "home").claim()
    first.release()
    again = DataFolder(tmp_path / "home")
    again.claim()
    again.release()

    assert "already runs" in refused.value.reason
    assert "SIXCLEAR_HOME=" in refused.value.way_out


def test_lock_that_a_killed_process_left_counts_for_nothing(tmp_path: Path) -> None:
    program = (
        "import os, sys, pathlib; from sixclear.launcher.data_folder import DataFolder; "
        "DataFolder(pathlib.Path(sys.argv[1])).claim(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert (tmp_path / "lock").read_text().strip().isdigit()

    folder = DataFolder(tmp_path)
    folder.claim()
    folder.release()


def test_unknown_target_names_the_known_ones() -> None:
    with pytest.raises(CannotStart, match=r"no target 'taks'.*all, issuer, tasks, feedback"):
        chosen("taks")


def test_a_reader_of_events_without_its_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS", raising=False)
    settings = CommonSettings()
    for target in ("all", "tasks", "tasks,feedback,data-catalog,monitoring", "portal"):
        require_sources(settings, chosen(target))
    with pytest.raises(CannotStart) as refused:
        require_sources(settings, chosen("tasks,monitoring"))
    assert "data-catalog, feedback, tasks" in refused.value.reason
    assert "SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS" in refused.value.way_out
    require_sources(CommonSettings(kafka_bootstrap_servers="broker:9092"), chosen("monitoring"))


def test_the_launcher_knows_whose_events_are_read() -> None:
    mirrors = {"feedback": {"tasks"}, "data-catalog": {"tasks"}}
    reads = {service.name: service.reads for service in SERVICES if service.reads}
    assert reads == {"monitoring": set(sources())} | mirrors


def test_targets_in_starting_order() -> None:
    assert chosen("all") == SERVICES
    assert [service.name for service in chosen("monitoring, tasks")] == ["tasks", "monitoring"]


def test_production_refuses_the_embedded_issuer() -> None:
    with pytest.raises(CannotStart, match="SIXCLEAR_JWKS_URL"):
        embeds_issuer(CommonSettings(env="production"), "all")
    outside = CommonSettings(env="production", jwks_url="https://id.example.vn/keys")
    assert not embeds_issuer(outside, "all")
    with pytest.raises(CannotStart):
        embeds_issuer(outside, "issuer")


def test_root_without_a_way_to_make_the_system_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_server, "SYSTEM_USER", "sixclear-no-such-user")
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(CannotStart) as refused:
        postgres_server._ensure_system_user()

    assert "root" in refused.value.reason
    assert "ordinary user" in refused.value.way_out


@pytest.fixture
def set_up() -> ModuleType:
    """The set-up script, which is no part of the package: it runs before there is one."""
    spec = importlib.util.spec_from_file_location("set_up", ROOT / "launcher" / "set_up.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_python_too_old(set_up: ModuleType) -> None:
    message = set_up.obstacle((3, 9, 2), ["venv", "ensurepip"])
    assert "3.11 or newer; this is Python 3.9" in message
    assert "make PYTHON=" in message


def test_no_venv_module(set_up: ModuleType) -> None:
    assert "python3-venv" in set_up.obstacle((3, 12, 1), ["venv"])
    assert set_up.obstacle((3, 12, 1), ["venv", "ensurepip"]) is None


def test_project_folder_that_cannot_be_written(
    set_up: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The environment is made beside the Makefile: where that cannot be, no network helps."""
    assert set_up.main([str(tmp_path / "missing" / ".venv"), "requirements.lock"]) == 1
    said = capsys.readouterr().err
    assert "folder cannot be written" in said
    assert "network" not in said


def test_no_python_at_all() -> None:
    made = subprocess.run(
        ["make", "--always-make", "--no-print-directory", "PYTHON=no-such-python", "RUN_STAMP=.absent", ".absent"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert made.returncode != 0
    assert "Install Python 3.11 or newer".lower() in made.stderr.lower()


def test_public_address_follows_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    assert common_settings("0.0.0.0", 8123).public_url == "http://127.0.0.1:8123"
    assert local_url("::1", 80) == "http://[::1]:80"
    monkeypatch.setenv("SIXCLEAR_PUBLIC_URL", "https://sixclear.example.vn")
    assert common_settings("0.0.0.0", 8123).public_url == "https://sixclear.example.vn"


def test_listening_socket_is_free_again_after_closing() -> None:
    first = bind("127.0.0.1", 0)
    port = first.getsockname()[1]
    first.close()
    second: socket.socket = bind("127.0.0.1", port)
    second.close()


def test_setting_that_is_no_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIXCLEAR_TRACE_RATIO", "much")
    with pytest.raises(CannotStart, match="SIXCLEAR_TRACE_RATIO: ") as refused:
        common_settings("127.0.0.1", 8000)
    assert "much" not in str(refused.value)


def test_process_of_one_service_needs_the_code_of_no_other() -> None:
    program = (
        "import sys; import sixclear.launcher.__main__, sixclear.launcher.run, sixclear.launcher.identity; "
        "from sixclear.launcher.registry import SERVICES; "
        "sys.exit(str([s.package for s in SERVICES if s.package in sys.modules]) if "
        "any(s.package in sys.modules for s in SERVICES) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_list_of_proxies_that_is_read_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIXCLEAR_FEEDBACK_TRUSTED_PROXIES", "10.0.0.0/8")
    with pytest.raises(CannotStart) as refused:
        common_settings("127.0.0.1", 8000)

    assert "SIXCLEAR_FEEDBACK_TRUSTED_PROXIES" in refused.value.reason
    assert "Set SIXCLEAR_TRUSTED_PROXIES" in refused.value.way_out
