"""The stand-in for `feedback`: submissions, the mailbox, and what it refuses."""

from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.integration.portal.records import NOW, RECEIPT, RULE, iso, organisations

from sixclear.common.ids import stable_id

if TYPE_CHECKING:
    from tests.integration.portal.upstream import Upstream


def feedback(state: "Upstream") -> list[Route]:
    """The routes of the service."""

    async def submit(request: Request) -> Response:
        key, body = request.headers["idempotency-key"], await request.json()
        if state.submissions.get(key, body) != body:
            return JSONResponse({"code": "idempotency-key-reused", "errors": []}, 422)
        state.submissions[key] = body
        answer = {
            "receipt_code": RECEIPT,
            "submission_id": str(stable_id("submission", key)),
            "due_at": iso(NOW),
            **RULE,
        }
        return JSONResponse({**answer, **RULE}, 201)

    async def mailbox(request: Request) -> Response:
        if state.locked_out:
            return JSONResponse({"code": "too-many-attempts"}, 429)
        if (await request.json())["receipt_code"] != RECEIPT:
            return JSONResponse({"code": "receipt-unknown"}, 404)
        return JSONResponse(
            {
                "kind": "initiative",
                "status": "assigned",
                "text": "Dùng mã QR để đối chiếu hồ sơ giữa xã và tỉnh.",
                "received_at": iso(NOW - timedelta(days=3)),
                "due_at": iso(NOW + timedelta(days=9)),
                "answered_at": None,
                "organisation_id": organisations()[0]["organisation_id"],
                "title": "Mã QR cho hồ sơ",
                "clock": {"working_days": 12, **RULE},
                "accesses": [{"what": "contact", "read_at": iso(NOW)}],
                "answer": state.answer,
                "messages": state.messages,
            }
        )

    async def message(request: Request) -> Response:
        key, body = request.headers["idempotency-key"], await request.json()
        if state.locked_out:
            return JSONResponse({"code": "too-many-attempts"}, 429)
        if body["receipt_code"] != RECEIPT:
            return JSONResponse({"code": "receipt-unknown"}, 404)
        if state.refusal:
            return JSONResponse({"code": state.refusal[1]}, state.refusal[0])
        if state.message_keys.get(key, body) != body:
            return JSONResponse({"code": "idempotency-key-reused"}, 422)
        if key in state.message_keys:
            return JSONResponse({}, 201)
        state.message_keys[key] = body
        state.messages.append({"author": "sender", "text": body["text"], "sent_at": iso(NOW)})
        return JSONResponse({}, 201)

    prefix = "/api/feedback/v1"
    return [
        Route(f"{prefix}/submissions", submit, methods=["POST"]),
        Route(f"{prefix}/mailbox", mailbox, methods=["POST"]),
        Route(f"{prefix}/mailbox/messages", message, methods=["POST"]),
    ]
