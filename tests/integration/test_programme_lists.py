"""Programme lists are data: from the catalogue over its events and monitoring's figures to the page, by one rule."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, get_args
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from tests.integration.data_catalog.conftest import START, Service, description
from tests.integration.monitoring.conftest import View, make_runtime
from tests.integration.monitoring.running import running

from sixclear.common.bus.envelope import from_stored
from sixclear.common.db import Database
from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.identity import http_client
from sixclear.common.testing.mirrored import follow
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.common.testing.service import running_service
from sixclear.data_catalog.app import create_app as create_catalogue
from sixclear.data_catalog.entry.schemas import DeploymentStage
from sixclear.data_catalog.events import EVENTS
from sixclear.data_catalog.organisation.models import Organisation
from sixclear.data_catalog.programme_list.repository import add_lists
from sixclear.data_catalog.programme_list.service import seed_lists
from sixclear.data_catalog.settings import Settings as CatalogueSettings
from sixclear.monitoring.status.figures import database_figures
from sixclear.monitoring.view import sources as views
from sixclear.portal.app import create_app as create_portal
from sixclear.portal.settings import Settings as PortalSettings
from sixclear.portal.shell.assets import Assets
from sixclear.portal.shell.rendering import Pages
from sixclear.portal.upstream.gateway import Gateway

pytestmark = pytest.mark.asyncio

THIRD = {"slug": "third-list", "name_vi": "Danh mục thứ ba", "name_en": "The third list"}
EDITIONS = [{"slug": "third-list", "edition": edition, "legal_basis": "QĐ 1"} for edition in ("2025", "2026")]


@pytest_asyncio.fixture
async def catalogue(clone_database: CloneDatabase) -> AsyncIterator[Service]:
    """The catalogue with the shipped lists and a third one."""
    configured = CatalogueSettings(database_url=await clone_database("sixclear.data_catalog"))
    async with running_service(Service, EVENTS, configured, create_catalogue, MovingClock(START)) as service:
        await seed_lists(service.database)
        await follow(service, Organisation, "organisation", "G06", "G01", "P57")
        async with service.database.transaction() as session:
            await add_lists(session, [THIRD], EDITIONS)
        yield service


@pytest_asyncio.fixture
async def view(clone_database: CloneDatabase) -> AsyncIterator[View]:
    """Monitoring's view, written by hand."""
    database = Database(await clone_database("sixclear.monitoring"), application_name="test", pool_size=3)
    async with database.transaction() as session:
        token = await views.take_leadership(session, "test", START)
    yield View(database, token, START)
    await database.close()


def listed(*lists: tuple[str, str]) -> list[dict[str, str]]:
    return [{"list": slug, "edition": edition} for slug, edition in lists]


async def registered(catalogue: Service, lists: list[dict[str, str]], **changes: Any) -> str:
    """The path of a new entry that stands in these lists."""
    body = description(code=f"E-{uuid4().hex[:12]}", lists=lists, **changes)
    return f"/entries/{(await catalogue.done('steward', '/entries', body))['entry_id']}"


async def moved(catalogue: Service, entry: str, stage: str, **more: Any) -> httpx2.Response:
    body = {"deployment_stage": stage, "reason": "Quyết định", **more}
    return await catalogue.post("steward", f"{entry}/stage", body)


async def counted_by_catalogue(catalogue: Service) -> dict[str, dict[str, int]]:
    """Each list with entries, as the catalogue counts it, in the names of monitoring's figures."""
    rows = (await catalogue.get("/lists"))["items"]
    return {
        row["slug"]: {"total": row["total"], **row["stages"], "at_risk": row["at_risk"]} for row in rows if row["total"]
    }


async def fold_everything(catalogue: Service, view: View) -> None:
    view.now = catalogue.clock.now
    await view.fold(from_stored(row, "data-catalog", 1) for row in await catalogue.events())


async def entries_of(catalogue: Service, slug: str, **narrow: str) -> int:
    """How many entries `GET /entries?list=` lists, page after page."""
    found, cursor = 0, None
    while True:
        page = await catalogue.get("/entries", list=slug, limit=100, **narrow, **({"cursor": cursor} if cursor else {}))
        found += len(page["items"])
        if not (cursor := page["next"]):
            return found


async def assert_all_say_the_same(catalogue: Service, view: View) -> dict[str, dict[str, int]]:
    figures = await counted_by_catalogue(catalogue)
    assert database_figures(await view.cells()) == figures
    assert database_figures(await view.cells_at(view.now)) == figures
    for slug, counts in figures.items():
        assert sum(counts[stage] for stage in get_args(DeploymentStage)) == counts["total"]
        assert await entries_of(catalogue, slug) == counts["total"]
    return figures


