"""A source of events under test: its application, its database, its clock, and clients that call it."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

import httpx2
from sqlalchemy import event, text
from starlette.applications import Starlette

from sixclear.common.auth.access import access_rules
from sixclear.common.clock import utc_now
from sixclear.common.db import Database
from sixclear.common.event_log import EventLog, StoredEvent
from sixclear.common.ids import new_id
from sixclear.common.runtime.source_target import CreateApp, SourceSettings
from sixclear.common.runtime.target import Runtime
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.identity import FakeIssuer, http_client


class CommitFails(RuntimeError):
    """The disk is full, the server is gone: the commit did not happen."""


def _fail(connection: Any) -> None:
    raise CommitFails


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
        """The path of every POST of the API."""
        return [path for method, path, _ in access_rules(self.app) if method == "POST"]

    @contextmanager
    def commits_fail(self) -> Iterator[None]:
        """Every commit inside the block fails."""
        engine = self.database.engine.sync_engine
        event.listen(engine, "commit", _fail)
        try:
            yield
        finally:
            event.remove(engine, "commit", _fail)


R = TypeVar("R", bound=RunningService)
S = TypeVar("S", bound=SourceSettings)


@asynccontextmanager
async def running_service(
    kind: type[R], name: str, settings: S, create_app: CreateApp[S], clock: MovingClock
) -> AsyncIterator[R]:
    """The service `name` on the migrated database of `settings`, without a network; closed at the end."""
    database = Database(settings.database_url, application_name="test")
    log = EventLog(name, database, clock)
    issuer = FakeIssuer(clock)
    app = create_app(settings, verifier=issuer.verifier(), database=database, event_log=log, clock=clock)
    try:
        async with http_client(app) as http:
            yield kind(app, database, log, clock, issuer, http)
    finally:
        await database.close()


def bare_runtime(home: Path) -> Runtime:
    """What the launcher gives a target that neither consumes events nor calls another service."""
    return Runtime(
        settings=CommonSettings(env="test", home=home),
        clock=utc_now,
        new_id=new_id,
        bus=cast(Any, None),
        verifier=FakeIssuer().verifier(),
        http=cast(Any, None),
    )
