"""A database server over TLS, at the address that its operator hands out: both sides are proved, or nothing is sent.

The embedded PostgreSQL is built without TLS; what speaks it here is a proxy of the test, before a real server.
"""

import asyncio
import ssl
from argparse import Namespace
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
import pytest_asyncio
from sqlalchemy import text

from sixclear.common.database_address import database_address
from sixclear.common.db import Database
from sixclear.common.events.signal import dedicated_connection
from sixclear.common.runtime.kafka_server import free_port
from sixclear.common.testing.authority import Authority
from sixclear.common.testing.postgres import CloneDatabase, TestServer
from sixclear.launcher import commands

pytestmark = pytest.mark.asyncio

_SSL_REQUEST = bytes.fromhex("0000000804d2162f")  # PostgreSQL's protocol, "SSLRequest"


@dataclass
class Encrypted:
    """A proxy that takes no connection without TLS and a certificate of `authority`, and notes whom it let in."""

    socket: Path
    database: str
    authority: Authority
    stranger: Authority
    port: int = 0
    came: list[str] = field(default_factory=list)

    def address(self, **parameters: str | Path) -> str:
        """What an operator hands out, with libpq's parameters."""
        words = "&".join(f"{name}={quote(str(value))}" for name, value in parameters.items())
        return f"postgres://postgres@127.0.0.1:{self.port}/{self.database}?{words}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await reader.readexactly(8) == _SSL_REQUEST:
                writer.write(b"S")
                await writer.start_tls(self._context())
                self.came.append(str(writer.get_extra_info("peercert")["subject"][0][0][1]))
                inner, outer = await asyncio.open_unix_connection(str(self.socket))
                await asyncio.gather(_copy(reader, outer), _copy(inner, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass  # the other side did not like us, or we did not like it: that is what is tested
        finally:
            writer.close()

    def _context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.authority.certificate("server"))
        context.load_verify_locations(self.authority.file)
        context.verify_mode = ssl.CERT_REQUIRED
        return context


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while content := await reader.read(65_536):
        writer.write(content)
    writer.close()


@pytest_asyncio.fixture
async def encrypted(
    postgres_server: TestServer, clone_database: CloneDatabase, tmp_path: Path
) -> AsyncIterator[Encrypted]:
    url = await clone_database("sixclear.tasks")
    (tmp_path / "ours").mkdir()
    (tmp_path / "theirs").mkdir()
    made = Encrypted(
        postgres_server.socket_dir / ".s.PGSQL.5432",
        url.partition("@/")[2].partition("?")[0],
        Authority(tmp_path / "ours"),
        Authority(tmp_path / "theirs"),
    )
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


async def test_both_sides_are_proved(encrypted: Encrypted) -> None:
    certificate, key = encrypted.authority.certificate("client")
    address = database_address(
        encrypted.address(sslmode="verify-full", sslrootcert=encrypted.authority.file, sslcert=certificate, sslkey=key)
    )
    database = Database(address, application_name="test", pool_size=1)
    outside = await dedicated_connection(database.engine, "test")
    async with database.session() as session:
        assert await session.scalar(text("SELECT count(*) FROM programme")) == 0
    await outside.close()
    await database.close()
    assert encrypted.came == ["client", "client"]


async def test_the_files_may_stand_in_libpqs_variables(encrypted: Encrypted, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, key = encrypted.authority.certificate("other")
    for name, file in (("ROOTCERT", encrypted.authority.file), ("CERT", certificate), ("KEY", key)):
        monkeypatch.setenv(f"PGSSL{name}", str(file))
    monkeypatch.setenv("SIXCLEAR_TASKS_DATABASE_URL", encrypted.address(sslmode="verify-full"))
    assert await commands.check_config(Namespace(target="tasks", connect=True)) == 0


@pytest.mark.parametrize("fault", ["a stranger's authority", "no certificate of ours", "no TLS"])
async def test_what_is_not_proved_is_refused_with_the_reason(
    fault: str, encrypted: Encrypted, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    address, says = {
        "a stranger's authority": (
            encrypted.address(sslmode="verify-full", sslrootcert=encrypted.stranger.file),
            "CERTIFICATE_VERIFY_FAILED",
        ),
        "no certificate of ours": (
            encrypted.address(sslmode="verify-full", sslrootcert=encrypted.authority.file),
            "SIXCLEAR_TASKS_DATABASE_URL",
        ),
        "no TLS": (encrypted.address(sslmode="disable"), "SIXCLEAR_TASKS_DATABASE_URL"),
    }[fault]
    monkeypatch.setenv("SIXCLEAR_TASKS_DATABASE_URL", address)
    assert await commands.check_config(Namespace(target="tasks", connect=True)) == 1
    said = capsys.readouterr().err
    assert "SIXCLEAR_TASKS_DATABASE_URL: FAILS" in said
    assert says in said


async def test_a_server_that_is_not_there_fails_the_check(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SIXCLEAR_TASKS_DATABASE_URL", f"postgresql://u:hush@127.0.0.1:{free_port()}/x")
    monkeypatch.setenv("SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS", f"127.0.0.1:{free_port()}")
    monkeypatch.setenv("SIXCLEAR_JWKS_URL", f"http://127.0.0.1:{free_port()}/keys")
    assert await commands.check_config(Namespace(target="tasks", connect=True)) == 1
    said = capsys.readouterr().err
    assert said.count(": FAILS: ") == 3
    assert "hush" not in said
