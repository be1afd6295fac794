"""Programme lists with their editions and their entries, counted."""

from fastapi import APIRouter, Depends

from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep
from sixclear.data_catalog.entry.access import PUBLIC
from sixclear.data_catalog.list_figures import service
from sixclear.data_catalog.list_figures.schemas import ListView

router = APIRouter(route_class=TransactionalRoute, tags=["lists"])


@router.get("/lists", operation_id="listLists", dependencies=[Depends(PUBLIC)])
async def list_lists(ctx: ContextDep) -> Page[ListView]:
    """Every programme list; its figures are counted from the entries, edition by edition."""
    return Page(items=await service.count_lists(ctx))
