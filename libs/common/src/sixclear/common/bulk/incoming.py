"""Requests that carry a file: read while they arrive, taken at once where they are small, else kept as a job."""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message

from sixclear.common.bulk import jobs
from sixclear.common.bulk.errors import BulkTooLarge
from sixclear.common.bulk.files import Cut, Files, FileSource, Part, cut_lines
from sixclear.common.bulk.items import read_lines
from sixclear.common.bulk.job_views import view_of
from sixclear.common.bulk.split import Piece
from sixclear.common.errors import InternalError
from sixclear.common.service_state import ServiceState, state_of
from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, current_caller, find_dependency
from sixclear.common.web.endpoint import Handler
from sixclear.common.web.media_types import accepts, media_type, require_type
from sixclear.common.web.openapi import NDJSON
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.route_options import RouteOptions

# A thousand reports of ordinary length. Beyond it a file is a job, however few its items are.
AT_ONCE_BYTES = 4 * 1024 * 1024
# What one file may ask of those that wait behind it; of empty items alone its bytes would allow hundreds of millions.
MOST_ITEMS = 1_000_000
_CHUNK_BYTES = 1024 * 1024
_LINES_AT_ONCE = 500
# A slow file says as often that it still comes, so that it does not pass for one that is not sent any more.
_TOLD_EVERY = timedelta(seconds=20)


class _NotAtOnce(Exception):
    """The file has more items than one transaction takes."""


@dataclass(slots=True)
class _Spooled:
    """A file that was stored while it arrived."""

    job_id: UUID
    digest: bytes
    accepted: bool = field(default=False)


class FileRoute(TransactionalRoute):
    """A route whose body is a file; its `Files` stand among its dependencies, and its endpoint calls `take_file`.

    The body is read as it arrives. Up to four megabytes are held and taken in the request's own transaction, as other
    routes do. What is larger, or has more items than one transaction takes, is stored chunk by chunk, and answered with
    202 and the address of its job; a service without jobs refuses it. With `Accept: application/x-ndjson` the results
    come one a line.
    """

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()
        rule = find_dependency(self.dependant, Access)
        source: FileSource | None = find_dependency(self.dependant, FileSource)  # type: ignore[type-abstract]
        if rule is None or source is None:
            raise TypeError(f"{self.path} names no rule or no files")

        async def handle(request: Request) -> Response:
            await rule.admit(request)
            files = await source.of(request)
            require_type(request, files.types)
            parts = request.stream()
            head, ended = await _head(parts)
            if ended and await _is_small(request, files, head):
                try:
                    return _as_asked(request, await handler(_with_body(request, head)))
                except _NotAtOnce:
                    pass
            return await _as_job(request, files, handler, _joined(head, parts), head if ended else None)

        return handle


async def _head(parts: AsyncIterator[bytes]) -> tuple[bytes, bool]:
    """The beginning of the body, and whether it is all of it."""
    held = bytearray()
    async for part in parts:
        held += part
        if len(held) > AT_ONCE_BYTES:
            return bytes(held), False
    return bytes(held), True


def _cut_of(request: Request, files: Files) -> Cut:
    return files.cuts.get(media_type(request), cut_lines)


async def _is_small(request: Request, files: Files, body: bytes) -> bool:
    """Whether one transaction takes the file, as far as it is known before; its pieces are kept for `take_file`.

    Cut before the transaction begins: a workbook takes seconds.
    """
    if files.read is None:
        return True
    pieces: list[Piece] = []
    most = files.most(state_of(request).own)
    async with aclosing(_cut_of(request, files)(_only(body))) as cut:
        async for some in cut:
            pieces += some
            if len(pieces) > most:
                return False
    request.state.pieces = pieces
    return True


