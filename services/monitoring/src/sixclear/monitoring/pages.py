"""The operators' pages, which work without script."""

from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from sixclear.common.web.route_options import RouteOptions

PAGE = Depends(RouteOptions(page=True))
STYLE = Depends(RouteOptions(page=True, recorded=False))

_HOME = Path(__file__).resolve().parent
_STYLE = (_HOME / "static" / "operations.css").read_bytes()
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@cache
def _pages() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HOME / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        enable_async=False,
    )


def page(name: str, **values: Any) -> HTMLResponse:
    """The page made from a template; it is never stored."""
    content = _pages().get_template(name).render(values)
    return HTMLResponse(content, headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"})


def add_style(router: APIRouter) -> None:
    """Serve the pages' style."""

    @router.get("/operations/operations.css", include_in_schema=False, dependencies=[STYLE])
    async def style() -> Response:
        """The pages' style."""
        return Response(_STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})
