"""The mailbox that a receipt opens: a case, its messages, its answer.

A receipt code travels in bodies only, never in an address, so that no history, log or referrer keeps it.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.errors import PageNotFound, Refused, ServiceAway
from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.mailbox.view import MailboxForm, load, receipt_code
from sixclear.portal.shell.forms import form_key_of, read_form
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("mailbox")


@PAGE.get("/feedback/mailbox")
async def mailbox_form(request: Request) -> Response:
    """Asks for a receipt code."""
    return _form(request, {}, "")


@PAGE.post("/feedback/mailbox")
async def mailbox(request: Request) -> Response:
    """Opens a case, and takes a message when one was written."""
    portal = portal_of(request)
    typed = await read_form(request, portal.settings.form_limit_bytes)
    code = receipt_code(typed.get("receipt_code", ""))
    # The key stays with the text, so that sending it again after a failure is no second message.
    fields = {**typed, "receipt_code": code, "form_key": form_key_of(typed)}
    if not code:
        return _form(request, fields, "missing")
    try:
        view = await load(portal.gateway, portal.clock(), fields)
        return portal.pages.answer(request, PAGE, view, status=422 if view.problems else 200, private=True)
    except ServiceAway:
        return _form(request, fields, "away")
    except PageNotFound:
        return _form(request, fields, "unknown")
    except Refused as refused:
        return _form(request, fields, "slow-down" if refused.status == 429 else "unknown")


def _form(request: Request, fields: Mapping[str, str], problem: str) -> Response:
    view = MailboxForm(
        receipt_code=fields.get("receipt_code", ""),
        problems={"receipt_code": problem} if problem else {},
        text=fields.get("text", ""),
        form_key=form_key_of(fields),
    )
    status = 503 if problem == "away" else 422 if problem else 200
    return portal_of(request).pages.answer(request, PAGE, view, template="form", status=status, private=True)
