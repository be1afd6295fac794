"""What a start imports: what requests need, and nothing of a job. Each library costs every process time and memory."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from sixclear.common.testing.postgres import CloneDatabase
from sixclear.launcher.registry import SERVICES

pytestmark = pytest.mark.asyncio

_CHILD = Path(__file__).with_name("start_imports_child.py")
# Libraries that a start needs, or that one of these imports. Another one is imported by the job that needs it.
_NEEDED = {
    "annotated_doc": "fastapi",
    "annotated_types": "pydantic",
    "anyio": "starlette",
    "asyncpg": "the database's driver",
    "attr": "rich",
    "babel": "words and figures of pages",
    "click": "uvicorn",
    "cramjam": "pages, packed for browsers",
    "cryptography": "joserfc",
    "cython_runtime": "uvloop",
    "dateutil": "rules of recurring tasks",
    "dotenv": "pydantic_settings",
    "fastapi": "requests",
    "google": "spans of other processes, in monitoring",
    "greenlet": "sqlalchemy",
    "h11": "httpx2",
    "httpcore2": "httpx2",
    "httptools": "the server's parser",
    "httpx2": "the portal's questions to services",
    "idna": "httpx2",
    "jinja2": "pages",
    "joserfc": "tokens",
    "markupsafe": "jinja2",
    "msgspec": "hot routes",
    "obstore": "files, which tasks opens at its start",
    "opentelemetry": "traces",
    "orjson": "JSON",
    "prometheus_client": "metrics",
    "psutil": "the embedded PostgreSQL",
    "pydantic": "requests",
    "pydantic_core": "pydantic",
    "pydantic_settings": "settings",
    "pygments": "rich",
    "python_multipart": "forms of pages",
    "rich": "structlog, where it is installed",
    "sixclear": "ours",
    "sniffio": "httpx2",
    "sqlalchemy": "the database",
    "starlette": "requests",
    "structlog": "logs",
    "typing_extensions": "pydantic",
    "typing_inspection": "pydantic",
    "uvicorn": "the server",
    "uvloop": "the loop",
}
# Parts of those, and of ours, that belong to a job.
_OF_JOBS = (
    "alembic",  # a migration that is due
    "babel.messages",  # the first page in another language than Vietnamese
    "opentelemetry.exporter",  # a collector
    "rich.progress",  # the load of the demonstration
    "sixclear.common.bus.kafka",
    "sixclear.common.migrations",
    "sixclear.common.span_export",
    "sixclear.common.testing",
    "sixclear.launcher.cluster",
    "sixclear.launcher.contracts",
    "sixclear.launcher.demo.load",
)


async def loaded_by_a_start(environment: dict[str, str]) -> list[str]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, str(_CHILD), env=environment, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(child.communicate(), 60)
    assert child.returncode == 0
    return next(line.split()[1:] for line in said.decode().splitlines() if line.startswith("LOADED"))


async def test_a_start_imports_no_library_of_a_job(clone_database: CloneDatabase, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    environment |= {"SIXCLEAR_HOME": str(tmp_path), "SIXCLEAR_TASKS_SEED_ORGANISATIONS": "false"}
    for service in SERVICES:
        if service.has_database:
            environment[f"{service.variable}_DATABASE_URL"] = await clone_database(service.package)

    loaded = await loaded_by_a_start(environment)

    outside = {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names
    others = {name for name in outside if not name.startswith("_")} - _NEEDED.keys()
    assert not others, "a start needs them? Then they stand here with the reason; else the job imports them"
    jobs = [name for name in loaded if any(name == job or name.startswith(f"{job}.") for job in _OF_JOBS)]
    assert not jobs
