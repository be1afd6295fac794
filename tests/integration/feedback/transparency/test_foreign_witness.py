"""The log and a witness over real connections: `sixclear witness` before each landing, a foreign one in the long lane.

The foreign one is litewitness of filippo.io/torchwood. Its own tool to add logs needs a module that cannot be had
everywhere, so its two rows are written here.
"""

import asyncio
import base64
import hashlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.integration.feedback.conftest import Service
from tests.integration.feedback.transparency.made_witnesses import LOGS
from tests.integration.feedback.transparency.public_log import (
    KEY,
    download,
    dump,
    lose,
    receipts,
    restore,
    sequencer,
    shown,
    verified,
)
from tests.integration.feedback.transparency.test_public_log import sent

from sixclear.common.sender.sender import Sender
from sixclear.common.transparency.asking import BOUNDS
from sixclear.common.transparency.merkle import EMPTY_ROOT
from sixclear.common.transparency.notes import COSIGNATURE, SigningKey, VerifierKey
from sixclear.common.visitor import trusted_networks
from sixclear.feedback.transparency.metrics import LOG_CLOSED
from sixclear.launcher.seats import Seats
from sixclear.launcher.server import HttpServer, bind
from sixclear.launcher.witness.app import witness_app
from sixclear.launcher.witness.store import WitnessStore

SOURCES = Path(__file__).parent / "foreign_witness"
_NAME = "foreign.example/w"


def stands(service: Service) -> None:
    """The time of the log and of its witness is the same."""


def is_the_times(service: Service) -> None:
    """The witness has the time of the day."""
    service.clock.now = datetime.now(UTC)


async def tell_the_story(
    service: Service, folder: Path, address: str, key: VerifierKey, time_of: Callable[[Service], None] = stands
) -> None:
    """Statements are cosigned as the log grows, and a log that was put back to yesterday is found."""
    time_of(service)
    lines = f"witness other {key} {address}\nquorum other\n"
    send = Sender(trusted_networks("127.0.0.0/8"), bounds=BOUNDS).send
    log = sequencer(service, folder / "files", witnesses=lines, send=send)
    await log.run()
    yesterday = await dump(service)
    codes = []
    for number in range(3):
        time_of(service)
        codes.append((await sent(service, number))["receipt_code"])
        await log.run()
    copy = await download(service, folder / "copy")
    for code in codes:
        [saved] = await receipts(service, code)
        assert "witnesses saw it" in verified(saved, copy)
    assert (await shown(service)).size == 3
    await restore(service, yesterday)
    lose(folder / "files")
    time_of(service)
    await sent(service, 3)
    await sequencer(service, folder / "files", witnesses=lines, send=send).run()
    assert LOG_CLOSED._value.get() == 1
    assert [row["size"] for row in await service.rows("log_checkpoint")] == [0]


@pytest.mark.asyncio
async def test_the_log_and_sixclear_witness_understand_each_other(service: Service, tmp_path: Path) -> None:
    key = SigningKey.new("press.example/w", COSIGNATURE)
    app = witness_app(WitnessStore(tmp_path / "witness.sqlite"), LOGS, key, service.clock)
    server = HttpServer(app, bind("127.0.0.1", 0), Seats(50, 50, lambda host: True))
    await server.start()
    try:
        await tell_the_story(service, tmp_path, f"http://127.0.0.1:{server.port}", key.verifier)
    finally:
        await server.stop()


@pytest.fixture(scope="module")
def litewitness(tmp_path_factory: pytest.TempPathFactory) -> Path:
    missing = [name for name in ("go", "ssh-agent", "ssh-add") if shutil.which(name) is None]
    if missing:
        words = f"no {', '.join(missing)}: no foreign witness can be tried"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    built = tmp_path_factory.mktemp("go") / "litewitness"
    command = ["go", "build", "-o", str(built), "filippo.io/torchwood/cmd/litewitness"]
    subprocess.run(command, cwd=SOURCES, check=True, timeout=500)
    return built


@pytest.fixture
def agent() -> Iterator[tuple[Path, str]]:
    """An agent that holds the witness's key: its socket, and the key's fingerprint."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    parts = (b"ssh-ed25519", public)
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    fingerprint = "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    with tempfile.TemporaryDirectory() as folder:  # a socket's path is short
        path = Path(folder) / "agent"
        process = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        try:
            process.stdout.readline()  # it says its socket once it listens
            added = subprocess.run(
                ["ssh-add", "-"],
                input=private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()),
                env=os.environ | {"SSH_AUTH_SOCK": str(path)},
                check=False,
                capture_output=True,
            )
            assert added.returncode == 0, added.stderr
            yield path, fingerprint
        finally:
            process.terminate()
            process.wait()
            process.stdout.close()


@asynccontextmanager
async def running(program: Path, folder: Path, agent: tuple[Path, str]) -> AsyncIterator[tuple[str, VerifierKey]]:
    """The foreign witness: its address and key."""
    listener = bind("127.0.0.1", 0)
    port = listener.getsockname()[1]
    listener.close()
    database = folder / "litewitness.db"
    given = ["-name", _NAME, "-db", str(database), "-ssh-agent", str(agent[0]), "-key", agent[1]]
    process = await asyncio.create_subprocess_exec(
        str(program), *given, "-listen", f"127.0.0.1:{port}", stderr=asyncio.subprocess.PIPE
    )
    try:
        assert process.stderr is not None
        key = None
        async with asyncio.timeout(60):
            while line := (await process.stderr.readline()).decode():
                if "vkey=" in line:
                    key = VerifierKey.parse(line.split("vkey=")[1].split()[0].strip('"'))
                if "listening" in line:
                    break
        assert key is not None
        with closing(sqlite3.connect(database)) as known:
            known.execute("INSERT INTO log VALUES (?, 0, ?)", (KEY.name, base64.b64encode(EMPTY_ROOT).decode()))
            known.execute("INSERT INTO key VALUES (?, ?)", (KEY.name, str(KEY.verifier)))
            known.commit()
        yield f"http://127.0.0.1:{port}", key
    finally:
        process.kill()
        await process.wait()


@pytest.mark.long
@pytest.mark.asyncio
async def test_the_log_and_a_foreign_witness_understand_each_other(
    service: Service, tmp_path: Path, litewitness: Path, agent: tuple[Path, str]
) -> None:
    async with running(litewitness, tmp_path, agent) as (address, key):
        await tell_the_story(service, tmp_path, address, key, is_the_times)
