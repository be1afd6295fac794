"""Query parameters of an API: an unknown one is refused, and the known ones are named; so is a repeated one.

A parameter that is passed over in silence costs the caller more than a refusal: `?organization=` would list everybody's
tasks as if they were one body's. A number is written with digits alone, since `1_0` is 10 to Python and to no one else.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, get_args, get_origin

from fastapi import params
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from starlette.requests import HTTPConnection

from sixclear.common.errors import InvalidRequest, writable
from sixclear.common.web.known_names import nearest_and_known

_MANY = (list, set, frozenset, tuple, Sequence)
# Names are compared letter by letter, so that how many they are is not left to the sender.
_NAMED_AT_MOST = 10
_LONGEST_SHOWN = 80
_WHOLE = re.compile(r"-?\d+", re.ASCII)
_DECIMAL = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_NUMBERS = {
    int: (_WHOLE, "int-parsing", "Write a whole number with digits alone, such as 50."),
    float: (_DECIMAL, "float-parsing", "Write a number with digits and at most one point, such as 50 or 0.5."),
}


@dataclass(frozen=True, slots=True)
class QueryParameters:
    """What may stand in the query of one route; those in `many` more than once."""

    known: tuple[str, ...] = ()
    many: frozenset[str] = frozenset()
    numbers: Mapping[str, type] = field(default_factory=dict)

    @classmethod
    def of(cls, dependant: Dependant) -> "QueryParameters":
        """The parameters that a FastAPI route and its dependencies read."""
        fields = [one for one in get_flat_params(dependant) if isinstance(one.field_info, params.Query)]
        many = (one.alias for one in fields if _is_many(one.field_info.annotation))
        numbers = {one.alias: kind for one in fields if (kind := _number_in(one.field_info.annotation))}
        return cls(tuple(sorted({one.alias for one in fields})), frozenset(many), numbers)

    def check(self, request: HTTPConnection) -> None:
        """Raises InvalidRequest, which names each parameter that is unknown or repeated."""
        if not request.scope.get("query_string"):
            return
        items = request.query_params.multi_items()
        given = [name for name, _ in items]
        if wrong := [*self._wrong(given), *islice(self._no_numbers(items), _NAMED_AT_MOST)]:
            raise InvalidRequest(errors=wrong)

    def _wrong(self, given: Sequence[str]) -> Iterator[dict[str, str]]:
        names = dict.fromkeys(given)
        for name in [name for name in names if name not in self.known][:_NAMED_AT_MOST]:
            yield _fault(name, "unknown-parameter", self._unknown(name))
        for name in names:
            if name in self.known and name not in self.many and given.count(name) > 1:
                yield _fault(name, "repeated-parameter", "This parameter is taken once, and came several times.")

    def _no_numbers(self, items: Sequence[tuple[str, str]]) -> Iterator[dict[str, str]]:
        for name, value in items:
            if (kind := self.numbers.get(name)) is not None:
                form, code, words = _NUMBERS[kind]
                if not form.fullmatch(value) and _is_number(value):
                    yield _fault(name, code, words)

    def _unknown(self, name: str) -> str:
        """What helps: the nearest known name, then all of them. The text holds nothing of what was sent."""
        if not self.known:
            return "This address takes no query parameters."
        return f"There is no such parameter here. {nearest_and_known(name, self.known)}"


def _fault(name: str, code: str, detail: str) -> dict[str, str]:
    return {"parameter": writable(name[:_LONGEST_SHOWN]), "in": "query", "code": code, "detail": detail}


def _is_number(value: str) -> bool:
    """Whether Python takes it for one. What is none is told with all other faults of the request."""
    try:
        float(value)
    except ValueError:
        return False
    return True


def _number_in(annotation: Any) -> type | None:
    """int or float where the parameter is one, or many, or none of them."""
    kind = next((one for one in _NUMBERS if annotation is one), None)
    return kind or next(filter(None, map(_number_in, get_args(annotation))), None)


def _is_many(annotation: Any) -> bool:
    return any(part in _MANY or get_origin(part) in _MANY for part in (annotation, *get_args(annotation)))
