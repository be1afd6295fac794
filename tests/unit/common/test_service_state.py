"""What a service gives its routes is one typed value."""

from dataclasses import dataclass

import pytest
from fastapi import APIRouter, Depends, Request

from sixclear.common.service_state import own_state, state_of
from sixclear.common.testing.identity import fixed_clock, http_client
from sixclear.common.web.access import Access
from sixclear.common.web.app import create_service_app

router = APIRouter(dependencies=[Depends(Access.public("a test"))])


@dataclass(frozen=True)
class Shelf:
    """The state of one service."""

    places: int


@dataclass(frozen=True)
class Drawer:
    """The state of another one."""


@router.get("/places")
async def places(request: Request) -> dict[str, str | int]:
    return {"service": state_of(request).service, "places": own_state(request, Shelf).places}


@router.get("/drawer")
async def drawer(request: Request) -> str:
    with pytest.raises(TypeError, match="the state of library is Shelf, not Drawer"):
        own_state(request, Drawer)
    return "refused"


@pytest.mark.asyncio
async def test_a_service_reaches_its_own_part_and_no_other_kind() -> None:
    app = create_service_app(
        title="Library",
        service="library",
        version="1",
        prefix="/l",
        routers=[router],
        clock=fixed_clock(),
        own=Shelf(7),
    )
    async with http_client(app) as http:
        assert (await http.get("/l/places")).json() == {"service": "library", "places": 7}
        assert (await http.get("/l/drawer")).json() == "refused"
