"""A source of events under test: its application, its database, its clock, and clients that call it."""

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

import httpx2
from fastapi import FastAPI
from sqlalchemy import event, text
from starlette.applications import Starlette
from starlette.routing import Router

from sixclear.common.bus.memory import MemoryBus
from sixclear.common.clock import utc_now
from sixclear.common.db import Database
from sixclear.common.errors import DomainError
from sixclear.common.events.catalogue import EventCatalogue
from sixclear.common.events.log import EventLog, StoredEvent
from sixclear.common.runtime.source_target import CreateApp, SourceSettings
from sixclear.common.runtime.target import Runtime
from sixclear.common.service_state import HotSwitch
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.identity import FakeIssuer, http_client
from sixclear.common.testing.operations import DeclaredRefusals
from sixclear.common.testing.spoiled import described_reads, raw_headers, reads_survive, spoiled, spoiled_headers
from sixclear.common.web.access import access_rules


class CommitFails(RuntimeError):
    """The disk is full, the server is gone: the commit did not happen."""


class OnlyTried(DomainError):
    """What would have been done; the commit is refused, so that the next request finds all as it was."""

    code = "only-tried"
    status = 418
    title = "Only tried"
    meaning = "A test asked what would be done."
    remedy = "Send it without the test around it."


@dataclass
class RunningService(ABC):
    """What tests of one service reach; a subclass says below which prefix it answers and who its clients are."""

    prefix: ClassVar[str]
    tables: ClassVar[tuple[str, ...]] = ()

    app: Starlette
    database: Database
    log: EventLog
    clock: MovingClock
    issuer: FakeIssuer
    http: httpx2.AsyncClient

    @abstractmethod
    def headers(self, client: str, /) -> dict[str, str]:
        """The Authorization header of `client`."""

    def reader_headers(self) -> dict[str, str]:
        """Who `get` asks as: anybody."""
        return {}

    async def post(self, client: str, path: str, body: Any, **headers: str) -> httpx2.Response:
        """POST as `client`."""
        return await self.http.post(f"{self.prefix}{path}", json=body, headers=self.headers(client) | headers)

    async def get(self, path: str, **params: str | int | bool) -> Any:
        """GET; the answer must be 200."""
        response = await self.http.get(f"{self.prefix}{path}", params=params, headers=self.reader_headers())
        assert response.status_code == 200, response.text
        return response.json()

    async def events(self) -> list[StoredEvent]:
        """Every event of the log, in order."""
        return list(await self.log.reader().read(0, 10_000))

    async def counts(self) -> dict[str, int]:
        """How many rows each of `tables` holds."""
        async with self.database.session() as session:
            return {
                table: int((await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())  # noqa: S608
                for table in self.tables
            }

    def posts(self) -> list[str]:
        """The path of every POST of the API; other doors, with forms of their own, have tests of their own."""
        posts = [path for method, path, _ in access_rules(self.app) if method == "POST"]
        return [path for path in posts if path.startswith(f"{self.prefix}/")]

    @contextmanager
    def commits_fail(self, error: type[Exception] = CommitFails) -> Iterator[None]:
        """Every commit inside the block fails with `error`; hot routes, which commit by themselves, are off."""

        def fail(connection: Any) -> None:
            raise error

        engine = self.database.engine.sync_engine
        event.listen(engine, "commit", fail)
        try:
            with self.ordinary_routes():
                yield
        finally:
            event.remove(engine, "commit", fail)

    @contextmanager
    def ordinary_routes(self) -> Iterator[None]:
        """Inside the block no route is answered in the front."""
        hot: HotSwitch | None = self.app.state.service_state.hot
        if hot is None:
            yield
            return
        before = hot.on
        hot.configure(on=False, in_flight=1)
        try:
            yield
        finally:
            hot.configure(on=before, in_flight=1)

    async def survives(self, path: str, body: Any, headers: Mapping[str, str]) -> None:
        """POST `body` spoiled in every place; nothing may be answered with a 5xx. No change is kept."""
        with self.commits_fail(OnlyTried):
            for number, (where, content) in enumerate(spoiled(body)):
                # Each from an address of its own: a limit for one address must not answer before the route does.
                origin = {"x-forwarded-for": f"198.18.{number >> 8 & 255}.{number & 255}"}
                sent = {"content-type": "application/json", **origin, **headers}
                response = await self.http.post(f"{self.prefix}{path}", content=content, headers=sent)
                assert response.status_code < 500, f"{path} {where} {content[:300]!r}: {response.text}"

    async def survives_headers(self, path: str, body: Any, headers: Mapping[str, str]) -> None:
        """POST `body` with each header spoiled; nothing may be answered with a 5xx. No change is kept."""
        content = json.dumps(body)
        with self.commits_fail(OnlyTried):
            for name, value in spoiled_headers():
                sent = raw_headers({"content-type": "application/json", **headers, name: value})
                response = await self.http.post(f"{self.prefix}{path}", content=content, headers=sent)
                assert response.status_code < 500, f"{path} {name}: {value[:300]!r}: {response.text}"

    async def reads_survive(self, client: str, known: Mapping[str, str]) -> None:
        """GET every path with every parameter spoiled, one at a time, and the first with spoiled headers: no 5xx.

        `known` has a good value for each parameter of a path.
        """
        await reads_survive(self.http, described_reads(cast(FastAPI, self.app)), known, self.headers(client))


R = TypeVar("R", bound=RunningService)
S = TypeVar("S", bound=SourceSettings)

# Of each service that ran in this process: the routes of its first application.
_planned: dict[type[RunningService], Router] = {}
# Of the same: its description, which takes a second to make.
_described: dict[type[RunningService], DeclaredRefusals] = {}


@asynccontextmanager
async def running_service(
    kind: type[R], events: EventCatalogue, settings: S, create_app: CreateApp[S], clock: MovingClock
) -> AsyncIterator[R]:
    """The service of `events` on the migrated database of `settings`, without a network; closed at the end."""
    database = Database(settings.database_url, application_name="test")
    log = EventLog(events, database, clock)
    issuer = FakeIssuer(clock)
    app = create_app(settings, verifier=issuer.verifier(), database=database, event_log=log, clock=clock)
    # FastAPI plans each route of an application again, which takes as long as a test. They are the same in all of a
    # service's applications: what differs, a request finds in its application's state.
    app.router = _planned.setdefault(kind, app.router)
    if kind not in _described:
        _described[kind] = DeclaredRefusals(cast(FastAPI, app).openapi())
    try:
        async with http_client(app) as http:
            http.event_hooks["response"].append(_described[kind])
            yield kind(app, database, log, clock, issuer, http)
    finally:
        if (hot := app.state.service_state.hot) is not None:
            await hot.close()
        await database.close()


def bare_runtime(home: Path) -> Runtime:
    """What the launcher gives a target whose sources are not in this process and that calls no other service."""
    return Runtime(
        settings=CommonSettings(env="test", home=home),
        clock=utc_now,
        bus=MemoryBus({}),
        verifier=FakeIssuer().verifier(),
        http=cast(Any, None),
    )
