"""HTTP in, pages out."""

from starlette.routing import BaseRoute

from sixclear.portal.routes import citizens, reading, site


def all_routes(*, developer_pages: bool) -> list[BaseRoute]:
    """Every route of the portal; `developer_pages` adds the page of all parts."""
    return [*reading.routes(), *citizens.routes(), *site.routes(developer_pages=developer_pages)]
