"""Whether a browser takes an answer that is packed with gzip."""

from starlette.requests import Request

_NAMES = ("gzip", "x-gzip", "*")


def takes_gzip(request: Request) -> bool:
    """Whether `Accept-Encoding` names gzip, or everything, and does not refuse it with `q=0`."""
    qualities: dict[str, float] = {}
    for part in ",".join(request.headers.getlist("accept-encoding")).lower().split(","):
        name, _, parameters = part.partition(";")
        qualities[name.strip()] = _quality(parameters)
    named = [qualities[name] for name in _NAMES if name in qualities]
    return bool(named) and named[0] > 0


def _quality(parameters: str) -> float:
    name, _, value = parameters.partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
