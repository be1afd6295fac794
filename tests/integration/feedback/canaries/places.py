"""Everywhere that something of a request may stay: one text for each place."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from opentelemetry.sdk.trace import ReadableSpan
from prometheus_client import generate_latest
from sqlalchemy import text
from tests.integration.feedback.conftest import Service

from sixclear.common.bus.envelope import encode_stored
from sixclear.common.db import Database
from sixclear.common.testing.postgres import TestServer


@dataclass
class KeptSpans:
    """A sink that keeps everything."""

    spans: list[ReadableSpan] = field(default_factory=list)

    def offer(self, spans: Sequence[ReadableSpan]) -> None:
        """Keep these."""
        self.spans.extend(spans)


async def tables(database: Database) -> dict[str, str]:
    """Every row of every table as PostgreSQL writes it in a dump, by the name of the table."""
    kept = {}
    async with database.session() as session:
        names = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        for name in sorted(names):
            rows = await session.scalars(text(f'SELECT t::text FROM "{name}" t'))
            kept[name] = "\n".join(map(str, rows))
    return kept


async def sent_on_the_bus(service: Service) -> str:
    """Every event as a record of the bus has it: key, value, headers."""
    records = [encode_stored(event, "feedback", 1) for event in await service.events()]
    return "\n".join(
        part.decode(errors="replace")
        for record in records
        for part in (record.key, record.value, *(value for _, value in record.headers))
        if part is not None
    )


def files_below(folder: Path) -> str:
    """The names and contents of every file."""
    found = [file for file in folder.rglob("*") if file.is_file()]
    return "\n".join(f"{file}: {file.read_bytes().decode(errors='ignore')}" for file in found)


def log_of(server: TestServer) -> str:
    """What PostgreSQL wrote of its own accord."""
    return Path(server.server.log).read_text(errors="ignore")


def figures() -> str:
    """The metrics as Prometheus reads them."""
    return generate_latest().decode()


def traced(spans: KeptSpans) -> str:
    """The names, attributes and events of every span; what is there again and again is there once."""
    said: set[str] = set()
    for span in spans.spans:
        for attributes in (span.attributes or {}, *(event.attributes or {} for event in span.events)):
            said.update(f"{name}={value!r}" for name, value in attributes.items())
        said.update({span.name, str(span.status.description), *(event.name for event in span.events)})
    return "\n".join(sorted(said))
