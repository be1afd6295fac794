"""`/metrics` for Prometheus, at the root of each process."""

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, disable_created_metrics, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sixclear.common.web.access import Access, RuledRoute

_RULE = Access.public("scraped inside the cluster; the ingress does not route it; holds no personal data")


def metrics_routes(registry: CollectorRegistry = REGISTRY) -> list[Route]:
    """The process's metrics in the text format, without a second series for when each counter was made."""
    disable_created_metrics()  # type: ignore[no-untyped-call]

    async def metrics(request: Request) -> Response:
        content_type = CONTENT_TYPE_LATEST
        return Response(generate_latest(registry), headers={"Content-Type": content_type, "Cache-Control": "no-store"})

    return [RuledRoute("/metrics", metrics, access=_RULE)]
