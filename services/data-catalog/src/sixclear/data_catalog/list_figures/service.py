"""Every programme list with what is counted from the entries' rows."""

from sixclear.common.use_case import Context
from sixclear.data_catalog.list_figures import repository
from sixclear.data_catalog.list_figures.responses import list_figures_response
from sixclear.data_catalog.list_figures.schemas import ListView
from sixclear.data_catalog.programme_list import service as programme_lists


async def count_lists(ctx: Context) -> list[ListView]:
    """The programme lists with their entries, counted by edition and stage."""
    return list_figures_response(
        await programme_lists.list_lists(ctx),
        await programme_lists.list_editions(ctx),
        await repository.count_entries(ctx.session, ctx.now),
    )
