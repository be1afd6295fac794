"""The stand-in for what a sender does with the own case at `feedback`: a step changes the case, once for each key."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.integration.portal.records import NOW, RECEIPT, iso, organisations, problem

from sixclear.common.ids import stable_id

if TYPE_CHECKING:
    from tests.integration.portal.upstream import Upstream

ERASED = {"erased_at": iso(NOW), "backups_until": iso(NOW + timedelta(days=35))}
UNTIL = iso(NOW + timedelta(days=30))
BODY = {name: organisations()[0][name] for name in ("organisation_id", "code", "name_vi", "name_en")}
# What an answered case, and a silent one, offers to its sender.
ANSWERED = {"rate_until": UNTIL, "reopen_until": UNTIL, "appeal": {"level": 1, "basis": "answer", "until": UNTIL}}
SILENT = {"may_withdraw": True, "appeal": {"level": 1, "basis": "silence", "until": UNTIL}}
TASK = {
    "task_id": str(stable_id("task", "0")),
    "stage": "in_progress",
    "code": "NV-1",
    "title": "Dùng mã QR ở mọi xã",
    "status": "in_progress",
    "lead_organisation_id": BODY["organisation_id"],
    "lead_organisation": BODY,
    "percent": 45,
    "current_deadline": UNTIL,
    "last_report_at": iso(NOW),
    "assigned_at": iso(NOW),
    "completed_at": None,
    "cancelled_at": None,
    "replaced_by": None,
}
PROPOSAL = {
    "proposal_id": str(stable_id("proposal", "1")),
    "status": "accepted",
    "title": "Mã QR đối chiếu hồ sơ",
    "abstract": "Xã và tỉnh đối chiếu bằng mã.",
    "programme": "nq57-central",
    "organisation_id": BODY["organisation_id"],
    "organisation": BODY,
    "promised_steps": [{"text": "Thử ở hai xã", "due_on": "2026-12-31"}],
    "accepted_at": iso(NOW),
    "withdrawn_at": None,
    "demonstration": False,
    "tasks": [TASK],
}


def appeal(way: Mapping[str, Any], reason: str | None, **decided: Any) -> dict[str, Any]:
    """An appeal that was taken, and waits."""
    waits = {"filed_at": iso(NOW), "due_at": UNTIL, "decided_at": None, "decision": None, "text": None}
    return {"level": way["level"], "basis": way["basis"], "organisation": BODY, "reason": reason} | waits | decided


def _rate(state: "Upstream", entry: dict[str, Any]) -> None:
    said = {"rating": entry["rating"], "words": entry["words"], "rated_at": iso(NOW)}
    state.case |= {"rating": said, "rate_until": None}


def _reopen(state: "Upstream", entry: dict[str, Any]) -> None:
    again = {"reason": entry["reason"], "reopened_at": iso(NOW)}
    state.case |= {"reopening": again, "reopen_until": None, "rate_until": None, "appeal": None, "status": "assigned"}


def _appeal(state: "Upstream", entry: dict[str, Any]) -> None:
    state.case |= {"appeals": [appeal(state.case["appeal"], entry["reason"])], "appeal": None}


def _withdraw(state: "Upstream", _: dict[str, Any]) -> None:
    state.case |= {"status": "withdrawn", "may_withdraw": False, "appeal": None}


def _identity(state: "Upstream", entry: dict[str, Any]) -> None:
    state.case["identity_level"] = "named" if entry.get("name") else "pseudonymous"


def _consent(state: "Upstream", entry: dict[str, Any]) -> None:
    state.case |= {"consent": entry["consent"], "publication_id": None}


def _erase(state: "Upstream", entry: dict[str, Any]) -> None:
    state.case["erasures"] = [{"what": entry["what"], **ERASED}]
    state.erased = entry["what"] == "case"


def _notice(state: "Upstream", entry: dict[str, Any]) -> None:
    state.case["notice"] = {"wanted": entry["notice"] is not None, "language": "en" if entry["notice"] else None}


_CHANGES: Mapping[str, Callable[["Upstream", dict[str, Any]], None]] = {
    "rating": _rate,
    "reopen": _reopen,
    "appeal": _appeal,
    "withdraw": _withdraw,
    "identity": _identity,
    "consent": _consent,
    "erasure": _erase,
    "notice": _notice,
}


def steps(state: "Upstream", case_of: Callable[["Upstream"], dict[str, Any]]) -> list[Route]:
    """The routes of a sender's steps."""

    async def step(request: Request) -> Response:
        name = request.url.path.rpartition("/")[2]
        key, entry = request.headers["idempotency-key"], await request.json()
        if entry["receipt_code"].upper() != RECEIPT or state.erased:
            errors = [{"pointer": "#/receipt_code", "code": "receipt-code-unknown", "detail": "No."}]
            return problem("mailbox-not-found", 404, errors=errors)
        if state.refusal:
            return problem(state.refusal[1], state.refusal[0])
        if state.step_keys.setdefault(key, entry) is not entry and state.step_keys[key] != entry:
            return problem("idempotency-key-reused", 422)
        if state.step_keys[key] is entry:
            state.steps.append((name, {field: value for field, value in entry.items() if field != "receipt_code"}))
            _CHANGES[name](state, entry)
        if name == "erasure":
            return JSONResponse({"what": entry["what"], **ERASED})
        if name == "identity":
            return JSONResponse({"identity_level": state.case["identity_level"]})
        if name == "consent":
            return JSONResponse({"consent": entry["consent"], "publication_withdrawn": False})
        if name == "notice":
            return JSONResponse(state.case["notice"])
        return JSONResponse({"status": state.case.get("status", "answered"), "occurred_at": iso(NOW)})

    async def copy(request: Request) -> Response:
        if (await request.json())["receipt_code"].upper() != RECEIPT:
            return problem("mailbox-not-found", 404)
        contact = {"name": None, "email": "binh@example.invalid", "phone": None}
        return JSONResponse(
            {"made_at": iso(NOW), "case": case_of(state), "contact": contact, "statements": state.stated}
        )

    return [
        Route("/api/feedback/v1/mailbox/copy", copy, methods=["POST"]),
        *(Route(f"/api/feedback/v1/mailbox/{name}", step, methods=["POST"]) for name in _CHANGES),
    ]