async def test_what_is_retired_or_rebuilt_stays_in_its_list_and_is_shown(catalogue: Service, view: View) -> None:
    both = listed(("resolution-71", "2025"), ("third-list", "2025"))
    entries = [await registered(catalogue, both) for _ in range(5)]
    await registered(catalogue, listed(("third-list", "2025"), ("third-list", "2026")))
    await registered(catalogue, listed(("third-list", "2026")), kind="information_system")
    for entry in entries[:3]:
        assert (await moved(catalogue, entry, "formed_centralised", risk="high")).status_code == 200
    await fold_everything(catalogue, view)
    before = await assert_all_say_the_same(catalogue, view)
    assert (before["resolution-71"]["total"], before["third-list"]["total"]) == (5, 7)
    then = view.now
    catalogue.clock.pass_by(days=1)
    assert (await moved(catalogue, entries[0], "retire")).status_code == 200
    assert (await moved(catalogue, entries[1], "rebuild")).status_code == 200
    await fold_everything(catalogue, view)
    after = await assert_all_say_the_same(catalogue, view)
    for slug, total in (("resolution-71", 5), ("third-list", 7)):
        counts = after[slug]
        assert (counts["total"], counts["retire"], counts["rebuild"], counts["formed_centralised"]) == (total, 1, 1, 1)
        assert counts["at_risk"] == 2, "what is retired is at no risk"
        assert await entries_of(catalogue, slug, deployment_stage="retire") == 1
    assert database_figures(await view.cells_at(then)) == before
    third = next(row for row in (await catalogue.get("/lists"))["items"] if row["slug"] == "third-list")
    assert {edition["edition"]: edition["total"] for edition in third["editions"]} == {"2025": 6, "2026": 2}


_CHOICES = [("plan-02", "2025"), ("plan-02", "2026"), ("third-list", "2025"), ("third-list", "2026")]
_STEP = st.tuples(
    st.sampled_from(["register", "move", "move", "move", "list"]),
    st.integers(0, 7),
    st.sampled_from(get_args(DeploymentStage)),
    st.lists(st.sampled_from(_CHOICES), unique=True, max_size=4),
    st.sampled_from(["database", "dataset"]),
    st.sampled_from([None, "high", "none"]),
)


@given(steps=st.lists(_STEP, min_size=3, max_size=14))
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_happens_to_entries_each_is_in_exactly_one_stage(
    catalogue: Service, view: View, steps: list[Any]
) -> None:
    """The entries of earlier examples stay: the figures are of all of them."""
    codes: list[str] = []
    entries: list[str] = []
    for step, which, stage, lists, kind, risk in steps:
        catalogue.clock.pass_by(minutes=1)
        if step == "register" or not entries:
            codes.append(f"E-{uuid4().hex[:12]}")
            body = description(code=codes[-1], lists=listed(*lists), kind=kind)
            entries.append(f"/entries/{(await catalogue.done('steward', '/entries', body))['entry_id']}")
        elif step == "move":
            answer = await moved(catalogue, entries[which % len(entries)], stage, **({"risk": risk} if risk else {}))
            assert answer.status_code in (200, 409)
        else:
            body = description(code=codes[which % len(codes)], lists=listed(*lists), kind=kind)
            await catalogue.done("steward", "/entries", body)
    await fold_everything(catalogue, view)
    await assert_all_say_the_same(catalogue, view)


@asynccontextmanager
async def page_reader(apps: dict[str, Any], clock: MovingClock) -> AsyncIterator[httpx2.AsyncClient]:
    """A visitor of a portal that reads `apps`; what is not among them answers that nothing is there."""
    nothing = Starlette()

    def client(name: str) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=apps.get(name, nothing))
        return httpx2.AsyncClient(transport=transport, base_url="http://upstream")

    # The first page of a process compiles its templates: beside other tests that takes a second.
    gateway = Gateway(client, timeout_seconds=5.0, patience_seconds=5.0)
    app = create_portal(settings=PortalSettings(), clock=clock, gateway=gateway, pages=Pages(Assets()))
    async with http_client(app) as reader:
        yield reader
    await gateway.close()


def findings(page: str) -> Iterable[str]:
    """What the page says of each list."""
    return page.partition('<ul class="list-findings">')[2].partition("</ul>")[0].split("<li>")[1:]


async def test_a_third_list_is_shown_in_each_language(catalogue: Service, clone_database: CloneDatabase) -> None:
    entry = await registered(catalogue, listed(("third-list", "2026")))
    await registered(catalogue, listed(("third-list", "2026")))
    assert (await moved(catalogue, entry, "rebuild")).status_code == 409, "nothing is built yet"
    assert (await moved(catalogue, entry, "formed_centralised")).status_code == 200
    clock = catalogue.clock
    clock.pass_by(minutes=1)
    runtime, _ = make_runtime(clock, logs=dict.fromkeys(("tasks", "feedback", "data-catalog"), catalogue.log))
    async with running(await clone_database("sixclear.monitoring"), runtime) as (target, client):

        async def counted() -> bool:
            databases = (await client.get("/api/monitoring/v1/status")).json()["databases"]
            return bool(databases.get("third-list", {}).get("formed_centralised") == 1)

        await eventually(counted)
        answer = (await client.get("/api/monitoring/v1/status")).json()
        assert answer["databases"]["third-list"]["total"] == 2
        assert answer["denominators"]["databases"]["third-list"] == {"name": "databases.third-list.total", "value": 2}
        apps = {"data-catalog": catalogue.app, "monitoring": target.app}
        async with page_reader(apps, clock) as reader:
            for language, name, figures in (
                ("vi", "Danh mục thứ ba", "1 trên 2 mục đã hình thành"),
                ("en", "The third list", "1 of 2 entries is formed; 1 not deployed"),
                ("ar", "The third list", "من"),
            ):
                page = (await reader.get("/catalogue", params={"lang": language})).text
                (finding,) = findings(page)
                assert name in finding
                assert figures in finding
                foreign = ' lang="en"' if language == "ar" else ""
                assert f'<option value="third-list" dir="auto"{foreign}' in page
                table = page.partition("<tbody>")[2]
                assert table.count(name) == 2, "each row names its list"
