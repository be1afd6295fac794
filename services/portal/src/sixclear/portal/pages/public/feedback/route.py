"""Feedback without an account: the form, and its receipt.

A receipt code travels in bodies only, never in an address, so that no history, log or referrer keeps it.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sixclear.portal.errors import Refused, ServiceAway
from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.feedback.view import ReceiptView, load, problems_of, refusal, send
from sixclear.portal.shell.forms import form_key_of, new_form_key, read_form
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("feedback")


@PAGE.get("/feedback")
async def form(request: Request) -> Response:
    """The empty form, with a new key of its own."""
    portal = portal_of(request)
    programme = request.query_params.get("programme", "")
    view = await load(portal.gateway, {"form_key": new_form_key(), "programme": programme}, {})
    return portal.pages.answer(request, PAGE, view, private=True)


@PAGE.post("/feedback/sent")
async def submit(request: Request) -> Response:
    """Takes a form: the receipt, or the form again with what was typed and what to change."""
    portal = portal_of(request)
    typed = await read_form(request, portal.settings.form_limit_bytes)
    fields = {**typed, "form_key": form_key_of(typed)}
    problems = problems_of(fields)
    status = 422
    if not problems:
        try:
            view = ReceiptView(await send(portal.gateway, fields))
            return portal.pages.answer(request, PAGE, view, template="receipt", private=True)
        except Refused as refused:
            problems = refusal(refused)
        except ServiceAway:
            problems, status = {"form": "away"}, 503
    if "form_key" in problems:
        # What was typed differs from what this key already sent: the next attempt is a new submission.
        fields["form_key"] = new_form_key()
    again = await load(portal.gateway, fields, problems)
    return portal.pages.answer(request, PAGE, again, status=status, private=True)


@PAGE.get("/feedback/sent")
async def back_to_form(request: Request) -> Response:
    """The address of a receipt leads to the form: a receipt is shown once."""
    return RedirectResponse("/feedback", 303)
