"""The health of streams for operators, as JSON and as a page; and what other processes report of theirs."""

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from sixclear.common.runtime.target import StreamState
from sixclear.common.web.access import Access
from sixclear.common.web.route import NowDep, SessionDep, TransactionalRoute
from sixclear.monitoring.operators import REPORT
from sixclear.monitoring.pages import PAGE, page
from sixclear.monitoring.parts import parts_of
from sixclear.monitoring.streams.reported import shown
from sixclear.monitoring.streams.repository import list_reports, store_reports
from sixclear.monitoring.streams.schemas import Stream, StreamReport, Streams
from sixclear.monitoring.streams.service import streams_health

reports_router = APIRouter(route_class=TransactionalRoute, tags=["operations"])


@reports_router.post("/streams", operation_id="reportStreams", dependencies=[REPORT], status_code=204)
async def report_streams(session: SessionDep, report: StreamReport, now: NowDep) -> None:
    """Report the health of another process's relays and consumers; silence is shown as silence."""
    await store_reports(session, {(one.service, one.name): _state(one) for one in report.items}.values(), now)


def _state(stream: Stream) -> StreamState:
    return StreamState(**stream.model_dump())


async def _health(request: Request, session: SessionDep, now: datetime) -> Streams:
    """Of the streams of this process, and of those that other processes reported."""
    parts = parts_of(request)
    own: Sequence[StreamState] = parts.process_streams()
    named = {(stream.service, stream.name) for stream in own}
    reported = shown(await list_reports(session), now)
    known = (*own, *(stream for stream in reported if (stream.service, stream.name) not in named))
    return await streams_health(session, known, leading=parts.leading(), now=now)


def make_router(rule: Access) -> APIRouter:
    """The operators' routes, open to those whom `rule` admits."""
    router = APIRouter(route_class=TransactionalRoute, tags=["operations"], dependencies=[Depends(rule)])

    @router.get("/streams", operation_id="getStreams", response_model=Streams)
    async def streams(request: Request, session: SessionDep, now: NowDep) -> Streams:
        """The health of every stream of the platform, and of the view that they feed."""
        return await _health(request, session, now)

    @router.get("/operations/streams", include_in_schema=False, dependencies=[PAGE])
    async def streams_page(request: Request, session: SessionDep, now: NowDep) -> HTMLResponse:
        """The health of every stream."""
        return page("streams.html", health=await _health(request, session, now))

    return router
