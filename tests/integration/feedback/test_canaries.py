"""Personal data that people write into any field is found nowhere but in its own sealed place."""

import asyncio
import base64
import hashlib
import html
import io
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from urllib.parse import quote_plus

import httpx2
import orjson
import pytest
import pytest_asyncio
from tests.integration.feedback.canaries import places
from tests.integration.feedback.canaries.doors import PUBLIC_WORD, REGISTER_WORD, Speaking
from tests.integration.feedback.canaries.kinds import KINDS, forms, traces
from tests.integration.feedback.canaries.places import KeptSpans
from tests.integration.feedback.canaries.story import everything_is_asked_once
from tests.integration.feedback.canaries.wrongly import everything_is_asked_wrongly
from tests.integration.feedback.conftest import Service, service
from tests.integration.monitoring.conftest import leading

from sixclear.common.bus.envelope import from_stored
from sixclear.common.db import Database
from sixclear.common.events.log import StoredEvent
from sixclear.common.logging import configure_logging
from sixclear.common.settings import CommonSettings
from sixclear.common.telemetry import configure_telemetry, instrument_engine
from sixclear.common.testing.postgres import CloneDatabase, TestServer
from sixclear.launcher.seats import Seats
from sixclear.launcher.server import HttpServer, bind

__all__ = ["service"]

# Through the fields that are made for them these go in every time.
ALWAYS = ("email", "mobile", "name")
LANDING = ("identity-card",)
# Where words stand that a body wrote for all to read, and those of its own registers.
PUBLIC_PLACES = {
    *("table publication", "table public_step", "table proposal"),
    *("table event", "table event_default", "bus"),
}
REGISTERS = {"table reviewer", "table answer_template"}
# A refusal names what in the request it is about; where a caller made up the name, it is told its own word again.
_NAMED = re.compile(r'"(?:instance|parameter|pointer)":"(?:[^"\\]|\\.)*"')

_NUMBERED = re.compile(r'"(?:trace_id|request_id)":"[^"]*"')


