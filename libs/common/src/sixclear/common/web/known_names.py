"""Names that a request may use: the nearest to one that is not known, then all of them."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel

# Names are compared letter by letter, so their length is not left to the sender.
_LONGEST_COMPARED = 40


def nearest_and_known(name: str, known: Sequence[str]) -> str:
    """What helps who wrote `name`; the text holds nothing of it."""
    typed = name[:_LONGEST_COMPARED].strip().lower().replace("-", "_")
    nearest = get_close_matches(typed, known, n=1)
    meant = f"Did you mean `{nearest[0]}`? " if nearest else ""
    return f"{meant}Known: {', '.join(f'`{one}`' for one in known)}."


def members_at(kind: Any, path: Sequence[Any]) -> list[str]:
    """The members of the object at `path` in a body of the type `kind`, in order; none where there is none."""
    return list(dict.fromkeys(name for model in _models_at(kind, tuple(path)) for name in _names(model)))


def _names(model: type[BaseModel]) -> Iterator[str]:
    return (field.alias or name for name, field in model.model_fields.items())


def _models_at(kind: Any, path: tuple[Any, ...]) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if not path:
            yield kind
            return
        for name, field in kind.model_fields.items():
            if path[0] in (name, field.alias):
                yield from _models_at(field.annotation, path[1:])
        return
    # An item of a list has its number in the path; a member of a union has none, or the name of its model.
    rest = path[1:] if path and isinstance(path[0], int) else path
    for inner in get_args(kind):
        named = bool(rest) and isinstance(inner, type) and rest[0] == inner.__name__
        yield from _models_at(inner, rest[1:] if named else rest)
