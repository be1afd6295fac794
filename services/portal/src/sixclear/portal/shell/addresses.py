"""Addresses: what a visitor wrote into one, and how pages write their own."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Literal
from urllib.parse import urlencode
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request

from sixclear.common.web.instants import Day
from sixclear.portal.errors import PageNotFound

_DAY: TypeAdapter[date] = TypeAdapter(Day)
# What the services take of a search before they clean it; they judge its length as it is cleaned.
_LONGEST_VALUE = 800
_SHOWN_OF_A_VALUE = 80

Fault = Literal["repeated", "refused", "no-day", "day-ahead"]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A parameter that is not used: it is `repeated`, or its value is none; `value` as it was."""

    parameter: str
    fault: Fault
    value: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: a value for each parameter of the page, an empty text for each that is not there.

    What cannot be meant is `wrong`, and the page is made of the rest and says so.
    """

    values: Mapping[str, str]
    wrong: Sequence[Wrong] = ()

    def without(self, refused: Collection[str], fault: Fault = "refused") -> "Asked":
        """The rest, after the values of `refused` turned out to be none."""
        wrong = [Wrong(name, fault, self.values[name][:_SHOWN_OF_A_VALUE]) for name in sorted(refused)]
        return replace(self, values={**self.values, **dict.fromkeys(refused, "")}, wrong=(*self.wrong, *wrong))

    def day(self, name: str) -> "tuple[date | None, Asked]":
        """The day that a parameter names, and what is left of the address when there is no such day."""
        value = self.values[name]
        if not value:
            return None, self
        try:
            return _DAY.validate_python(value), self
        except ValidationError:
            return None, self.without({name}, "no-day")

    @property
    def status(self) -> int:
        """The status of the page."""
        return 422 if self.wrong else 200


def asked_of(request: Request, names: Sequence[str]) -> Asked:
    """What the address of `request` says of the parameters `names`; every other one is ignored."""
    values, wrong = dict.fromkeys(names, ""), []
    for name in names:
        given = [value.strip() for value in request.query_params.getlist(name)]
        if len(given) > 1:
            wrong.append(Wrong(name, "repeated", " / ".join(given)[:_SHOWN_OF_A_VALUE].replace("\0", "")))
        elif given and (len(given[0]) > _LONGEST_VALUE or "\0" in given[0]):
            wrong.append(Wrong(name, "refused", given[0][:_SHOWN_OF_A_VALUE].replace("\0", "")))
        elif given:
            values[name] = given[0]
    return Asked(MappingProxyType(values), tuple(wrong))


def address(path: str, parameters: Mapping[str, object]) -> str:
    """`path` with those parameters that have a value, after those that it has already.

    One mapping, never keywords: a visitor chooses the names, and Jinja and Python have names of their own.
    """
    query = urlencode({key: str(value) for key, value in parameters.items() if value not in (None, "")})
    return f"{path}{'&' if '?' in path else '?'}{query}" if query else path


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
