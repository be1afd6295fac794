"""Open311 GeoReport v2 over HTTP. Its forms, media types and refusals are those of the specification, not ours."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sixclear.common.caller import PUBLIC_CALLER, Caller
from sixclear.common.clock import civil_date
from sixclear.common.service_state import state_of
from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, RuledRoute
from sixclear.common.web.route import SessionDep
from sixclear.common.web.use_cases import use_case
from sixclear.feedback.allowance import service as allowances
from sixclear.feedback.allowance.errors import TooManySubmissions
from sixclear.feedback.field.rules import case_fields
from sixclear.feedback.open311 import responses, rules, service
from sixclear.feedback.open311.errors import Open311Error
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.submission.dependencies import database_of, parts_of, receipts_of

BASE = "/api/feedback/open311/v2"
_READ = Access.public("Open311 shows public copies: what moderators released with the sender's consent.")
_POST = Access.public("An application posts with a key of its own, which the endpoint looks at; other callers get 403.")


@dataclass(frozen=True, slots=True)
class _Document:
    root: str
    value: Any
    status: int = 200


_Answer = Callable[[Request], Awaitable[_Document]]


def _formatted(answer: _Answer) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint that gives an answer, or its refusal, in the format that the address names."""

    async def endpoint(request: Request) -> Response:
        given = request.path_params["format"]
        form: rules.Format = "json" if given == "json" else "xml"
        headers = {"Cache-Control": "no-store"} if request.method == "POST" else {"Access-Control-Allow-Origin": "*"}
        try:
            if given not in rules.MEDIA_TYPES:
                raise Open311Error(404, "The formats are json and xml.")
            document = await answer(request)
        except Open311Error as error:
            if error.retry_after is not None:
                headers["Retry-After"] = error.retry_after
            document = _refused(error.status, error.description)
        content = rules.encoded(document.root, document.value, form)
        return Response(content, document.status, headers, rules.MEDIA_TYPES[form])

    return endpoint


def _refused(status: int, description: str) -> _Document:
    return _Document("errors", [{"code": status, "description": description}], status)


async def _discovery(request: Request) -> _Document:
    base = f"{request.url.scheme}://{request.url.netloc}{BASE}"
    return _Document("discovery", responses.discovery(base))


async def _services(request: Request) -> _Document:
    return _Document("services", responses.services())


async def _definition(request: Request) -> _Document:
    code = request.path_params["code"]
    if code not in case_fields().codes:
        raise Open311Error(404, "No service has this service_code; services has the list.")
    return _Document("service_definition", responses.definition(code))


async def _requests(request: Request) -> _Document:
    if request.method == "POST":
        return await _posted(request)
    asked = rules.asked_in(request.query_params, civil_date(state_of(request).clock()))
    async with database_of(request).read_session() as session:
        ctx = await _context(request, session, PUBLIC_CALLER)
        return await _shown(ctx, await service.list_requests(ctx, asked))


async def _request(request: Request) -> _Document:
    ids = rules.ids_in(request.path_params["request_id"])
    async with database_of(request).read_session() as session:
        ctx = await _context(request, session, PUBLIC_CALLER)
        found = await service.find_requests(ctx, ids)
        if not found:
            raise Open311Error(404, "No public request has this service_request_id.")
        return await _shown(ctx, found)


async def _shown(ctx: Context, found: list[Any]) -> _Document:
    named = [body for _, copy in found for body in (copy.place_id, copy.organisation_id)]
    names = await organisations.briefs(ctx, named)
    return _Document("service_requests", responses.requests_response(found, names))


async def _posted(request: Request) -> _Document:
    form = rules.form_in(request.headers.get("content-type", ""), await request.body())
    key = form.get("api_key") or request.query_params.get("api_key")
    application = rules.application_of(key, parts_of(request).applications)
    if application is None:
        raise Open311Error(403, "The api_key is missing or not registered; discovery says whom to ask for one.")
    await _spend(request, application)
    receipts, caller = await receipts_of(request), Caller(f"open311-{application}")
    again = rules.sending_key(form, request.headers.get("idempotency-key"))
    async with database_of(request).transaction() as session:
        ctx = await _context(request, session, caller)
        posted = await service.post(ctx, receipts, application, form, again)
    return _Document("service_requests", responses.posted_response(*posted))


async def _spend(request: Request, application: str) -> None:
    """Count one post of an application, in a transaction of its own (see `SendingRoute`)."""
    owner = hashlib.sha256(f"open311 {application}".encode()).digest()
    try:
        async with database_of(request).single_statements() as session:
            await allowances.spend(session, parts_of(request).posts, owner, state_of(request).clock())
    except TooManySubmissions as error:
        raise Open311Error(429, "Too many posts of this application.", error.headers["Retry-After"]) from None


async def _context(request: Request, session: SessionDep, caller: Caller) -> Context:
    return await use_case(request, session, caller, state_of(request).clock())


def _route(path: str, answer: _Answer, *methods: str) -> list[RuledRoute]:
    rules_of = {"GET": _READ, "POST": _POST}
    return [
        RuledRoute(f"{BASE}{path}", _formatted(answer), access=rules_of[method], methods=[method])
        for method in methods or ("GET",)
    ]


ROUTES = [
    *_route("/discovery.{format}", _discovery),
    *_route("/services.{format}", _services),
    *_route("/services/{code}.{format}", _definition),
    *_route("/requests.{format}", _requests, "GET", "POST"),
    *_route("/requests/{request_id}.{format}", _request),
]
