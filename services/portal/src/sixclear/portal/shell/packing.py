"""Whether a browser takes an answer that is compressed with gzip, and one that is not (RFC 9110 §12.5.3).

A browser that takes neither gets the answer uncompressed: the standard lets a server pass over a header that leaves
nothing to send, and a page is worth more to a reader than 406.
"""

from collections.abc import Mapping

from starlette.requests import Request

_GZIP = ("gzip", "x-gzip", "*")
_PLAIN = ("identity", "*")


def takes_gzip(request: Request) -> bool:
    """Whether `Accept-Encoding` names gzip, or everything, does not refuse it with `q=0`, nor likes identity better."""
    qualities = _qualities(request)
    gzip = _first(qualities, _GZIP, absent=0.0)
    return gzip > 0 and gzip >= qualities.get("identity", 0.0)


def refuses_plain(request: Request) -> bool:
    """Whether `Accept-Encoding` refuses an answer that is not compressed: `identity;q=0`, or `*;q=0` alone."""
    return _first(_qualities(request), _PLAIN, absent=1.0) == 0


def _first(qualities: Mapping[str, float], names: tuple[str, ...], *, absent: float) -> float:
    return next((qualities[name] for name in names if name in qualities), absent)


def _qualities(request: Request) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in ",".join(request.headers.getlist("accept-encoding")).lower().split(","):
        name, *parameters = part.split(";")
        found[name.strip()] = min((_quality(parameter) for parameter in parameters), default=1.0)
    return found


def _quality(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
