"""A route gets its use case's context, and a step is refused that was decided on another version."""

from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest
from fastapi import APIRouter, Depends, FastAPI, Response
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.entity import Versioned
from sixclear.common.events.log import EventLog
from sixclear.common.testing.identity import FakeIssuer, fixed_clock, http_client
from sixclear.common.web.access import Access
from sixclear.common.web.app import create_service_app
from sixclear.common.web.route import current_session
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag

OWNER = UUID(int=7)
SESSION = cast(AsyncSession, object())


class Thing(Versioned):
    """An entity at its third version."""

    version = cast(Any, 3)


class Log:
    """The part of a log that versions on the wire depend on."""

    epoch = 2


router = APIRouter(dependencies=[Depends(Access.scope("things:write", organisation="any"))])


@router.post("/step")
async def step(ctx: ContextDep, expect: ExpectDep, response: Response) -> dict[str, str]:
    """Answers with what the use case was given."""
    expect(Thing())
    tag(response, ctx.log, Thing())
    assert ctx.session is SESSION
    assert ctx.meta("Because")["reason"] == "Because"
    return {
        "organisation": str(ctx.meta()["organisation_id"]),
        "now": ctx.now.isoformat(),
        "new": str(ctx.new_id()),
        "id": ctx.meta()["request_id"],
    }


async def session() -> AsyncSession:
    """In the place of a request's session."""
    return SESSION


@pytest.fixture
def issuer() -> FakeIssuer:
    return FakeIssuer(fixed_clock())


@pytest.fixture
def app(issuer: FakeIssuer) -> FastAPI:
    app = create_service_app(
        title="Things",
        service="things",
        version="1",
        prefix="",
        routers=[router],
        verifier=issuer.verifier(),
        event_log=cast(EventLog, Log()),
        clock=fixed_clock(),
        new_id=lambda: UUID(int=9),
    )
    app.dependency_overrides[current_session] = session
    return app


@pytest.mark.asyncio
async def test_the_context_holds_the_caller_and_the_instant_of_the_request(app: FastAPI, issuer: FakeIssuer) -> None:
    async with http_client(app, headers=issuer.headers("things:write", organisation_id=OWNER)) as http:
        answer = await http.post("/step", headers={"X-Request-ID": "call-7"})
    assert answer.json() == {
        "organisation": str(OWNER),
        "now": datetime(2025, 12, 4, 10, tzinfo=UTC).isoformat(),
        "new": str(UUID(int=9)),
        "id": "call-7",
    }
    assert answer.headers["ETag"] == '"2.3"'


@pytest.mark.asyncio
@pytest.mark.parametrize(("seen", "status"), [('"2.3"', 200), ('"2.2"', 412), ('"1.3"', 412)])
async def test_a_step_on_another_version_is_refused(app: FastAPI, issuer: FakeIssuer, seen: str, status: int) -> None:
    headers = issuer.headers("things:write", organisation_id=OWNER) | {"If-Match": seen}
    async with http_client(app) as http:
        assert (await http.post("/step", headers=headers)).status_code == status
