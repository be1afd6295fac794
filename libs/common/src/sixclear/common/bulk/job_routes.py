"""Routes by which the sender of a large file reads how far it has come, and what became of its items."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from sixclear.common.bulk import jobs
from sixclear.common.bulk.errors import JobNotFound
from sixclear.common.bulk.incoming import OWN_ANSWERS, lines_of
from sixclear.common.bulk.job_views import JobView, view_of
from sixclear.common.bulk.result_tables import result_table
from sixclear.common.bulk.tables import CSV
from sixclear.common.service_state import state_of
from sixclear.common.web.access import Access
from sixclear.common.web.openapi import NDJSON
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import CallerDep, NowDep, SessionDep, TransactionalRoute

_ENDED = ("finished", "stopped")
Format = Annotated[Literal["ndjson", "csv"], Query(description="The form of the file.")]
_RESULT_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "What became of each item.",
        "content": {NDJSON: {"schema": {"type": "string"}}, CSV: {"schema": {"type": "string"}}},
    }
}


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

    @router.get(
        "/jobs/{job_id}/result",
        operation_id="getJobResult",
        dependencies=[Depends(access), OWN_ANSWERS],
        responses=problem_responses(JobNotFound) | _RESULT_FILE,
        response_class=Response,
    )
    async def get_result(
        request: Request, session: SessionDep, caller: CallerDep, job_id: UUID, format: Format = "ndjson"
    ) -> Response:
        """As `/jobs/{job_id}/results`, as a file to keep; CSV has a row for each item, for a spreadsheet program."""
        await jobs.find(session, job_id, caller)
        headers = {"Content-Disposition": f'attachment; filename="{job_id}.{format}"'}
        if format == "ndjson":
            return StreamingResponse(_results(request, job_id), 200, headers, NDJSON)
        return StreamingResponse(result_table(_items(request, job_id)), 200, headers, CSV)

    @router.post(
        "/jobs/{job_id}/cancel",
        operation_id="cancelJob",
        dependencies=[Depends(access), OWN_ANSWERS],
        responses=problem_responses(JobNotFound),
    )
    async def cancel(session: SessionDep, caller: CallerDep, now: NowDep, job_id: UUID) -> JobView:
        """End a job of yours. What was taken stays, and the answer says how much; the rest is not taken.

        A job that has ended stays as it is.
        """
        return view_of(await jobs.cancel(session, job_id, caller, now))

    return router


async def _results(request: Request, job_id: UUID) -> AsyncIterator[bytes]:
    async for items in _items(request, job_id):
        for part in lines_of(items):
            yield part


async def _items(request: Request, job_id: UUID) -> AsyncIterator[list[Any]]:
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
        yield items
        first = found[0] + len(items)
