"""Who reviews one idea."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sixclear.portal.pages.hub.area import HUB
from sixclear.portal.pages.hub.reviewers.view import load, take
from sixclear.portal.shell.addresses import address, asked_of, identifier_of
from sixclear.portal.shell.forms import read_form
from sixclear.portal.shell.portal import portal_of
from sixclear.portal.shell.signed_in import for_person
from sixclear.portal.upstream.gateway import Gateway

PAGE = HUB.page("reviewers", reads=("field",), styles=("form",))
_PATH = "/own/cases/{identifier}/reviewers"


@PAGE.get(_PATH)
async def show(request: Request) -> Response:
    """Who reviews the case, and experts of a field who could."""
    submission_id = identifier_of(request)

    async def answer(gateway: Gateway) -> Response:
        view = await load(gateway, submission_id, asked_of(request, PAGE.reads))
        return portal_of(request).pages.answer(request, PAGE, view, status=view.asked.status, private=True)

    return await for_person(request, answer)


@PAGE.post(_PATH)
async def step(request: Request) -> Response:
    """Asks an expert, or takes a review back, and shows the list after it."""
    portal = portal_of(request)
    submission_id = identifier_of(request)
    fields = (await read_form(request, portal.settings.form_limit_bytes, portal.settings.own_origins)).taken()
    asked = asked_of(request, PAGE.reads)

    async def answer(gateway: Gateway) -> Response:
        if problems := await take(gateway, submission_id, fields):
            view = await load(gateway, submission_id, asked, problems)
            return portal.pages.answer(request, PAGE, view, status=422, private=True)
        back = address(request.scope["path"], asked.values)
        return RedirectResponse(back, 303, {"Cache-Control": "no-store"})

    return await for_person(request, answer)
