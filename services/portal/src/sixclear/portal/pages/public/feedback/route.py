"""Feedback without an account: the form, and its receipt.

A receipt code travels in bodies only, never in an address, so that no history, log or referrer keeps it.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sixclear.portal.errors import Refused, ServiceAway
from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.feedback.view import load, problems_of, refusal, send
from sixclear.portal.shell.addresses import asked_of
from sixclear.portal.shell.forms import form_key_of, new_form_key, read_form
from sixclear.portal.shell.portal import portal_of
from sixclear.portal.shell.sent_before import key_sent_before, remember_key

PAGE = PUBLIC.page("feedback", reads=("programme",), styles=("form",))
_SENT = "/feedback/sent"
# Nothing of the visitor is in the empty form. A browser that may keep it gives back what was typed after Back.
_KEPT_BY_THE_BROWSER = "private, no-cache"


@PAGE.get("/feedback")
async def form(request: Request) -> Response:
    """The empty form, with a new key of its own."""
    portal = portal_of(request)
    asked = asked_of(request, PAGE.reads)
    values = {"form_key": new_form_key(), "programme": asked.values["programme"]}
    view = await load(portal.gateway, values, {}, asked.wrong, sent_before=key_sent_before(request) is not None)
    response = portal.pages.answer(request, PAGE, view, status=asked.status, private=True, kept_at=_SENT)
    response.headers["Cache-Control"] = _KEPT_BY_THE_BROWSER
    return response


@PAGE.post(_SENT)
async def submit(request: Request) -> Response:
    """Takes a form: the receipt, or the form again with what was typed and what to change."""
    portal = portal_of(request)
    sent = await read_form(request, portal.settings.form_limit_bytes, portal.settings.own_origins)
    fields = {**sent.fields, "form_key": form_key_of(sent.fields)}
    if sent.refusal:
        return await _again(request, fields, {"form": sent.refusal.code}, sent.refusal.status)
    if "keep" in fields and "receipt" not in fields:
        return await _again(request, fields, {}, 200)
    if problems := problems_of(fields):
        return await _again(request, fields, problems, 422)
    try:
        view = await send(portal.gateway, fields, key_sent_before(request))
    except Refused as refused:
        return await _again(request, fields, refusal(refused), 422)
    except ServiceAway:
        return await _again(request, fields, {"form": "away"}, 503)
    response = portal.pages.answer(request, PAGE, view, template="receipt", private=True, kept_at=_SENT)
    remember_key(request, response, view.fields["form_key"])
    return response


@PAGE.get(_SENT)
async def back_to_form(request: Request) -> Response:
    """The address of a receipt leads to the form: a receipt is shown for what was sent, and to no address."""
    return RedirectResponse("/feedback", 303)


async def _again(request: Request, typed: Mapping[str, str], problems: Mapping[str, str], status: int) -> Response:
    """The form with what was typed."""
    portal, fields = portal_of(request), dict(typed)
    if "form_key" in problems:
        # What was typed differs from what this key already sent: the next attempt is a new submission.
        fields["form_key"] = new_form_key()
    view = await load(portal.gateway, fields, problems)
    return portal.pages.answer(request, PAGE, view, status=status, private=True, kept_at=_SENT)
