"""Which kind an obstacle is of, by the list of its programme."""

from typing import Any

from sixclear.common.use_case import ReferenceUnknown
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.rules import obstacle_kinds_of


def counts_as(programme: Programme, kind: str | None) -> str:
    """By which kind figures count it; raises ReferenceUnknown for a kind that the programme does not have."""
    if kind is None:
        return "not-classified"
    known = {one["code"]: str(one["counts_as"]) for one in obstacle_kinds_of(programme.obstacle_kinds)}
    if kind not in known:
        raise ReferenceUnknown(
            "The programme has no such kind of obstacles.",
            errors=[{"pointer": "#/kind", "code": "kind-unknown", "detail": f"Choose one of {', '.join(known)}."}],
        )
    return known[kind]


def classified(programme: Programme, kind: str | None) -> dict[str, Any]:
    """What a step sets that also says the kind; nothing where it does not."""
    return {} if kind is None else {"kind": kind, "counts_as": counts_as(programme, kind)}
