"""One review of an expert. Every step is a form; nothing that is typed is lost, and nothing of it is in an address."""

from collections.abc import Mapping
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sixclear.portal.errors import ForeignForm, PageNotFound, Refused, ServiceAway
from sixclear.portal.pages.expert.area import EXPERT
from sixclear.portal.pages.expert.review.view import REASONS, REFUSED, STEPS, UnsentView, load, take
from sixclear.portal.shell.addresses import address, identifier_of
from sixclear.portal.shell.forms import read_form
from sixclear.portal.shell.portal import portal_of
from sixclear.portal.shell.signed_in import for_person, token_of
from sixclear.portal.upstream.gateway import Gateway

PAGE = EXPERT.page("review", reads=("done",), styles=("form",))
_PATH = "/own/reviews/{identifier}"


@PAGE.get(_PATH)
async def show(request: Request) -> Response:
    """The review as its expert may see it now."""
    review_id = identifier_of(request)

    async def answer(gateway: Gateway) -> Response:
        return await _page(request, gateway, review_id, {}, {})

    return await for_person(request, answer)


@PAGE.post(_PATH)
async def step(request: Request) -> Response:
    """Takes a step, and shows the review after it; or the form again, with all that was typed.

    A form of another site is not shown again: sent from a page of ours, it would come with the cookie of who is signed
    in.
    """
    portal = portal_of(request)
    review_id = identifier_of(request)
    sent = await read_form(request, portal.settings.form_limit_bytes, portal.settings.own_origins)
    if sent.refusal and sent.refusal.code == "foreign":
        raise ForeignForm
    fields = {name: text for name, text in sent.fields.items() if name != "step"}
    chosen = sent.fields.get("step", "")
    if "keep" in fields and (why := fields.get("unsent")) in REASONS:
        return _unsent(request, why, sent.fields, 200)
    if token_of(request) is None:
        return _unsent(request, "signed-out", sent.fields, 401)

    async def taken(gateway: Gateway) -> Response:
        if sent.refusal:
            return await _page(request, gateway, review_id, fields, {"form": sent.refusal.code}, sent.refusal.status)
        if "keep" in fields or chosen not in STEPS:  # another language was asked for, and nothing is sent by that
            return await _page(request, gateway, review_id, fields, {})
        if problems := await take(gateway, review_id, chosen, fields):
            return await _page(request, gateway, review_id, fields, problems, 422)
        done = address(request.scope["path"], {"done": chosen})
        return RedirectResponse(done, 303, {"Cache-Control": "no-store"})

    async def answer(gateway: Gateway) -> Response:
        try:
            return await taken(gateway)
        except (PageNotFound, Refused) as refused:
            return _unsent(request, REFUSED.get(refused.status, "away"), sent.fields, refused.status)

    try:
        return await for_person(request, answer)
    except ServiceAway:
        return _unsent(request, "away", sent.fields, 503)


async def _page(
    request: Request,
    gateway: Gateway,
    review_id: UUID,
    fields: Mapping[str, str],
    problems: Mapping[str, str],
    status: int = 200,
) -> Response:
    portal = portal_of(request)
    done = request.query_params.get("done", "")
    view = await load(gateway, review_id, fields, problems, done)
    path = request.scope["path"]
    return portal.pages.answer(request, PAGE, view, status=status, private=True, kept_at=path)


def _unsent(request: Request, why: str, fields: Mapping[str, str], status: int) -> Response:
    view = UnsentView(why, {name: text for name, text in fields.items() if name not in ("keep", "unsent")})
    pages, path = portal_of(request).pages, request.scope["path"]
    return pages.answer(request, PAGE, view, template="unsent", status=status, private=True, kept_at=path)
