"""The mailbox that a receipt opens: a case, its messages, its answer.

A receipt code travels in bodies only, never in an address, so that no history, log or referrer keeps it.
"""

from collections.abc import Mapping
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from sixclear.common.errors import DomainError
from sixclear.common.web.form_stream import read_form as read_form_with_file
from sixclear.portal.errors import ForeignForm, InvalidAddress, PageNotFound, Refused, ServiceAway
from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.mailbox import files
from sixclear.portal.pages.public.mailbox.steps import (
    ASKED_AGAIN,
    TYPED,
    ErasedView,
    confirm_view,
    erased_of,
    step_of,
)
from sixclear.portal.pages.public.mailbox.view import (
    LONGEST_CODE,
    MailboxForm,
    MailboxView,
    checked,
    load,
    new_code,
    proof_of,
    why_unknown,
)
from sixclear.portal.shell.forms import form_key_of, is_foreign, read_form
from sixclear.portal.shell.portal import portal_of
from sixclear.portal.upstream.cases import CaseCopy

PAGE = PUBLIC.page("mailbox", styles=("form",))
_MAILBOX = "/feedback/mailbox"
_NEW_CODE, _PROOF = f"{_MAILBOX}/code", f"{_MAILBOX}/proof"
_ADD_FILE, _READ_FILE = f"{_MAILBOX}/files", f"{_MAILBOX}/file"


@PAGE.get(_MAILBOX)
async def mailbox_form(request: Request) -> Response:
    """Asks for a receipt code."""
    return _form(request, {})


@PAGE.post(_MAILBOX)
async def mailbox(request: Request) -> Response:
    """Opens a case, after a message or a step that was asked for; what cannot be undone is asked for twice."""
    portal = portal_of(request)
    sent = await read_form(request, portal.settings.form_limit_bytes, portal.settings.own_origins)
    code = sent.fields.get("receipt_code", "").strip()
    # The key stays with the text, so that sending it again after a failure is no second message.
    keys = {name: form_key_of(sent.fields, name) for name in ("form_key", "step_key")}
    fields = {**sent.fields, "receipt_code": code, **keys}
    if sent.refusal:
        return _form(request, fields, {"form": sent.refusal.code}, sent.refusal.status)
    if "keep" in fields:  # another language was asked for, and nothing is sent by that
        if (shown := _without_case(request, fields)) is not None:
            return shown
        fields = {name: text for name, text in fields.items() if name not in ("reply", "step")}
    if not code or len(code) > LONGEST_CODE:
        return _form(request, fields, {"receipt_code": "length" if code else "missing"}, 422)
    step = step_of(fields)
    if step in ASKED_AGAIN and "sure" not in fields:
        return _page(request, confirm_view(step, fields), "confirm")
    try:
        if step == "copy":
            return _saved(await portal.gateway.feedback.copy(code))
        view = await load(portal.gateway, portal.clock(), fields)
    except ServiceAway:
        return _form(request, fields, {"receipt_code": "away"}, 503)
    except PageNotFound:
        return _form(request, fields, {"receipt_code": why_unknown(code)}, 422)
    except Refused as refused:
        return _form(request, fields, {"receipt_code": "slow-down" if refused.status == 429 else "unknown"}, 422)
    if isinstance(view, ErasedView):
        return _page(request, view, "erased")
    return _page(request, view, "page", 422 if view.problems else 200)


def _without_case(request: Request, fields: Mapping[str, str]) -> Response | None:
    """The page again that a form was sent from, where that page shows no case; None where it shows one."""
    if (erased := erased_of(fields)) is not None:
        return _page(request, erased, "erased")
    if (step := step_of(fields)) in ASKED_AGAIN:
        return _page(request, confirm_view(step, fields), "confirm")
    return None if "opened" in fields else _form(request, fields)


@PAGE.post(_NEW_CODE)
async def new_code_of(request: Request) -> Response:
    """Ends a receipt code and shows the new one; sent again, the same form shows the same code."""
    portal = portal_of(request)
    sent = await read_form(request, portal.settings.form_limit_bytes, portal.settings.own_origins)
    fields = {**sent.taken(), "form_key": form_key_of(sent.fields)}
    code = fields.get("receipt_code", "").strip()
    if not code or len(code) > LONGEST_CODE:
        return _form(request, fields, {"receipt_code": "length" if code else "missing"}, 422)
    try:
        view = await new_code(portal.gateway, {**fields, "receipt_code": code})
    except ServiceAway:
        return _form(request, fields, {"receipt_code": "away"}, 503)
    except PageNotFound:
        return _form(request, fields, {"receipt_code": why_unknown(code)}, 422)
    except Refused:
        return _form(request, fields, {"receipt_code": "slow-down"}, 422)
    return portal.pages.answer(request, PAGE, view, template="code", private=True, kept_at=_NEW_CODE)


