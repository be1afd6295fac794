"""Query parameters: an API refuses what it does not know and says what it knows; a page ignores it."""

from time import perf_counter
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI, Query
from starlette.requests import Request

from sixclear.common.errors import InvalidRequest
from sixclear.common.testing.identity import FakeIssuer, http_client
from sixclear.common.web.access import Access
from sixclear.common.web.app import create_service_app
from sixclear.common.web.query_parameters import QueryParameters, _number_in
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.route_options import RouteOptions

pytestmark = pytest.mark.asyncio


async def page_size(limit: Annotated[int, Query(ge=1)] = 50) -> int:
    return limit


def application(issuer: FakeIssuer) -> FastAPI:
    router = APIRouter(route_class=TransactionalRoute)
    everybody = Depends(Access.public("a test"))

    @router.get("/things", dependencies=[everybody])
    async def things(
        limit: Annotated[int, Depends(page_size)],
        listed: Annotated[str | None, Query(alias="list")] = None,
        organisation: str | None = None,
        as_of: str | None = None,
        tag: Annotated[list[str] | None, Query()] = None,
    ) -> list[object]:
        return [limit, listed, organisation, as_of, tag]

    @router.get("/bare", dependencies=[everybody])
    async def bare() -> int:
        return 1

    @router.post("/change", dependencies=[everybody])
    async def change(body: dict[str, int], dry_run: bool = False) -> bool:
        return dry_run

    @router.get("/own", dependencies=[Depends(Access.scope("t:read"))])
    async def own() -> int:
        return 1

    @router.get("/page", dependencies=[everybody, Depends(RouteOptions(page=True))])
    async def page(limit: int = 1) -> int:
        return limit

    return create_service_app(
        title="T", service="t", version="1", prefix="/t", routers=[router], verifier=issuer.verifier()
    )


async def asked(path: str, method: str = "GET", **options: Any) -> httpx2.Response:
    async with http_client(application(FakeIssuer())) as client:
        return await client.request(method, f"/t{path}", **options)


async def test_an_unknown_parameter_is_refused_with_the_known_and_the_nearest() -> None:
    answer = await asked("/things?organization=x")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["code"] == "invalid-request"
    assert answer.json()["errors"] == [
        {
            "parameter": "organization",
            "in": "query",
            "code": "unknown-parameter",
            "detail": "There is no such parameter here. Did you mean `organisation`? "
            "Known: `as_of`, `limit`, `list`, `organisation`, `tag`.",
        }
    ]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Limit", "limit"),
        ("as-of", "as_of"),
        ("limits", "limit"),
        ("lists", "list"),
        ("asof", "as_of"),
        ("tags", "tag"),
    ],
)
async def test_the_nearest_name_is_told_whatever_its_case_and_hyphens(typed: str, meant: str) -> None:
    answer = await asked(f"/things?{typed}=1")
    assert f"Did you mean `{meant}`?" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize("query", ["zzz=1", "=1", "listed=x", "%F0%9F%90%98=1", "limit[]=1", "limit%00x=1", "a%0Ab=1"])
async def test_what_is_near_to_nothing_is_refused_too(query: str) -> None:
    answer = await asked(f"/things?{query}")
    assert answer.status_code in (400, 422)
    assert "limit=1" not in answer.text


async def test_the_name_in_python_is_not_the_name_in_the_address() -> None:
    assert (await asked("/things?list=x")).json()[1] == "x"
    assert "Did you mean `list`?" in (await asked("/things?listed=x")).json()["errors"][0]["detail"]


async def test_every_wrong_name_is_told_and_no_value() -> None:
    answer = await asked("/things?secret=hunter2&limit=5&colour=red&secret=again")
    assert [error["parameter"] for error in answer.json()["errors"]] == ["secret", "colour"]
    assert "hunter2" not in answer.text


async def test_a_parameter_that_is_taken_once_and_sent_twice_is_refused() -> None:
    answer = await asked("/things?limit=5&limit=5")
    assert answer.status_code == 422
    assert [(error["parameter"], error["code"]) for error in answer.json()["errors"]] == [
        ("limit", "repeated-parameter")
    ]
    assert (await asked("/things?tag=a&tag=b")).json()[4] == ["a", "b"]


async def test_a_route_without_parameters_says_that_it_takes_none() -> None:
    assert "takes no query parameters" in (await asked("/bare?x=1")).json()["errors"][0]["detail"]
    assert (await asked("/bare?")).status_code == 200
    assert (await asked("/bare?&")).status_code == 200


async def test_a_change_is_refused_before_its_body_is_looked_at() -> None:
    answer = await asked("/change?dryrun=true", "POST", json=[])
    assert [error["code"] for error in answer.json()["errors"]] == ["unknown-parameter"]
    assert (await asked("/change?dry_run=true", "POST", json={})).json() is True


async def test_who_may_not_come_in_learns_nothing_of_the_parameters() -> None:
    assert (await asked("/own?x=1")).status_code == 401
    issuer = FakeIssuer()
    async with http_client(application(issuer)) as client:
        assert (await client.get("/t/own?x=1", headers=issuer.headers("t:other"))).status_code == 403
        assert (await client.get("/t/own?x=1", headers=issuer.headers("t:read"))).status_code == 422


async def test_a_page_ignores_what_mail_and_search_engines_add() -> None:
    assert (await asked("/page?fbclid=x&utm_source=mail&limit=7&utm_source=again")).json() == 7


async def test_probes_metrics_and_documentation_ignore_what_others_add() -> None:
    for path in ("/openapi.json", "/docs", "/docs/files/start.js"):
        assert (await asked(f"{path}?v=1")).status_code == 200


async def test_many_and_long_names_cost_little() -> None:
    query = "&".join(f"{'x' * 900}{number}=1" for number in range(60))
    known = QueryParameters(tuple(f"parameter_{number}" for number in range(30)))
    request = Request({"type": "http", "query_string": query.encode(), "headers": []})
    began = perf_counter()
    with pytest.raises(InvalidRequest) as refused:
        known.check(request)
    assert perf_counter() - began < 0.5
    assert len(refused.value.errors) == 10
    assert all(len(error["parameter"]) <= 80 for error in refused.value.errors)


@pytest.mark.parametrize("value", ["1_0", "+5", "%205", "5%20", "5.0", "1e1", "١٠", "", "0x10", "abc"])
async def test_a_number_is_written_with_digits_alone(value: str) -> None:
    issuer = FakeIssuer()
    async with http_client(application(issuer)) as http:
        response = await http.get(f"/t/things?limit={value}")
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert (error["parameter"], error["code"]) == ("limit", "int-parsing")
    assert "digits alone" in error["detail"] or "valid integer" in error["detail"]


async def test_numbers_are_found_wherever_they_stand_in_a_type() -> None:
    assert _number_in(Annotated[int | None, Query(ge=1)]) is int
    assert _number_in(list[float] | None) is float
    assert _number_in(bool) is _number_in(str | None) is _number_in(list[str]) is None
