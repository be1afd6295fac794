"""PostgreSQL's own log says that a row was refused, and nothing of what stood in it."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from traceback import format_exception

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from sixclear.common import migrations
from sixclear.common.db import Database
from sixclear.common.runtime.database_log import settings_that_log_rows
from sixclear.common.runtime.database_watch import DatabaseWatch
from sixclear.common.runtime.postgres_server import PostgresServer
from sixclear.common.testing.postgres import EmptyDatabase

pytestmark = pytest.mark.asyncio

PERSON = {"name": "Nguyễn Thị Ẩn Danh", "email": "an.danh@example.vn", "text": "Điều chỉ một người biết"}

# Each fails in another way; PostgreSQL would put the row, the key, the value or the parameters into its log.
FAILURES = {
    "a check": "INSERT INTO person VALUES (:name, :email, :text, -1)",
    "a missing value": "INSERT INTO person VALUES (:name, :email, :text, NULL)",
    "a double": "INSERT INTO person VALUES (:name, :email, :text, 1), (:name, :email, :text, 2)",
    "an unknown parent": "INSERT INTO child VALUES (:email, :name || :text)",
    "a value too long": "INSERT INTO brief VALUES (:name || :email || :text)",
    "broken JSON": "INSERT INTO child SELECT :email, ('{\"a\": ' || :name || :text)::jsonb::text",
    "a function that fails": "SELECT fails(:name, :email, :text)",
}
_TABLES = """
    CREATE TABLE person (name text, email text PRIMARY KEY, said text, age integer NOT NULL CHECK (age > 0));
    CREATE TABLE child (email text REFERENCES person, said text);
    CREATE TABLE brief (said varchar(3));
    CREATE FUNCTION fails(one text, two text, three text) RETURNS integer LANGUAGE plpgsql AS
      $$ BEGIN EXECUTE 'INSERT INTO person VALUES ($1, $2, $3, -1)' USING one, two, three; RETURN 1; END $$;
"""


@pytest_asyncio.fixture
async def server() -> AsyncIterator[PostgresServer]:
    """A server as `make run` starts it."""
    folder = Path(tempfile.mkdtemp(prefix="sixclear-pg-"))
    made = PostgresServer(folder / "postgres", ["sixclear_feedback"])
    await made.start()
    yield made
    await made.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(name="feedback")
def _feedback(server: PostgresServer) -> Database:
    return Database(server.url("sixclear_feedback"), application_name="test", pool_size=1)


async def test_the_log_has_nothing_of_a_row_that_was_refused(server: PostgresServer, feedback: Database) -> None:
    async with feedback.transaction() as session:
        for statement in _TABLES.split(";\n"):
            if statement.strip():
                await session.execute(text(statement))
    for failure in FAILURES.values():
        wanted = {name: value for name, value in PERSON.items() if f":{name}" in failure}
        with pytest.raises(DBAPIError) as failed:
            async with feedback.transaction() as session:
                await session.execute(text(failure), wanted)
        traceback = "".join(format_exception(failed.value))
        assert not [value for value in PERSON.values() if value in traceback], "a traceback may stand in any log"
    await feedback.close()
    written = server.log.read_text()
    assert written.count("ERROR") == len(FAILURES), "the log says that something failed"
    assert " 23514 " in written, "and of which kind it is"
    for value in PERSON.values():
        assert value not in written
    assert "INSERT" not in written


async def test_a_submission_that_a_constraint_refuses(server: PostgresServer, feedback: Database) -> None:
    await migrations.upgrade(server.url("sixclear_feedback"), "sixclear.feedback")
    async with feedback.session() as session:
        columns = await session.execute(
            text(
                "SELECT column_name FROM information_schema.columns WHERE table_name = 'submission'"
                " AND data_type = 'text' AND is_generated = 'NEVER' ORDER BY ordinal_position"
            )
        )
        names = list(columns.scalars())
    statement = f"INSERT INTO submission ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})"
    with pytest.raises(DBAPIError):
        async with feedback.transaction() as session:
            await session.execute(text(statement), {name: f"{PERSON['email']} {name}" for name in names})
    await feedback.close()
    written = server.log.read_text()
    assert "ERROR" in written
    assert PERSON["email"] not in written


async def test_a_server_that_logs_rows_is_named_at_the_start(empty_database: EmptyDatabase) -> None:
    watch = DatabaseWatch(await empty_database(), "feedback")
    with capture_logs() as said:
        await watch.start()
    await watch.stop()
    (warning,) = [line for line in said if line["event"].startswith("PostgreSQL logs rows")]
    assert "log_error_verbosity" in warning["settings"]
    assert warning["service"] == "feedback"


async def test_a_server_as_it_should_be_is_not_named(server: PostgresServer, feedback: Database) -> None:
    async with feedback.engine.connect() as connection:
        assert await settings_that_log_rows(connection) == []
        await connection.execute(text("SET log_parameter_max_length_on_error = -1"))
        assert await settings_that_log_rows(connection) == ["log_parameter_max_length_on_error"]
    await feedback.close()
