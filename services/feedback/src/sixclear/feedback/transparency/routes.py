"""The public log over HTTP, as C2SP tlog-tiles names its parts: everyone may read and keep all of it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from sixclear.common.web.access import Access
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import SessionDep, TransactionalRoute
from sixclear.feedback.transparency import service
from sixclear.feedback.transparency.errors import LogEmpty, TileNotFound
from sixclear.feedback.transparency.schemas import LogStatus

_TEXT, _BYTES = "text/plain", "application/octet-stream"
_SECONDS, _FOR_EVER = "public, max-age=5", "public, max-age=31536000, immutable"
EVERYONE = Access.public("The log is public: it names no case, and its entries say nothing without their salts.")

TilePath = Annotated[
    str,
    Path(
        pattern=r"^(entries|[0-9]{1,2})/(x[0-9]{3}/)*[0-9]{3}(\.p/[0-9]{1,3})?$",
        description="Level (`entries` for entries themselves), index in groups of three digits, and the width of a"
        " partial tile: `0/x001/x234/067`, `entries/000.p/17`.",
    ),
]
router = APIRouter(route_class=TransactionalRoute, tags=["public log"])


# Signatures are random to a reader: examples are short, and of a log that does not exist.
_KEY = "sixclear.example/log+3b1e2a6c+AZ5cPhX3mQ0Yq0w7p2p1d6rj8lq0kq3c0b5b3m6v9n0A"
_CHECKPOINT = (
    "sixclear.example/log\n2\n8u0u3T9xZpV3m1m9uKj8wqVJ8l0r5b6n7p2q4s6t8v0=\n\n— sixclear.example/log Ox4qbA…==\n"
)


def _shown(example: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {_TEXT: {"schema": {"type": "string"}, "example": example}}}}


def _text(content: str) -> Response:
    return Response(content, media_type=_TEXT, headers={"Cache-Control": _SECONDS})


@router.get(
    "/log/checkpoint",
    operation_id="readLogCheckpoint",
    dependencies=[Depends(EVERYONE)],
    response_class=Response,
    responses=_shown(_CHECKPOINT) | problem_responses(LogEmpty),
)
async def read_checkpoint(session: SessionDep) -> Response:
    """How large the public log is, and the root of its tree, signed (C2SP tlog-checkpoint)."""
    return _text(await service.checkpoint(session))


@router.get(
    "/log/tile/{tile:path}",
    operation_id="readLogTile",
    dependencies=[Depends(EVERYONE)],
    response_class=Response,
    responses={
        200: {"content": {_BYTES: {"schema": {"type": "string", "format": "binary"}}}},
        **problem_responses(TileNotFound),
    },
)
async def read_tile(session: SessionDep, tile: TilePath) -> Response:
    """Hashes or entries of the public log (C2SP tlog-tiles). What was read once never changes."""
    content = await service.tile(session, tile)
    return Response(content, media_type=_BYTES, headers={"Cache-Control": _FOR_EVER})


@router.get(
    "/log/policy",
    operation_id="readLogPolicy",
    dependencies=[Depends(EVERYONE)],
    response_class=Response,
    responses=_shown(f"log {_KEY}\nquorum none\n") | problem_responses(LogEmpty),
)
async def read_policy(session: SessionDep) -> Response:
    """Whose signatures a receipt of today has (C2SP tlog-policy): `quorum none` means that we alone sign."""
    return _text(await service.policy(session))


@router.get(
    "/log/keys",
    operation_id="readLogKeys",
    dependencies=[Depends(EVERYONE)],
    response_class=Response,
    responses=_shown(f"{_KEY}\n") | problem_responses(LogEmpty),
)
async def read_keys(session: SessionDep) -> Response:
    """The public keys of the log, one a line (C2SP signed-note)."""
    return _text("".join(f"{key}\n" for key in await service.keys(session)))


@router.get(
    "/log/status",
    operation_id="readLogStatus",
    dependencies=[Depends(EVERYONE)],
    responses=problem_responses(LogEmpty),
)
async def read_status(session: SessionDep, response: Response) -> LogStatus:
    """How large the public log is, since when, who cosigned it, and what each witness last said."""
    response.headers["Cache-Control"] = _SECONDS
    return await service.status(session)
