"""Routes whose questions are bounded: `readings.py` says how."""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.common.web.route import Handler, TransactionalRoute
from sixclear.monitoring.readings import Readings

# They read histories or several lists; the others read some dozens of counters.
_LARGE = frozenset({"getTimeline", "listProvinces", "getAttention"})


class FiguresRoute(TransactionalRoute):
    """A route that everybody may ask, but not so often that others wait."""

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            readings: Readings = request.app.state.readings
            large = self.operation_id in _LARGE or "as_of" in request.query_params
            return await readings.answer(request, handler, large=large)

        return handle
