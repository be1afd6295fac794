"""Feedback without an account: the form, and its receipt; both also in a frame of another site's page.

A receipt code travels in bodies only, never in an address, so that no history, log or referrer keeps it. In a frame no
cookie is set or read: browsers keep none there, and none is needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sixclear.portal.errors import Refused, ServiceAway
from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.feedback.view import FeedbackView, ReceiptView, load, problems_of, refusal, send
from sixclear.portal.shell.addresses import address, asked_of
from sixclear.portal.shell.areas import Page
from sixclear.portal.shell.forms import form_key_of, new_form_key, read_form
from sixclear.portal.shell.policy import let_frame
from sixclear.portal.shell.portal import portal_of
from sixclear.portal.shell.sent_before import key_sent_before, remember_key

PAGE = PUBLIC.page("feedback", reads=("programme", "body"), styles=("form",))
FRAMED = PUBLIC.page("feedback", reads=("programme", "body"), styles=("form", "framed"), framed=True)
# Nothing of the visitor is in the empty form. A browser that may keep it gives back what was typed after Back.
_KEPT_BY_THE_BROWSER = "private, no-cache"


@dataclass(frozen=True, slots=True)
class _Door:
    """Where the form stands: its page, its address, and the address that takes it."""

    page: Page
    form: str
    sent: str

    def key_before(self, request: Request) -> str | None:
        """The key that this browser sent a form with last, as a cookie says; in a frame there is none."""
        return None if self.page.framed else key_sent_before(request)

    def answer(self, request: Request, view: FeedbackView | ReceiptView, status: int, template: str) -> Response:
        """The form or the receipt as an answer."""
        portal = portal_of(request)
        sent = address(self.sent, {"body": view.body}) if self.page.framed else self.sent
        response = portal.pages.answer(
            request, self.page, view, template=template, status=status, private=True, kept_at=sent
        )
        if self.page.framed:
            let_frame(request, response, portal.settings.embed_origins)
        return response


_OWN = _Door(PAGE, "/feedback", "/feedback/sent")
_FRAMED = _Door(FRAMED, "/embed/feedback", "/embed/feedback/sent")


@PAGE.get(_OWN.form)
async def form(request: Request) -> Response:
    """The empty form, with a new key of its own."""
    return await _form(request, _OWN)


@FRAMED.get(_FRAMED.form)
async def framed_form(request: Request) -> Response:
    """The empty form for a frame."""
    return await _form(request, _FRAMED)


@PAGE.post(_OWN.sent)
async def submit(request: Request) -> Response:
    """Takes a form: the receipt, or the form again with what was typed and what to change."""
    return await _submit(request, _OWN)


@FRAMED.post(_FRAMED.sent)
async def framed_submit(request: Request) -> Response:
    """Takes a form of a frame; its receipt is shown in the frame."""
    return await _submit(request, _FRAMED)


@PAGE.get(_OWN.sent)
async def back_to_form(request: Request) -> Response:
    """The address of a receipt leads to the form: a receipt is shown for what was sent, and to no address."""
    return RedirectResponse(_OWN.form, 303)


@FRAMED.get(_FRAMED.sent)
async def back_to_framed_form(request: Request) -> Response:
    """As `back_to_form`, to the form of the same body in the language of the frame."""
    kept = {name: request.query_params.get(name) for name in ("body", "lang")}
    response = RedirectResponse(address(_FRAMED.form, kept), 303)
    let_frame(request, response, portal_of(request).settings.embed_origins)
    return response


async def _form(request: Request, door: _Door) -> Response:
    portal = portal_of(request)
    asked = asked_of(request, PAGE.reads)
    values = {"form_key": new_form_key(), **asked.values}
    view = await load(portal.gateway, values, {}, asked.wrong, sent_before=door.key_before(request) is not None)
    response = door.answer(request, view, 422 if view.wrong else 200, "page")
    response.headers["Cache-Control"] = _KEPT_BY_THE_BROWSER
    return response


async def _submit(request: Request, door: _Door) -> Response:
    portal = portal_of(request)
    sent = await read_form(request, portal.settings.form_limit_bytes, portal.settings.own_origins)
    fields = {**sent.fields, "form_key": form_key_of(sent.fields)}
    if sent.refusal:
        return await _again(request, door, fields, {"form": sent.refusal.code}, sent.refusal.status)
    if "keep" in fields and "receipt" not in fields:
        return await _again(request, door, fields, {}, 200)
    if problems := problems_of(fields):
        return await _again(request, door, fields, problems, 422)
    try:
        view = await send(portal.gateway, fields, door.key_before(request))
    except Refused as refused:
        return await _again(request, door, fields, refusal(refused, fields), 422)
    except ServiceAway:
        return await _again(request, door, fields, {"form": "away"}, 503)
    response = door.answer(request, view, 200, "receipt")
    if not door.page.framed:
        remember_key(request, response, view.fields["form_key"])
    return response


async def _again(
    request: Request, door: _Door, typed: Mapping[str, str], problems: Mapping[str, str], status: int
) -> Response:
    """The form with what was typed."""
    fields = dict(typed)
    if "form_key" in problems:
        # What was typed differs from what this key already sent: the next attempt is a new submission.
        fields["form_key"] = new_form_key()
    if problems.get("form") == "body-unknown":
        fields["body"] = ""
    return door.answer(request, await load(portal_of(request).gateway, fields, problems), status, "page")
