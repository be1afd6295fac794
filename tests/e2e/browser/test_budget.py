"""What a page costs a reader: requests, bytes, and the time to its first figure beside a static page's of the process.

The budgets stand in `budget.json`, each with its reason. A time is compared with the static page's of the same round,
and the best round counts: other work of the machine then makes no page fail that is within its budget. So does the best
of two visits of a browser that comes again: now and then Chromium has not stored the fonts yet that it just had.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession
from tests.e2e.browser.conftest import Site, running
from tests.e2e.browser.test_reading import TASK, UNIT

pytestmark = pytest.mark.browser

BUDGETS: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "budget.json").read_text())
PLACES = {"TASK": TASK, "UNIT": UNIT}
# Fixed texts in the frame of every page, with its styles and fonts; it asks no service.
_STATIC = "/problems/stale-version"
_ROUNDS = 2
# Notes the first frame in which the figure has a place on the page; all that it waits for is then there.
_NOTE = """(() => {
  const look = () => {
    const found = document.querySelector(%s);
    if (found && found.getClientRects().length) window.firstFigure = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""
_WAIT = """() => new Promise((done, fail) => {
  setTimeout(() => fail(new Error("the page has no such figure")), 10000);
  const look = () => window.firstFigure === undefined ? requestAnimationFrame(look) : done(window.firstFigure);
  look();
})"""


@dataclass
class Visit:
    """What the network of a page carried, as Chromium counts it, headers too; and when the first figure was there."""

    requests: list[str] = field(default_factory=list)
    transferred: int = 0
    first_figure_ms: float = 0.0

    def follow(self, session: CDPSession) -> None:
        """Count from now on."""
        session.on("Network.requestWillBeSent", lambda sent: self.requests.append(sent["request"]["url"]))
        session.on("Network.loadingFinished", self._add)
        session.send("Network.enable")

    def _add(self, finished: dict[str, Any]) -> None:
        self.transferred += int(finished["encodedDataLength"])


@dataclass
class Cost:
    """The visits of a page in a browser that had nothing of the site, and the best one of those that came again."""

    first: list[Visit] = field(default_factory=list)
    again: Visit | None = None

    def times(self, static: "Cost") -> float:
        """The time to the first figure as a multiple of that of `static`, in the best round."""
        rounds = zip(self.first, static.first, strict=True)
        return min(own.first_figure_ms / other.first_figure_ms for own, other in rounds)


@pytest.fixture(scope="module")
def costs(chromium: Browser) -> Mapping[str, Cost]:
    """Every page, and a static one, opened in turn."""
    figures = {_STATIC: "h1"} | {path: budget["figure"] for path, budget in BUDGETS.items()}
    found = {path: Cost() for path in figures}
    with running() as site:
        for number in range(_ROUNDS):
            for path, figure in figures.items():
                context = chromium.new_context(base_url=site.url)
                found[path].first.append(_visited(context, site, path, figure))
                if number == _ROUNDS - 1:
                    visits = [_visited(context, site, path, figure) for _ in range(_ROUNDS)]
                    found[path].again = min(visits, key=lambda visit: visit.transferred)
                context.close()
    return found


@pytest.mark.parametrize("path", BUDGETS)
def test_a_page_stays_within_its_requests_and_bytes(costs: Mapping[str, Cost], path: str) -> None:
    budget, cost = BUDGETS[path], costs[path]
    assert cost.again is not None
    for first in cost.first:
        found = {"requests": len(first.requests), "bytes": first.transferred, "again": cost.again.transferred}
        over = {name: value for name, value in found.items() if value > budget[name]}
        assert not over, (budget["why"], first.requests)


@pytest.mark.parametrize("path", BUDGETS)
def test_a_first_figure_comes_little_later_than_a_static_page(costs: Mapping[str, Cost], path: str) -> None:
    assert costs[path].times(costs[_STATIC]) <= BUDGETS[path]["times_static"], BUDGETS[path]["why"]


def _visited(context: BrowserContext, site: Site, path: str, figure: str) -> Visit:
    page, visit = context.new_page(), Visit()
    visit.follow(context.new_cdp_session(page))
    page.add_init_script(_NOTE % json.dumps(figure))
    page.goto(path.format_map(PLACES), wait_until="load")
    page.evaluate("() => document.fonts.ready.then(() => true)")
    visit.first_figure_ms = float(page.evaluate(_WAIT))
    if live := page.locator("[data-stream]").count() > 0:
        site.heard()
    page.close()
    if live:
        site.unheard()
    return visit
