"""A real Apache Kafka of one node (KRaft) in a folder: for `make cluster` and for tests, never for a country."""

import base64
import errno
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from sixclear.common.data_files import UMASK, make_folder, open_bytes, write_whole

KAFKA_VERSION = "4.3.0"
_FETCH_LIMIT_SECONDS = 300
_JVM = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dlog4j2.level=WARN")

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
num.partitions=4
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
# A restart after a kill waits until the old session has ended: 4.5 s in all instead of 11.5.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=1000
"""


class KafkaUnavailable(RuntimeError):
    """Kafka cannot be had or started here; the text says what to do."""


def jar_folder() -> Path:
    """Where Kafka's jars are kept, whether they are there or not."""
    configured = os.environ.get("SIXCLEAR_KAFKA_CACHE")
    return Path(configured) if configured else Path.home() / ".cache" / "sixclear" / f"kafka-{KAFKA_VERSION}"


def ensure_jars() -> Path:
    """The folder with Kafka's jars, fetched by Maven once. Safe to call from several processes at a time."""
    folder = jar_folder()
    if (folder / "complete").exists():
        return folder
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaUnavailable("Apache Kafka needs Maven once, to fetch its jars: install `mvn` (Debian: maven).")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            _fetch(maven, folder)
    return folder


def _fetch(maven: str, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    pom = folder / "pom.xml"
    pom.write_bytes(files("sixclear.common.runtime").joinpath("kafka/pom.xml").read_bytes())
    log = folder.parent / f"{folder.name}.log"
    command = [maven, "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={folder}"]
    with log.open("wb") as output:
        try:
            done = subprocess.run(  # noqa: S603 (fixed command)
                command, stdout=output, stderr=subprocess.STDOUT, timeout=_FETCH_LIMIT_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise KafkaUnavailable(f"Maven did not fetch Kafka's jars in {_FETCH_LIMIT_SECONDS} s; see {log}") from None
    if done.returncode != 0:
        raise KafkaUnavailable(f"Maven could not fetch Kafka's jars; see {log}")
    (folder / "complete").touch()


def find_java() -> str:
    """The Java command. Raises KafkaUnavailable without one."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin") if home else None
    java = java or shutil.which("java")
    if java is None:
        raise KafkaUnavailable("Apache Kafka needs Java 17 or later: install `java` (Debian: openjdk-17-jre-headless).")
    return java


def free_port() -> int:
    """A TCP port of this machine that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class KafkaServer:
    """One broker and controller in `folder`; its port stays the same over restarts.

    Every method blocks; call them in a thread from asynchronous code. `kill`, `freeze` and `wipe` are for tests of
    what happens then. `properties` take the place of ours; `format_options` go to Kafka's `StorageTool format`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        properties: Mapping[str, str] | None = None,
        format_options: Sequence[str] = (),
    ) -> None:
        self.folder = folder.resolve()
        self.port = port or free_port()
        self.cluster_id = _new_cluster_id()
        self._controller_port = free_port()
        self._properties = dict(properties or {})
        self._format_options = tuple(format_options)
        self._process: subprocess.Popen[bytes] | None = None
        # A start goes on in its thread when its caller gives up: a stop must not leave what it starts afterwards.
        self._starting = threading.Lock()
        self._stopped = threading.Event()

    @property
    def bootstrap_servers(self) -> str:
        """The address for clients."""
        return f"127.0.0.1:{self.port}"

    @property
    def log_path(self) -> Path:
        """What the broker writes about itself."""
        return self.folder / "kafka.log"

    def start(self, deadline_seconds: float = 60.0) -> None:
        """Format the folder when it is new, start the broker, return when it takes connections."""
        with self._starting:
            self._stopped.clear()
            if not self.running():
                self._start(deadline_seconds)

    def _start(self, deadline_seconds: float) -> None:
        java, jars = find_java(), ensure_jars()
        make_folder(self.folder)
        properties = self.folder / "server.properties"
        ours = _PROPERTIES.format(port=self.port, controller_port=self._controller_port, data=self.folder / "data")
        # Of two lines for one property the later one counts.
        said = ours + "".join(f"{name}={value}\n" for name, value in self._properties.items())
        write_whole(properties, said.encode())
        command = [java, *_JVM, "-cp", f"{jars}/*"]
        if not (self.folder / "data" / "meta.properties").exists():
            formatting = ["kafka.tools.StorageTool", "format", "-t", self.cluster_id, "-c", str(properties)]
            self._run([*command, *formatting, *self._format_options])
        if self._stopped.is_set():
            raise KafkaUnavailable("Kafka was stopped while it started.")
        with open_bytes(self.log_path) as log:
            self._process = subprocess.Popen(  # noqa: S603 (fixed command)
                [*command, "kafka.Kafka", str(properties)],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                umask=UMASK,
                start_new_session=True,  # Ctrl-C in a terminal reaches us first; we stop the broker after its clients
            )
        self._await_port(deadline_seconds)

    def _run(self, command: list[str]) -> None:
        with open_bytes(self.log_path) as log:
            done = subprocess.run(  # noqa: S603 (fixed command)
                command, stdout=log, stderr=subprocess.STDOUT, timeout=60, check=False, umask=UMASK
            )
        if done.returncode != 0:
            raise KafkaUnavailable(f"Kafka could not format {self.folder}; see {self.log_path}")

    def _await_port(self, deadline_seconds: float) -> None:
        end = time.monotonic() + deadline_seconds
        cannot_ask = False
        while time.monotonic() < end and not self._stopped.is_set():
            if not self.running():
                raise KafkaUnavailable(f"Kafka ended while starting; see {self.log_path}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=0.5).close()
            except OSError as error:
                cannot_ask = error.errno in (errno.EMFILE, errno.ENFILE)
                time.sleep(0.05)
            else:
                return
        if cannot_ask:  # it may be in the best of health, so it is left alone
            raise KafkaUnavailable("It cannot be told whether Kafka takes connections: too many files are open.")
        self.kill()
        raise KafkaUnavailable(f"Kafka took no connection within {deadline_seconds} s; see {self.log_path}")

    def running(self) -> bool:
        """Whether the broker's process is there (it may be frozen)."""
        return self._process is not None and self._process.poll() is None

    def stop(self, deadline_seconds: float = 10.0) -> None:
        """Let the broker end by itself; kill it when the deadline has passed. A start on its way is ended too."""
        self._stopped.set()
        with self._starting:
            self._stop(deadline_seconds)

    def _stop(self, deadline_seconds: float) -> None:
        if self._process is None:
            return
        self.thaw()
        self._process.terminate()
        try:
            self._process.wait(deadline_seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """End the broker without a word, as a power cut does to its clients."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def freeze(self) -> None:
        """Stop the broker's clock: connections stay open, nothing is answered."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen broker go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self.running() and self._process is not None:
            self._process.send_signal(number)

    def wipe(self, *, same_cluster_id: bool) -> None:
        """Lose everything: the next start formats the folder again."""
        self.kill()
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        if not same_cluster_id:
            self.cluster_id = _new_cluster_id()


def _new_cluster_id() -> str:
    """22 characters as Kafka wants them; one that begins with `-` would look like an option."""
    while (cluster_id := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return cluster_id
