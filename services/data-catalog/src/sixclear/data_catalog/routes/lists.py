"""Programme lists with their editions and their entries, counted."""

from fastapi import APIRouter

from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep
from sixclear.data_catalog.routes.dependencies import PUBLIC
from sixclear.data_catalog.schemas import ListView
from sixclear.data_catalog.service import answers, listing

router = APIRouter(route_class=TransactionalRoute, tags=["lists"])


@router.get("/lists", operation_id="listLists", dependencies=[PUBLIC])
async def list_lists(ctx: ContextDep) -> Page[ListView]:
    """Every programme list; its figures are counted from the entries, edition by edition."""
    return Page(items=answers.list_views(await listing.all_lists(ctx)))
