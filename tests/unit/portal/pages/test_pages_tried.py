"""Each page stands in `PAGES`, the list by which every language and every failure is tried on it."""

import httpx2
import pytest
from starlette.routing import Match, Route
from tests.integration.portal.shown_pages import PAGES as TRIED

from sixclear.portal.app import DEVELOPER_PAGES
from sixclear.portal.app import PAGES as SHOWN

# GET leads back to the form; what the sender saw is not shown again.
NO_PAGE = {
    *("/feedback/sent", "/embed/feedback/sent", "/feedback/public/search"),
    *("/feedback/mailbox/code", "/feedback/mailbox/proof", "/feedback/mailbox/file", "/feedback/mailbox/files"),
}
# For who is signed in: `tests/integration/feedback/review/test_pages_of_experts.py` tries them before the service.
SIGNED_IN = {"/own/reviews", "/own/reviews/{identifier}", "/own/cases", "/own/cases/{identifier}/reviewers"}
ROUTES = [
    route
    for page in (*SHOWN, *DEVELOPER_PAGES)
    for route in page.routes
    if isinstance(route, Route) and "GET" in (route.methods or ()) and route.path not in NO_PAGE | SIGNED_IN
]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_a_page_is_tried(route: Route) -> None:
    scopes = ({"type": "http", "method": "GET", "path": httpx2.URL(path).path} for path in TRIED)
    assert any(route.matches(scope)[0] is Match.FULL for scope in scopes), "no address of PAGES leads here"