@pytest_asyncio.fixture
async def spans(service: Service) -> AsyncIterator[KeptSpans]:
    """Every span of the service, each request and each statement included."""
    kept = KeptSpans()
    telemetry = configure_telemetry("feedback", CommonSettings(trace_ratio=1.0), kept)
    instrument_engine(service.database.engine, "feedback")
    yield kept
    await telemetry.shutdown()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Every line that the process logs, of libraries too."""
    stream = io.StringIO()
    configure_logging(CommonSettings(log_level="DEBUG"), stream=stream)
    yield stream
    configure_logging(CommonSettings())


@pytest_asyncio.fixture
async def monitoring(clone_database: CloneDatabase) -> AsyncIterator[Database]:
    """The database of monitoring, which follows what feedback publishes."""
    made = Database(await clone_database("sixclear.monitoring"), application_name="test", pool_size=3)
    yield made
    await made.close()


async def spoken(service: Service, kinds: tuple[str, ...], folder: Path) -> list[httpx2.Response]:
    """Say these kinds through every door, as it is meant and wrongly; answers what was answered."""
    async with Speaking(service, *(KINDS[kind] for kind in kinds)) as http:
        service.http = http
        await everything_is_asked_once(service, folder)
        shut = http.doors.taking_words() - http.spoken
        assert not shut, f"nothing was said through {sorted(shut)}: add a step to canaries/story.py"
        for kind in kinds:
            assert await everything_is_asked_wrongly(http, KINDS[kind]) > 1_000
        return http.answers


async def kept(service: Service, spans: KeptSpans, log: io.StringIO, monitoring: Database) -> dict[str, str]:
    """What the service, its libraries and who follows it keep, by place."""
    view = await leading(monitoring)
    await view.fold(from_stored(event, "feedback", 1) for event in await service.events() if _followed(event))
    return {
        **{f"table {name}": rows for name, rows in (await places.tables(service.database)).items()},
        **{f"monitoring {name}": rows for name, rows in (await places.tables(monitoring)).items()},
        "bus": await places.sent_on_the_bus(service),
        "traces": places.traced(spans),
        "logs": log.getvalue(),
        "metrics": places.figures(),
    }


def _followed(event: StoredEvent) -> bool:
    return event.published and event.entity_type == "submission"


def _lines(said: Iterable[str]) -> str:
    """Each once, without what numbers every answer."""
    return "\n".join({_NUMBERED.sub("", one) for one in said})


def _may_be_cached(response: httpx2.Response) -> bool:
    return "no-store" not in response.headers.get("cache-control", "")


async def _nothing_is_found(
    service: Service,
    spans: KeptSpans,
    log: io.StringIO,
    monitoring: Database,
    server: TestServer,
    folder: Path,
    kinds: tuple[str, ...],
) -> None:
    said = tuple(dict.fromkeys((*ALWAYS, *kinds)))
    answers = await spoken(service, kinds, folder)
    found = await kept(service, spans, log, monitoring)
    found["files"] = places.files_below(folder)
    found["log of PostgreSQL"] = places.log_of(server)
    assert ("answered" in found["bus"], "INSERT" in found["traces"], len(log.getvalue()) > 0) == (True, True, True)
    assert {place: seen for place, text in found.items() for seen in [traces(text, *said)] if seen} == {}
    assert {place for place, text in found.items() if PUBLIC_WORD in text} <= PUBLIC_PLACES
    assert {place for place, text in found.items() if REGISTER_WORD in text} <= REGISTERS

    refused = [one for one in answers if not one.is_success]
    shown = [one for one in answers if one.is_success]
    assert traces(_lines(_NAMED.sub("", one.text) for one in refused), *said) == []
    assert traces(_lines(f"{name}: {value}" for one in answers for name, value in one.headers.items()), *said) == []
    assert traces(_lines(one.text for one in shown if _may_be_cached(one)), *said) == []
    # It did come in, and is shown to those who may read it.
    assert set(traces(_lines(one.text for one in shown), *said)) == set(said)


@pytest.mark.asyncio
async def test_what_people_write_is_found_nowhere_else(
    service: Service,
    spans: KeptSpans,
    log: io.StringIO,
    monitoring: Database,
    postgres_server: TestServer,
    tmp_path: Path,
) -> None:
    await _nothing_is_found(service, spans, log, monitoring, postgres_server, tmp_path, LANDING)


@pytest.mark.long
@pytest.mark.asyncio
@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_of_personal_data_is_found_nowhere_else(
    service: Service,
    spans: KeptSpans,
    log: io.StringIO,
    monitoring: Database,
    postgres_server: TestServer,
    tmp_path: Path,
    kind: str,
) -> None:
    await _nothing_is_found(service, spans, log, monitoring, postgres_server, tmp_path, (kind,))


@pytest.mark.asyncio
async def test_what_is_no_request_is_not_logged_either(service: Service, log: io.StringIO) -> None:
    said = "001187034567"
    server = HttpServer(service.app, bind("127.0.0.1", 0), Seats(50, 50, lambda host: True))
    await server.start()
    try:
        answers = [
            await _answered(server.port, request.replace(b"SAID", said.encode()))
            for request in (
                b"SAID / HTTP/1.1\r\n\r\n",
                b"GET /SAID HTTP/1.1\r\nhost: x\r\nSAID\r\n\r\n",
                b"GET /api/feedback/v1/SAID?code=SAID HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
                b"POST /api/feedback/v1/submissions HTTP/1.1\r\nhost: x\r\ncontent-length: SAIDx\r\n\r\n",
                b"GET / HTTP/SAID\r\nhost: x\r\n\r\n",
            )
        ]
    finally:
        await server.stop()
    assert [answer[9:12] for answer in answers] == [b"400", b"400", b"404", b"400", b"400"]
    assert said not in log.getvalue()


async def _answered(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    writer.write_eof()
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer


@pytest.mark.parametrize("kind", KINDS)
def test_a_trace_is_found_in_whatever_form_it_stands(kind: str) -> None:
    """The search itself: what it does not find here it would not find in a dump either."""
    said = KINDS[kind]
    written = [
        *forms(said),
        orjson.dumps(said).decode(),
        said.encode("unicode_escape").decode(),
        quote_plus(said),
        html.escape(said),
        "x" + base64.b64encode(said.encode()).decode(),
        "\\x" + said.encode().hex(),
        said.upper(),
        hashlib.sha256(said.encode()).hexdigest(),
    ]
    assert [form for form in written if traces(f"id=7 {form}, at", kind) != [kind]] == []
    assert traces("".join(other for other in KINDS.values() if other != said), kind) == []


def test_there_are_thirty_kinds() -> None:
    assert len(KINDS) == 30
