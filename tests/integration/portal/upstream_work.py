"""The stand-in for what `feedback` asks of senders while too many submissions come, by the rules of feedback itself."""

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.integration.portal.records import iso, problem

from sixclear.common.clock import utc_now
from sixclear.feedback.challenge.rules import (
    FORM_OPEN_FROM,
    FORM_OPEN_UNTIL,
    SOLVED_WITHIN,
    Keys,
    Looked,
    look_at_form_token,
    look_at_solution,
    new_challenge,
    new_form_token,
)

if TYPE_CHECKING:
    from tests.integration.portal.upstream import Upstream

KEYS = Keys(challenges=b"c" * 32, form_tokens=b"f" * 32)
_HEADERS = ("Sixclear-Proof-Of-Work", "Sixclear-Form-Token")


def work(state: "Upstream") -> list[Route]:
    """What is given to a form; where readers are not `hasty`, it was given ten seconds ago."""

    async def offer(_request: Request) -> Response:
        if state.no_offers:
            return problem("too-many-challenges", 429)
        now = utc_now()
        opened_at = now if state.hasty else now - FORM_OPEN_FROM
        return JSONResponse(
            {
                "needed": state.work_needed,
                "challenge": new_challenge(KEYS, now).to_dict(),
                "expires_at": iso(now + SOLVED_WITHIN),
                "form_token": new_form_token(KEYS, opened_at),
                "form_token_from": iso(opened_at + FORM_OPEN_FROM),
                "form_token_until": iso(opened_at + FORM_OPEN_UNTIL),
            },
            headers={"Cache-Control": "no-store"},
        )

    return [Route("/api/feedback/v1/challenge", offer)]


def work_refused(state: "Upstream", request: Request, key: str) -> Response | None:
    """What a submission that shows neither work nor an open form is answered with; an open form is held."""
    if not state.work_needed:
        return None
    solution, token = (request.headers.get(name) for name in _HEADERS)
    now = utc_now()
    looks = [look_at_solution(KEYS, solution, now), look_at_form_token(KEYS, token, now)]
    faults = [_fault(state, looked) for looked in looks]
    if None in faults:
        state.shown.append(_HEADERS[faults.index(None)])
        if faults[0] is not None:
            state.held.add(key)
        return None
    errors = [
        {"parameter": name, "in": "header", "code": str(code), "detail": "No."}
        for name, code in zip(_HEADERS, faults, strict=True)
    ]
    return problem("proof-of-work-needed", 428, errors=errors)


def _fault(state: "Upstream", looked: Looked) -> str | None:
    if looked.fault is None and looked.identity in state.used:
        return "used"
    state.used.add(looked.identity)
    return looked.fault
