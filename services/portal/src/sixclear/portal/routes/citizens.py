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
from sixclear.portal.routes.dependencies import CITIZEN, Portal, addresses_of, portal_of
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
    return _door(request, "", {})


@declare(CITIZEN)
async def mailbox(request: Request) -> Response:
    """Opens a case, and takes a message when one was written."""
    portal = portal_of(request)
    fields = await read_form(request, portal.settings.form_limit_bytes)
    code, text = feedback.receipt_code(fields.get("receipt_code", "")), fields.get("text", "")
    if not code:
        return _door(request, "", {"receipt_code": "missing"})
    asked_for = addresses_of(request)
    problems: Mapping[str, str] = {}
    delivered = False
    try:
        if "reply" in fields:
            problems = feedback.reply_problems(text)
            if not problems:
                await portal.gateway.reply(code, text, form_key_of(fields), asked_for)
                delivered = True
        case = await portal.gateway.mailbox(code, asked_for)
    except ServiceAway:
        return _door(request, code, {"receipt_code": "away"}, text, 503)
    except (PageNotFound, Refused) as error:
        if isinstance(error, Refused) and error.status == 429:
            return _door(request, code, {"receipt_code": "slow-down"})
        return _door(request, code, {"receipt_code": "unknown"})
    context = {
        "case": case,
        "handler": await feedback.handler_of(portal.gateway, case),
        "receipt_code": code,
        "delivered": delivered,
        "problems": problems,
        "text": "" if delivered else text,
        "form_key": new_form_key(),
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


def _door(
    request: Request, code: str, problems: Mapping[str, str], text: str = "", status: int | None = None
) -> Response:
    context = {"receipt_code": code, "problems": problems, "text": text, "form_key": new_form_key()}
    status = status or (422 if problems else 200)
    return portal_of(request).pages.answer(request, "mailbox_door", context, status=status, private=True)
