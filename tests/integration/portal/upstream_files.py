"""The stand-in for files of a case at `feedback`: added by a form, read back by the code."""

import hashlib
from typing import TYPE_CHECKING

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.integration.portal.records import NOW, RECEIPT, iso, problem

from sixclear.common.ids import stable_id

if TYPE_CHECKING:
    from tests.integration.portal.upstream import Upstream


def files(state: "Upstream") -> list[Route]:
    """The routes of files."""

    async def add(request: Request) -> Response:
        async with request.form() as form:
            file = form["file"]
            assert isinstance(file, UploadFile)
            assert set(form) == {"receipt_code", "file"}
            content, code, name = await file.read(), str(form["receipt_code"]), file.filename or ""
        if code.upper() != RECEIPT:
            return problem("mailbox-not-found", 404)
        if state.refusal:
            return problem(state.refusal[1], state.refusal[0])
        one = {
            "attachment_id": str(stable_id("attachment", name)),
            "name": name,
            "media_type": "image/jpeg",
            "size": len(content),
            "sent_at": iso(NOW),
            "state": "ready",
            "scanned_at": None,
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        state.files.append(one)
        state.contents[str(one["attachment_id"])] = content
        return JSONResponse(one, 201)

    async def read(request: Request) -> Response:
        content = state.contents.get(request.path_params["attachment_id"])
        if (await request.json())["receipt_code"].upper() != RECEIPT or content is None:
            return problem("attachment-not-found", 404)
        named = {"Content-Disposition": "attachment; filename*=UTF-8''anh.jpg"}
        return Response(content, headers=named, media_type="image/jpeg")

    prefix = "/api/feedback/v1/mailbox/files"
    return [
        Route(prefix, add, methods=["POST"]),
        Route(f"{prefix}/{{attachment_id}}", read, methods=["POST"]),
    ]