@PAGE.post(_PROOF)
async def proof(request: Request) -> Response:
    """A statement as a page to print or as a file. It comes from the form, which has no receipt code.

    A form can be changed: what the log did not sign is shown as such, with no sheet and no file.
    """
    portal = portal_of(request)
    sent = await read_form(request, portal.settings.form_limit_bytes, portal.settings.own_origins)
    view = await checked(portal.gateway, proof_of(sent.taken()))
    if view.checked is False or sent.fields.get("as") != "file":
        status = 422 if view.checked is False else 200
        return portal.pages.answer(request, PAGE, view, status=status, template="proof", private=True, kept_at=_PROOF)
    return _file(view.file, view.file_name)


@PAGE.post(_ADD_FILE)
async def add_file(request: Request) -> Response:
    """Adds a file to the case, and shows it; what was typed for the mailbox stays there, unsent."""
    portal = portal_of(request)
    if is_foreign(request, portal.settings.own_origins):
        raise ForeignForm
    try:
        form = await read_form_with_file(request, None)
    except DomainError:
        raise InvalidAddress from None
    code = form.texts.get("receipt_code", "").strip()
    keys = {name: form_key_of(form.texts, name) for name in ("form_key", "step_key")}
    unsent = {name: text for name, text in form.texts.items() if name not in ("reply", "step")}
    fields = {**unsent, "receipt_code": code, **keys}
    try:
        problem = await files.add(portal.gateway.feedback, code, form, portal.settings.file_limit_bytes)
        view = await load(portal.gateway, portal.clock(), fields)
    except ServiceAway:
        return _form(request, fields, {"receipt_code": "away"}, 503)
    except PageNotFound:
        return _form(request, fields, {"receipt_code": why_unknown(code)}, 422)
    except Refused:
        return _form(request, fields, {"receipt_code": "slow-down"}, 422)
    assert isinstance(view, MailboxView)
    shown = replace(view, problems={"file": problem}) if problem else replace(view, done="file")
    return _page(request, shown, "page", 422 if problem else 200)


@PAGE.post(_READ_FILE)
async def read_file(request: Request) -> Response:
    """A file of the case as it was sent, to be saved; the mailbox stays as it is."""
    portal = portal_of(request)
    sent = await read_form(request, portal.settings.form_limit_bytes, portal.settings.own_origins)
    fields = sent.taken()
    code = fields.get("receipt_code", "").strip()
    try:
        headers, pieces = await files.read(portal.gateway.feedback, code, fields.get("attachment_id", ""))
    except PageNotFound:
        return _form(request, fields, {"receipt_code": why_unknown(code)}, 422)
    except Refused:
        return _form(request, fields, {"receipt_code": "slow-down"}, 422)
    except ServiceAway:
        return _form(request, fields, {"receipt_code": "away"}, 503)
    return StreamingResponse(pieces, 200, headers)


@PAGE.get(_ADD_FILE)
@PAGE.get(_READ_FILE)
@PAGE.get(_NEW_CODE)
@PAGE.get(_PROOF)
async def back_to_mailbox(request: Request) -> Response:
    """No address shows a code or a proof: both lead to the form that asks for a code."""
    return RedirectResponse(_MAILBOX, 303)


def _saved(copy: CaseCopy) -> Response:
    """A file of all that is held about the sender; the mailbox stays as it is."""
    return _file(copy.model_dump(mode="json"), f"sixclear-case-{copy.made_at:%Y-%m-%d}.json")


def _file(content: Mapping[str, object], name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return JSONResponse(content, headers=headers)


def _page(request: Request, view: object, template: str, status: int = 200) -> Response:
    pages = portal_of(request).pages
    return pages.answer(request, PAGE, view, template=template, status=status, private=True, kept_at=_MAILBOX)


def _form(
    request: Request, fields: Mapping[str, str], problems: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    view = MailboxForm(
        receipt_code=fields.get("receipt_code", ""),
        problems=problems or {},
        text=fields.get("text", ""),
        form_key=form_key_of(fields),
        step_key=form_key_of(fields, "step_key"),
        typed={name: fields[name] for name in TYPED if fields.get(name)},
    )
    return _page(request, view, "form", status)
