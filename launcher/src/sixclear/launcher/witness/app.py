"""A witness over HTTP (C2SP tlog-witness), with what it last cosigned for everyone to compare."""

import asyncio
import hashlib
import sqlite3
from collections.abc import Mapping, Sequence

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sixclear.common.clock import Clock
from sixclear.common.transparency.notes import NoteInvalid, SigningKey, VerifierKey
from sixclear.common.transparency.witnessing import AddCheckpoint, Reply
from sixclear.launcher.witness.store import WitnessStore

_log = structlog.get_logger(__name__)
# 63 hashes and a checkpoint with a hundred signatures are less than half of it.
_MOST_BYTES = 32 * 1024
_AT_ONCE = 16

Logs = Mapping[str, Sequence[VerifierKey]]


def witness_app(store: WitnessStore, logs: Logs, key: SigningKey, clock: Clock) -> Starlette:
    """The application of a witness with this key, for these logs."""
    places = asyncio.Semaphore(_AT_ONCE)
    by_hash = {hashlib.sha256(origin.encode()).hexdigest(): origin for origin in logs}

    async def add_checkpoint(request: Request) -> Response:
        try:
            asked = AddCheckpoint.parse((await _body(request)).decode())
            async with places:
                reply = await asyncio.to_thread(store.answer, asked, logs, key, clock())
        except (NoteInvalid, UnicodeDecodeError) as error:
            reply = Reply(400, f"{error if isinstance(error, NoteInvalid) else 'The request is no text.'}\n")
        except sqlite3.OperationalError as error:
            _log.error("witness cannot store", error=str(error))
            reply = Reply(503, "nothing can be stored at the moment\n")
        _log.info("checkpoint asked for", status=reply.status, size=reply.seen.size if reply.seen else None)
        return Response(reply.body, reply.status, {"content-type": reply.content_type})

    async def read_checkpoint(request: Request) -> Response:
        origin = by_hash.get(request.path_params["origin_hash"])
        note = None if origin is None else await asyncio.to_thread(store.note, origin)
        if note is None:
            raise HTTPException(404)
        return PlainTextResponse(note, headers={"cache-control": "no-store"})

    async def say_who(_: Request) -> Response:
        lines = [f"A witness (C2SP tlog-witness) with the key\n{key.verifier}\n\nIt knows these logs:"]
        lines += [f"{origin}  /{hashed}/checkpoint" for hashed, origin in by_hash.items()]
        return PlainTextResponse("\n".join(lines) + "\n")

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/{origin_hash}/checkpoint", read_checkpoint),
            Route("/", say_who),
        ]
    )


async def _body(request: Request) -> bytes:
    """The whole body; 413 as soon as it is too long."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            raise HTTPException(413)
    return bytes(body)
