"""Addresses: what a visitor wrote into one, and how pages write their own."""

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request

from sixclear.common.web.instants import Day
from sixclear.portal.errors import InvalidAddress, PageNotFound

_DAY: TypeAdapter[date] = TypeAdapter(Day)
_LONGEST_VALUE = 400


def address(path: str, parameters: Mapping[str, object]) -> str:
    """`path` with those parameters that have a value.

    One mapping, never keywords: a visitor chooses the names, and Jinja and Python have names of their own.
    """
    query = urlencode({key: str(value) for key, value in parameters.items() if value not in (None, "")})
    return f"{path}?{query}" if query else path


def value_of(request: Request, name: str) -> str | None:
    """The value of a parameter, None when it is empty; InvalidAddress when it cannot be meant."""
    value = request.query_params.get(name, "").strip()
    if len(value) > _LONGEST_VALUE or "\0" in value:
        raise InvalidAddress
    return value or None


def filters_of(request: Request, names: Sequence[str]) -> dict[str, str]:
    """The values of several parameters; an empty text for each that is not there."""
    return {name: value_of(request, name) or "" for name in names}


def day_of(request: Request, name: str) -> date | None:
    """The day that a parameter names; InvalidAddress when there is no such day."""
    value = value_of(request, name)
    if value is None:
        return None
    try:
        return _DAY.validate_python(value)
    except ValidationError as error:
        raise InvalidAddress from error


def identifier_of(request: Request) -> UUID:
    """The identifier in the path; PageNotFound when it is none."""
    try:
        return UUID(request.path_params["identifier"])
    except ValueError as error:
        raise PageNotFound from error


def local_path(value: str | None) -> str:
    """`value` when it is a path of this site, else the home page: never an address elsewhere.

    Browsers leave tabs and line ends out of an address, and read a backslash as a slash.
    """
    if not value or not value.startswith("/") or value.startswith("//") or "\\" in value:
        return "/"
    return "/" if any(ord(character) < 0x20 for character in value) else value