async def _only(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def _joined(head: bytes, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    for begin in range(0, len(head), _CHUNK_BYTES):
        yield head[begin : begin + _CHUNK_BYTES]
    async for part in parts:
        yield part


def _with_body(request: Request, body: bytes) -> Request:
    """The same request, whose body was read already."""
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            return await request.receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(request.scope, receive)


async def _as_job(
    request: Request, files: Files, handler: Handler, parts: AsyncIterator[bytes], whole: bytes | None
) -> Response:
    state = state_of(request)
    spooled = await _spool(request, state, files, parts)
    request.state.spooled = spooled
    try:
        # With an `Idempotency-Key` it is compared with the request of before: by its digest, where it is not held.
        response = await handler(_with_body(request, spooled.digest if whole is None else whole))
    except BaseException:
        await _drop(state, spooled)
        raise
    if not spooled.accepted or response.status_code >= 400:
        await _drop(state, spooled)
    if state.jobs is not None:
        state.jobs.wake()
    return response


async def _spool(request: Request, state: ServiceState, files: Files, parts: AsyncIterator[bytes]) -> _Spooled:
    """Store the file in chunks, each committed by itself; of a file that ends early nothing stays."""
    if state.database is None:
        raise InternalError
    if state.jobs is None:
        raise BulkTooLarge(f"At most {files.most(state.own)} items and {AT_ONCE_BYTES} bytes; send the rest apart.")
    caller = await current_caller(request)
    request_id = getattr(request.state, "request_id", None)
    spooled, digest = _Spooled(state.new_id(), b""), hashlib.sha256()
    async with state.database.transaction() as session:
        await jobs.begin(
            session, spooled.job_id, files.operation, caller, request_id, state.clock(), state.jobs.most_open
        )
    try:
        arriving = _told(_hashed(parts, digest), state, spooled.job_id)
        async with aclosing(_cut_of(request, files)(arriving)) as cut:
            async for chunk in _chunks(cut, files.most(state.own)):
                async with state.database.transaction() as session:
                    await jobs.store(session, spooled.job_id, chunk, state.clock())
    except BaseException:
        await _drop(state, spooled)
        raise
    spooled.digest = digest.digest()
    return spooled


async def _hashed(parts: AsyncIterator[bytes], digest: "hashlib._Hash") -> AsyncIterator[bytes]:
    async for part in parts:
        digest.update(part)
        yield part


async def _told(parts: AsyncIterator[bytes], state: ServiceState, job_id: UUID) -> AsyncIterator[bytes]:
    """The parts; a slow file says from time to time that it still comes. Raises JobNotFound when it was given up."""
    assert state.database is not None
    told_at = state.clock()
    async for part in parts:
        if (now := state.clock()) - told_at >= _TOLD_EVERY:
            async with state.database.transaction() as session:
                await jobs.goes_on(session, job_id, now)
            told_at = now
        yield part


async def _chunks(cut: AsyncGenerator[Iterable[Piece]], most: int) -> AsyncIterator[jobs.Chunk]:
    """The items of a file, together as many as are taken at once; raises BulkTooLarge."""
    first, weight, waiting = 0, 0, list[Piece]()
    async for pieces in cut:
        for piece in pieces:
            waiting.append(piece)
            weight += len(piece.raw or b"")
            if first + len(waiting) > MOST_ITEMS:
                raise BulkTooLarge(f"A file has {MOST_ITEMS} items at most: divide it into several.")
            if len(waiting) >= most or weight >= _CHUNK_BYTES:
                yield jobs.Chunk(first, waiting)
                first, weight, waiting = first + len(waiting), 0, []
    if waiting:
        yield jobs.Chunk(first, waiting)


async def _drop(state: ServiceState, spooled: _Spooled) -> None:
    assert state.database is not None
    async with state.database.transaction() as session:
        await jobs.drop(session, spooled.job_id)


async def take_file(ctx: Context, request: Request, files: Files, *, dry_run: bool, atomic: bool) -> Any:
    """What became of the file of this request: its result, or 202 where it is a job from now on.

    Raises BulkTooLarge for an `atomic` file that one transaction does not take, unless it may be a job, and
    BulkRefused.
    """
    state = state_of(request)
    spooled: _Spooled | None = getattr(request.state, "spooled", None)
    most = files.most(state.own)
    if spooled is None:
        if files.read is not None:
            lines = [files.read(piece) for piece in request.state.pieces]
        else:
            try:
                lines = read_lines(await request.body(), most, files.item)
            except BulkTooLarge:
                if atomic:
                    raise
                raise _NotAtOnce from None
        return await files.take(ctx, Part(lines), state.own, dry_run=dry_run, atomic=atomic)
    if atomic and not files.atomic_jobs:
        raise BulkTooLarge(f"All or nothing holds for at most {most} items and {AT_ONCE_BYTES} bytes.")
    job = await jobs.accept(ctx.session, spooled.job_id, ctx.caller, ctx.now, dry_run=dry_run, atomic=atomic)
    spooled.accepted = True
    view = view_of(job)
    address = f"{request.scope['path'].rsplit('/', 2)[0]}/jobs/{view.job_id}"
    headers = {"Location": address, "Retry-After": "1"}
    return Response(view.model_dump_json(), 202, headers, "application/json")


def _as_asked(request: Request, response: Response) -> Response:
    """The answer, or its items one a line where the request names that, and does not like JSON better."""
    wanted = accepts(request, NDJSON)
    if response.status_code != 200 or not wanted or wanted < accepts(request, "application/json"):
        return response
    items: list[Any] = orjson.loads(bytes(response.body))["items"]
    told = {name: value for name, value in response.headers.items() if name.startswith("idempotency-")}
    return StreamingResponse(lines_of(items), 200, told, NDJSON)


def lines_of(items: list[Any]) -> Iterator[bytes]:
    """Results as NDJSON, some hundred lines at a time."""
    for begin in range(0, len(items), _LINES_AT_ONCE):
        yield b"".join(orjson.dumps(item) + b"\n" for item in items[begin : begin + _LINES_AT_ONCE])


# For a route that takes a file: what became of it is an answer to its sender, and shows nothing else.
OWN_ANSWERS = Depends(RouteOptions(recorded=False))

# Without a schema: typed clients of before would have to tell two answers apart.
ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "The file is a job now. `Location` names its address, and the answer is the job as "
        "`getJob` tells it.",
        "headers": {"Location": {"$ref": "#/components/headers/Location"}},
    }
}
