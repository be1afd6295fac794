"""Routes by which the sender of a large file reads how far it has come, and what became of its items."""

from collections.abc import AsyncIterator
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from sixclear.common.bulk import jobs
from sixclear.common.bulk.errors import JobNotFound
from sixclear.common.bulk.incoming import OWN_ANSWERS, lines_of
from sixclear.common.bulk.job_views import JobView, view_of
from sixclear.common.service_state import state_of
from sixclear.common.web.access import Access
from sixclear.common.web.openapi import NDJSON
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import CallerDep, SessionDep, TransactionalRoute

_ENDED = ("finished", "stopped")


def job_router(access: Access, tag: str) -> APIRouter:
    """`/jobs/{job_id}` and its results, for callers whom `access` admits; each reads its own ones."""
    router = APIRouter(route_class=TransactionalRoute, tags=[tag])

    @router.get(
        "/jobs/{job_id}",
        operation_id="getJob",
        dependencies=[Depends(access), OWN_ANSWERS],
        responses=problem_responses(JobNotFound),
    )
    async def get_job(session: SessionDep, caller: CallerDep, job_id: UUID, response: Response) -> JobView:
        """How far a large file of yours has come. `Retry-After` says when to look again."""
        view = view_of(await jobs.find(session, job_id, caller))
        if view.state not in _ENDED:
            response.headers["Retry-After"] = "1"
        return view

    @router.get(
        "/jobs/{job_id}/results",
        operation_id="listJobResults",
        dependencies=[Depends(access), OWN_ANSWERS],
        responses=problem_responses(JobNotFound)
        | {200: {"description": "A result a line.", "content": {NDJSON: {"schema": {"type": "string"}}}}},
        response_class=Response,
    )
    async def list_results(request: Request, session: SessionDep, caller: CallerDep, job_id: UUID) -> Response:
        """What became of the items that are done, one a line, in the order of the file: NDJSON."""
        await jobs.find(session, job_id, caller)
        return StreamingResponse(_results(request, job_id), media_type=NDJSON)

    return router


async def _results(request: Request, job_id: UUID) -> AsyncIterator[bytes]:
    """Chunk by chunk, each read by itself: a slow reader holds no transaction open."""
    state = state_of(request)
    assert state.read_sessions is not None
    first = 0
    while True:
        async with state.read_sessions() as session:
            found = await jobs.results_from(session, job_id, first)
            if found is None:
                return
            body = found[1]
            if state.still_readable is not None:
                body = await state.still_readable(request, session, body)
        items = orjson.loads(body)["items"]
        for part in lines_of(items):
            yield part
        first = found[0] + len(items)
