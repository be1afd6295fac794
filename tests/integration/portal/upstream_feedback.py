"""The stand-in for `feedback`: submissions, the mailbox, and what it refuses."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.integration.portal.records import NOW, RECEIPT, RULE, iso, organisations, problem
from tests.integration.portal.upstream_files import files
from tests.integration.portal.upstream_public import public
from tests.integration.portal.upstream_steps import steps
from tests.integration.portal.upstream_work import work, work_refused
from tests.unit.common.transparency.made_log import LOG

from sixclear.common.ids import stable_id

if TYPE_CHECKING:
    from tests.integration.portal.upstream import Upstream


NEW_CODE = "4TBN-8RHD-7K2M-Q9XW-G"
PUBLISHED = {
    "responsible_organisation_id": organisations()[0]["organisation_id"],
    "next_date": None,
    "published_at": iso(NOW),
}


_ASKED_BY = {name: organisations()[0][name] for name in ("organisation_id", "code", "name_vi", "name_en")}
_BODY = {"organisation": _ASKED_BY, "requested_at": iso(NOW)}
IDENTITY_STEPS = [
    _BODY | {"decision": None, "decided_at": None, "open_until": None},
    _BODY | {"decision": "refused", "decided_at": iso(NOW), "open_until": None},
    _BODY | {"decision": "approved", "decided_at": iso(NOW), "open_until": iso(NOW + timedelta(days=1))},
    {"organisation": None, "requested_at": iso(NOW), "decision": None, "decided_at": None, "open_until": None},
]


def line(what: str, days: int, vi: str, en: str, mark: str | None = None) -> dict[str, Any]:
    """One step of the explanation of a due time."""
    return {"what": what, "day": "2025-11-03", "days": days, "text_vi": vi, "text_en": en, "mark": mark}


def transfer(state: str, **decided: Any) -> dict[str, Any]:
    """A body that was offered the case; its name is not known."""
    named = {name: organisations()[0][name] for name in ("organisation_id", "code", "name_vi", "name_en")}
    body = named["organisation_id"]
    return {
        "transfer_id": str(stable_id("transfer", state)),
        "from_organisation_id": body,
        "to_organisation_id": body,
        "from_organisation": None,
        "to_organisation": {
            name: organisations()[0][name] for name in ("organisation_id", "code", "name_vi", "name_en")
        },
        "ground": "not_competent",
        "state": state,
        "offered_at": iso(NOW),
        "decided_at": None,
        "refusal": None,
        "restarts": None,
    } | decided


UNKNOWN = {"code": "organisation-unknown", "detail": "Unknown."}
TRANSFERS = [transfer("offered"), transfer("refused", refusal="not_clear", decided_at=iso(NOW), to_organisation=None)]


def clock(provisional: bool = False) -> dict[str, Any]:
    """The clock of a case that is nine days from its end."""
    due_at = iso(NOW + timedelta(days=9))
    return {
        "started_at": iso(NOW - timedelta(days=3)),
        "working_days": 12,
        "due_at": due_at,
        "due_soon_at": due_at,
        "state": "in_time",
        **RULE,
        "calendar_edition": "2026",
        "special_days": [],
        "pauses": [],
        "provisional": provisional,
        "body_due_at": due_at,
        "paused_since": iso(NOW) if provisional else None,
        "lines": [
            line("received", 0, "Nhận ngày 03/11/2025.", "Received on 03/11/2025."),
            line("answer", 12, "12 ngày làm việc.", "12 working days.", mark="law"),
        ],
        "first_due_at": iso(NOW + timedelta(days=8)) if provisional else None,
    }


def case_of(state: "Upstream") -> dict[str, Any]:
    """The case as its sender sees it now."""
    return {
        "submission_id": str(stable_id("submission", RECEIPT)),
        "kind": "initiative",
        "status": "answered" if state.answer else state.case_status,
        "outcome": state.answer["outcome"] if state.answer else None,
        "suggested_programme": None,
        "programme": None,
        "visibility": "requester",
        "demonstration": False,
        "text": state.case_text,
        "received_at": iso(NOW - timedelta(days=3)),
        "due_at": iso(NOW + timedelta(days=9)),
        "answered_at": None,
        "organisation_id": organisations()[0]["organisation_id"],
        "title": state.case_title,
        "clock": clock(state.provisional),
        "transfers": TRANSFERS,
        "accesses": [{"what": "contact", "read_at": iso(NOW)}],
        "identity_requests": IDENTITY_STEPS,
        "answer": {**PUBLISHED, **state.answer} if state.answer else None,
        "messages": state.messages,
        "files": state.files,
        "notice": {"wanted": False, "language": None},
        "retention": {"contact_until": None, "text_until": None, "waits_for": "answer"},
        "code_changed_at": iso(NOW) if state.code_changes else None,
    } | state.case


def feedback(state: "Upstream") -> list[Route]:
    """The routes of the service."""

    async def submit(request: Request) -> Response:
        key, body = request.headers["idempotency-key"], await request.json()
        if state.submissions.get(key, body) != body:
            return problem("idempotency-key-reused", 422)
        if body.get("organisation_id") in state.unknown_bodies:
            return problem("validation-failed", 422, errors=[UNKNOWN | {"pointer": "#/organisation_id"}])
        again = key in state.submissions
        if not again and (refused := work_refused(state, request, key)):
            return refused
        state.submissions[key] = body
        answer = {
            "receipt_code": RECEIPT,
            "submission_id": str(stable_id("submission", key)),
            "received_at": iso(NOW),
            "due_at": iso(NOW),
            "due_soon_at": iso(NOW),
            "due_provisional": state.provisional,
            "held": key in state.held,
            **RULE,
        }
        if again and state.stated:
            answer |= {name: state.stated[0][name] for name in ("statement", "salt")}
        return JSONResponse(answer, 201)

    def unknown_code() -> Response:
        errors = [{"pointer": "#/receipt_code", "code": "receipt-code-unknown", "detail": "No."}]
        return problem("mailbox-not-found", 404, errors=errors)

    async def mailbox(request: Request) -> Response:
        if state.locked_out:
            return problem("too-many-attempts", 429)
        if (await request.json())["receipt_code"].upper() != RECEIPT or state.erased:
            return unknown_code()
        return JSONResponse(case_of(state))

    async def message(request: Request) -> Response:
        key, body = request.headers["idempotency-key"], await request.json()
        if state.locked_out:
            return problem("too-many-attempts", 429)
        if body["receipt_code"].upper() != RECEIPT:
            return unknown_code()
        if state.refusal:
            return problem(state.refusal[1], state.refusal[0])
        if state.message_keys.get(key, body) != body:
            return problem("idempotency-key-reused", 422)
        if key in state.message_keys:
            return JSONResponse({"author": "sender", "sent_at": iso(NOW)}, 201)
        state.message_keys[key] = body
        state.messages.append({"author": "sender", "text": body["text"], "sent_at": iso(NOW)})
        return JSONResponse({"author": "sender", "sent_at": iso(NOW)}, 201)

    async def statements(request: Request) -> Response:
        if state.locked_out:
            return problem("too-many-attempts", 429)
        if (await request.json())["receipt_code"].upper() != RECEIPT:
            return unknown_code()
        return JSONResponse(state.stated)

    async def new_code(request: Request) -> Response:
        key, body = request.headers["idempotency-key"], await request.json()
        if state.locked_out:
            return problem("too-many-attempts", 429)
        if body["receipt_code"].upper() != RECEIPT:
            return unknown_code()
        state.code_changes.append(key)
        return JSONResponse({"receipt_code": NEW_CODE, "code_changed_at": iso(NOW)})

    async def no_answers(request: Request) -> Response:
        asked = request.query_params["organisation"]
        known = {unit[name]: unit for unit in organisations() for name in ("organisation_id", "code")}
        if asked not in known:
            return problem("reference-unknown", 422, errors=[{"parameter": "organisation", "in": "query", **UNKNOWN}])
        return JSONResponse({"organisation_id": known[asked]["organisation_id"], "no_answers": 3})

    async def notices(_: Request) -> Response:
        return JSONResponse({"offered": state.notices})

    async def log_status(_: Request) -> Response:
        if state.empty:
            return problem("log-empty", 404)
        return JSONResponse(
            {
                "origin": LOG.name,
                "key": str(LOG.verifier),
                "size": 1287,
                "signed_at": iso(NOW),
                "accepted": bool(state.witnesses),
                "cosigned_by": [one["name"] for one in state.witnesses if not one["problem"]],
                "witnesses": state.witnesses,
            }
        )

    prefix = "/api/feedback/v1"
    return [
        Route(f"{prefix}/no-answers", no_answers),
        Route(f"{prefix}/log/status", log_status),
        Route(f"{prefix}/notices", notices),
        Route(f"{prefix}/submissions", submit, methods=["POST"]),
        Route(f"{prefix}/mailbox", mailbox, methods=["POST"]),
        Route(f"{prefix}/mailbox/statements", statements, methods=["POST"]),
        Route(f"{prefix}/mailbox/code", new_code, methods=["POST"]),
        Route(f"{prefix}/mailbox/messages", message, methods=["POST"]),
        *files(state),
        *steps(state, case_of),
        *work(state),
        *public(state),
    ]
