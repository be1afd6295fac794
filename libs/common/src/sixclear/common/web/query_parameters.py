"""Query parameters of an API: an unknown one is refused, and the known ones are named; so is a repeated one.

A parameter that is passed over in silence costs the caller more than a refusal: `?organization=` would list everybody's
tasks as if they were one body's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from fastapi import params
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from starlette.requests import HTTPConnection

from sixclear.common.errors import InvalidRequest

_MANY = (list, set, frozenset, tuple, Sequence)
# Names are compared letter by letter, so neither how many nor how long they are is left to the sender.
_NAMED_AT_MOST = 10
_LONGEST_COMPARED = 40
_LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class QueryParameters:
    """What may stand in the query of one route; those in `many` more than once."""

    known: tuple[str, ...] = ()
    many: frozenset[str] = frozenset()

    @classmethod
    def of(cls, dependant: Dependant) -> "QueryParameters":
        """The parameters that a FastAPI route and its dependencies read."""
        fields = [field for field in get_flat_params(dependant) if isinstance(field.field_info, params.Query)]
        many = (field.alias for field in fields if _is_many(field.field_info.annotation))
        return cls(tuple(sorted({field.alias for field in fields})), frozenset(many))

    def check(self, request: HTTPConnection) -> None:
        """Raises InvalidRequest, which names each parameter that is unknown or repeated."""
        if not request.scope.get("query_string"):
            return
        given = [name for name, _ in request.query_params.multi_items()]
        if wrong := list(self._wrong(given)):
            raise InvalidRequest(errors=wrong)

    def _wrong(self, given: Sequence[str]) -> Iterator[dict[str, str]]:
        names = dict.fromkeys(given)
        for name in [name for name in names if name not in self.known][:_NAMED_AT_MOST]:
            yield _fault(name, "unknown-parameter", self._unknown(name))
        for name in names:
            if name in self.known and name not in self.many and given.count(name) > 1:
                yield _fault(name, "repeated-parameter", "This parameter is taken once, and came several times.")

    def _unknown(self, name: str) -> str:
        """What helps: the nearest known name, then all of them. The text holds nothing of what was sent."""
        if not self.known:
            return "This address takes no query parameters."
        typed = name[:_LONGEST_COMPARED].strip().lower().replace("-", "_")
        nearest = get_close_matches(typed, self.known, n=1)
        meant = f"Did you mean `{nearest[0]}`? " if nearest else ""
        return f"There is no such parameter here. {meant}Known: {', '.join(f'`{one}`' for one in self.known)}."


def _fault(name: str, code: str, detail: str) -> dict[str, str]:
    return {"parameter": name[:_LONGEST_SHOWN], "in": "query", "code": code, "detail": detail}


def _is_many(annotation: Any) -> bool:
    return any(part in _MANY or get_origin(part) in _MANY for part in (annotation, *get_args(annotation)))
