"""Feedback without an account: the form, its receipt, and the mailbox that the receipt opens.

A receipt code travels in bodies only, never in an address, so that no history, log or referrer keeps it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sixclear.common.auth.access import declare
from sixclear.portal.errors import PageNotFound, Refused, ServiceAway
from sixclear.portal.forms import form_key_of, new_form_key, read_form
from sixclear.portal.routes.dependencies import CITIZEN, Portal, portal_of
from sixclear.portal.service import feedback


@declare(CITIZEN)
async def form(request: Request) -> Response:
    """The empty form, with a new key of its own."""
    portal = portal_of(request)
    programme = request.query_params.get("programme", "")
    context = await _form_context(portal, {"form_key": new_form_key(), "programme": programme}, {})
    return portal.pages.answer(request, "feedback", context, private=True)


@declare(CITIZEN)
async def sent(request: Request) -> Response:
    """Takes a form: the receipt, or the form again with what was typed and what to change."""
    portal = portal_of(request)
    typed = await read_form(request, portal.settings.form_limit_bytes)
    fields = {**typed, "form_key": form_key_of(typed)}
    problems = feedback.problems(fields)
    status = 422
    if not problems:
        try:
            receipt = await feedback.send(portal.gateway, fields)
            return portal.pages.answer(request, "sent", {"receipt": receipt}, private=True)
        except Refused as refused:
            problems = feedback.refusal(refused)
        except ServiceAway:
            problems, status = {"form": "away"}, 503
    values = dict(fields)
    if "form_key" in problems:
        # What was typed differs from what this key already sent: the next attempt is a new submission.
        values["form_key"] = new_form_key()
    context = await _form_context(portal, values, problems)
    return portal.pages.answer(request, "feedback", context, status=status, private=True)


@declare(CITIZEN)
async def back_to_form(request: Request) -> Response:
    """Somebody who opens the address of a receipt gets the form: a receipt is shown once."""
    return RedirectResponse("/feedback", 303)


@declare(CITIZEN)
async def mailbox_door(request: Request) -> Response:
    """Asks for a receipt code."""
    return _door(request, {}, "")


@declare(CITIZEN)
async def mailbox(request: Request) -> Response:
    """Opens a case, and takes a message when one was written."""
    portal = portal_of(request)
    typed = await read_form(request, portal.settings.form_limit_bytes)
    code = feedback.receipt_code(typed.get("receipt_code", ""))
    # The key stays with the text, so that sending it again after a failure is no second message.
    fields = {**typed, "receipt_code": code, "form_key": form_key_of(typed)}
    if not code:
        return _door(request, fields, "missing")
    try:
        return await _case(request, portal, fields)
    except ServiceAway:
        return _door(request, fields, "away")
    except PageNotFound:
        return _door(request, fields, "unknown")
    except Refused as refused:
        return _door(request, fields, "slow-down" if refused.status == 429 else "unknown")


async def _case(request: Request, portal: Portal, fields: Mapping[str, str]) -> Response:
    code, text, key = fields["receipt_code"], fields.get("text", ""), fields["form_key"]
    problems: Mapping[str, str] = {}
    if "reply" in fields:
        problems = await feedback.reply(portal.gateway, code, text, key)
    delivered = "reply" in fields and not problems
    case = await portal.gateway.feedback.mailbox(code)
    context = {
        "case": case,
        "handler": await feedback.handler_of(portal.gateway, case),
        "receipt_code": code,
        "delivered": delivered,
        "problems": problems,
        "text": "" if delivered else text,
        "form_key": new_form_key() if delivered or problems.get("text") == "already-sent" else key,
        "now": portal.clock(),
    }
    return portal.pages.answer(request, "mailbox", context, status=422 if problems else 200, private=True)


def routes() -> Sequence[BaseRoute]:
    """The feedback pages."""
    return [
        Route("/feedback", form),
        Route("/feedback/sent", sent, methods=["POST"]),
        Route("/feedback/sent", back_to_form),
        Route("/feedback/mailbox", mailbox_door),
        Route("/feedback/mailbox", mailbox, methods=["POST"]),
    ]


async def _form_context(portal: Portal, values: Mapping[str, str], problems: Mapping[str, str]) -> dict[str, Any]:
    programmes = await feedback.programmes(portal.gateway)
    return {"values": dict.fromkeys(feedback.FIELDS, "") | dict(values), "problems": problems, "programmes": programmes}


def _door(request: Request, fields: Mapping[str, str], problem: str) -> Response:
    context = {
        "receipt_code": fields.get("receipt_code", ""),
        "problems": {"receipt_code": problem} if problem else {},
        "text": fields.get("text", ""),
        "form_key": form_key_of(fields),
    }
    status = 503 if problem == "away" else 422 if problem else 200
    return portal_of(request).pages.answer(request, "mailbox_door", context, status=status, private=True)
