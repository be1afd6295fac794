"""API documentation that works without a network: Swagger UI comes from the package."""

from html import escape
from pathlib import Path

import orjson
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles

from sixclear.common.web.access import Access, RuledRoute
from sixclear.common.web.static_files import StaticMount

_FILES = Path(__file__).parent / "static" / "swagger-ui"
_RULE = Access.public("the description of the API is public")

# Swagger UI sets style attributes and uses data: images; scripts come from this server's files only.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{prefix}/docs/files/swagger-ui.css">
<script src="{prefix}/docs/files/swagger-ui-bundle.js" defer></script>
<script src="{prefix}/docs/files/start.js" defer></script>
</head>
<body><div id="docs" data-openapi="{prefix}/openapi.json"></div></body>
</html>
"""


def docs_routes(app: FastAPI, prefix: str) -> list[BaseRoute]:
    """`{prefix}/openapi.json`, `{prefix}/docs` and its files."""
    page = _PAGE.format(title=escape(app.title), prefix=escape(prefix))

    async def description(request: Request) -> Response:
        return Response(orjson.dumps(app.openapi()), media_type="application/json")

    async def docs(request: Request) -> Response:
        return Response(page, media_type="text/html", headers={"Content-Security-Policy": _POLICY})

    return [
        RuledRoute(f"{prefix}/openapi.json", description, access=_RULE),
        RuledRoute(f"{prefix}/docs", docs, access=_RULE),
        StaticMount(f"{prefix}/docs/files", StaticFiles(directory=_FILES), access=_RULE),
    ]
