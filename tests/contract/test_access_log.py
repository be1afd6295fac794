"""Every answer that is not for everyone is in the access log, but for those that are listed here with a reason."""

from importlib import import_module

from fastapi.routing import iter_route_contexts

from sixclear.common.clock import utc_now
from sixclear.common.web.access import Access, find_dependency
from sixclear.common.web.route_options import RouteOptions
from sixclear.launcher.registry import SERVICES

_OWN_ANSWERS = "what became of the file that the caller sent: an answer to it"
NOT_RECORDED = {
    "GET /api/tasks/v1/jobs/{job_id}": _OWN_ANSWERS,
    "GET /api/tasks/v1/jobs/{job_id}/results": _OWN_ANSWERS,
    "GET /api/tasks/v1/jobs/{job_id}/result": _OWN_ANSWERS,
    "GET /api/monitoring/v1/operations/operations.css": "the style of pages",
}
# Of other methods an answer is recorded that left no event.
WRITES_NOT_RECORDED = {
    "POST /api/tasks/v1/files": "the caller's own file, which it has",
    "POST /api/tasks/v1/progress/bulk": _OWN_ANSWERS,
    "POST /api/tasks/v1/tasks/bulk": _OWN_ANSWERS,
    "POST /api/tasks/v1/imports/{kind}": _OWN_ANSWERS,
    "POST /api/tasks/v1/jobs/{job_id}/cancel": _OWN_ANSWERS,
    "POST /api/tasks/v1/values/bulk": _OWN_ANSWERS,
    "POST /api/feedback/v1/publications/{publication_id}/endorsements/verified": "who endorses what is kept nowhere",
}
# Methods that change nothing that is published, and whose purpose is to read.
RECORDED_TOO = {"POST /api/feedback/v1/submissions/{submission_id}/contact"}


def _routes() -> list[tuple[str, bool, bool | None]]:
    """Each route of every service, whether it asks for a token, and what it says of the access log."""
    found = []
    for service in SERVICES:
        if not service.has_database:
            continue
        settings = service.settings_class()(database_url="postgresql+asyncpg://only-described/")
        app = import_module(f"{service.package}.app").create_app(settings, clock=utc_now)
        for route in iter_route_contexts(list(app.routes)):
            dependant = getattr(route.original_route, "dependant", None)
            rule, options = find_dependency(dependant, Access), find_dependency(dependant, RouteOptions)
            asks = rule is not None and bool(rule.scopes)
            names = (f"{method} {route.path}" for method in route.methods or ())
            found += [(name, asks, None if options is None else options.recorded) for name in names]
    return found


def test_every_get_that_asks_for_a_token_is_recorded() -> None:
    protected = {name: recorded for name, asks, recorded in _routes() if asks and name.startswith("GET ")}
    assert len(protected) > 20, "nothing was checked"
    assert {name for name, recorded in protected.items() if recorded is False} == NOT_RECORDED.keys()


def test_no_public_route_is_recorded_and_of_others_those_that_are_listed() -> None:
    assert {name for name, _, recorded in _routes() if recorded is True} == RECORDED_TOO
    assert all(asks for name, asks, recorded in _routes() if recorded)


def test_every_other_answer_is_recorded_that_leaves_no_event() -> None:
    protected = {name: recorded for name, asks, recorded in _routes() if asks and not name.startswith("GET ")}
    assert len(protected) > 40, "nothing was checked"
    assert {name for name, recorded in protected.items() if recorded is False} == WRITES_NOT_RECORDED.keys()
