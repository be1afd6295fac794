"""Bodies that a route can read: JSON, and without a content coding; another one is 415 with what would be read."""

import re
from collections.abc import Sequence

from starlette.requests import Request

from sixclear.common.errors import UnsupportedMediaType

JSON = ("application/json",)
_WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


def require_json(request: Request) -> None:
    """Raises UnsupportedMediaType for a body that is not JSON (`application/json`, or a type that ends in `+json`)."""
    if has_body(request):
        require_identity(request)
        kind = media_type(request)
        if kind not in JSON and not (kind.startswith("application/") and kind.endswith("+json")):
            raise unsupported(request, JSON)


def require_type(request: Request, types: Sequence[str]) -> None:
    """Raises UnsupportedMediaType for a body whose type is said and is none of `types`."""
    if has_body(request):
        require_identity(request)
        if "content-type" in request.headers and media_type(request) not in types:
            raise unsupported(request, types)


def has_body(request: Request) -> bool:
    """Whether the request announces a body (RFC 9112 §6.3)."""
    return "transfer-encoding" in request.headers or request.headers.get("content-length", "0") != "0"


def media_type(request: Request) -> str:
    """The type of the body in small letters, without its parameters; empty when none is said."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def accepts(request: Request, kind: str) -> float:
    """The weight from 0 to 1 that `Accept` gives to this very type (RFC 9110 §12.5.1); 0 where it does not name it."""
    weights = [0.0]
    for part in ",".join(request.headers.getlist("accept")).lower().split(","):
        named, *parameters = (piece.strip() for piece in part.split(";"))
        if named == kind:
            said = next((one[2:] for one in parameters if one.startswith("q=")), "1")
            weights.append(float(said) if _WEIGHT.fullmatch(said) else 0.0)
    return max(weights)


def require_identity(request: Request) -> None:
    """Raises UnsupportedMediaType for a compressed body: a limit on its size would say nothing of what it holds."""
    codings = ",".join(request.headers.getlist("content-encoding")).lower().split(",")
    if any(coding.strip() not in ("", "identity") for coding in codings):
        raise UnsupportedMediaType("Send the body without Content-Encoding.", headers={"Accept-Encoding": "identity"})


def unsupported(request: Request, types: Sequence[str]) -> UnsupportedMediaType:
    """The refusal that names `types`: in `Accept` (RFC 9110), in `Accept-Post` or `Accept-Patch` as well."""
    headers = {"Accept": ", ".join(types)}
    if request.method in ("POST", "PATCH"):
        headers[f"Accept-{request.method.capitalize()}"] = headers["Accept"]
    return UnsupportedMediaType(f"Send Content-Type: {types[0]}.", headers=headers)
