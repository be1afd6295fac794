"""An operation that ends says so in each answer and in its description, a year before."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi import APIRouter, Depends, FastAPI

from sixclear.common.caller import Unauthenticated
from sixclear.common.testing.identity import http_client
from sixclear.common.web.access import Access
from sixclear.common.web.app import create_service_app
from sixclear.common.web.deprecation import Deprecated
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.route_options import RouteOptions

SINCE = datetime(2027, 1, 1, tzinfo=UTC)
ENDS = Deprecated(SINCE, datetime(2028, 1, 1, tzinfo=UTC), instead="/api/made-up/v2/words")


def made_up() -> FastAPI:
    """An application with one operation that ends and one that stays."""
    router = APIRouter(route_class=TransactionalRoute, tags=["words"])
    public = Depends(Access.public("made up for this test"))

    @router.get("/words", operation_id="listWords", dependencies=[public, Depends(RouteOptions(deprecated=ENDS))])
    async def words(fail: bool = False) -> dict[str, str]:
        if fail:
            raise Unauthenticated
        return {}

    @router.get("/letters", operation_id="listLetters", dependencies=[public])
    async def letters() -> dict[str, str]:
        return {}

    return create_service_app(title="Made up", service="made-up", version="1", prefix="/v1", routers=[router])


@pytest.mark.asyncio
@pytest.mark.parametrize(("query", "status"), [("", 200), ("?fail=true", 401), ("?unknown=1", 422)])
async def test_each_answer_says_since_when_and_until_when(query: str, status: int) -> None:
    async with http_client(made_up()) as http:
        answer = await http.get(f"/v1/words{query}")
    assert answer.status_code == status
    assert answer.headers["Deprecation"] == "@1798761600"
    assert answer.headers["Sunset"] == "Sat, 01 Jan 2028 00:00:00 GMT"
    assert answer.headers["Link"] == '</api/made-up/v2/words>; rel="successor-version"'


@pytest.mark.asyncio
async def test_an_operation_that_stays_says_nothing() -> None:
    async with http_client(made_up()) as http:
        answer = await http.get("/v1/letters")
    assert not {"Deprecation", "Sunset", "Link"} & set(answer.headers)


def test_the_description_says_it_too() -> None:
    document = made_up().openapi()
    words, letters = (document["paths"][f"/v1/{name}"]["get"] for name in ("words", "letters"))
    assert words["deprecated"] is True
    assert "answered until 2028-01-01" in words["description"]
    assert {"Deprecation", "Sunset"} <= words["responses"]["200"]["headers"].keys()
    assert "deprecated" not in letters


def test_less_than_a_year_is_not_promised() -> None:
    with pytest.raises(ValueError, match="365 days"):
        Deprecated(SINCE, SINCE + timedelta(days=364))
