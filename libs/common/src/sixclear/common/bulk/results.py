"""What became of the items of a file, in their order: what the results of every operation have in common."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

from pydantic import Field

from sixclear.common.bulk.errors import BulkRefused
from sixclear.common.web.schemas import Schema

REJECTED = "rejected"
_MOST_TOLD = 100


class ItemProblem(Schema):
    """Why one item was refused."""

    code: str
    detail: str
    pointer: str | None = None


class ItemResult(Schema):
    """What became of one item; `index` counts the items from 0, blank lines are none."""

    index: int
    line: int | None = Field(default=None, description="Its line in the file, from 1 on; null in a JSON array.")
    source: str | None = Field(default=None, description="As the item names it.")
    external_id: str | None = Field(default=None, description="As the item names it.")
    outcome: str
    problem: ItemProblem | None = None

    @classmethod
    def refused(cls, index: int, named: Mapping[str, Any], problem: ItemProblem) -> Self:
        """The result of an item that is refused; `named` is where it stands and what it names."""
        return cls.model_validate({"index": index, **named, "outcome": REJECTED, "problem": problem.model_dump()})

    def kept(self) -> dict[str, Any]:
        """What is told again of an item that was taken under its own key: what it made, by its identifier."""
        return {}


class FileResult(Schema):
    """What became of a file. A subclass has a number for each of its outcomes, `dry_run` and `items`."""

    outcomes: ClassVar[tuple[str, ...]]
    item_result: ClassVar[type[ItemResult]]

    @classmethod
    def of(cls, items: Sequence[Any], **told: Any) -> Self:
        """The result with how many items have which outcome."""
        found = Counter(item.outcome for item in items)
        values: dict[str, Any] = {**told, "items": items, **{name: found[name] for name in cls.outcomes}}
        return cls(**values)

    def counted(self) -> Self:
        """The same, with the outcomes that the items have now."""
        told = {name: getattr(self, name) for name in type(self).model_fields if name not in (*self.outcomes, "items")}
        return self.of(self.results, **told)

    @property
    def results(self) -> list[Any]:
        """The results of the items, in their order."""
        items: list[Any] = getattr(self, "items")  # noqa: B009 (a field of each subclass, of its own type)
        return items

    def count(self, outcome: str) -> int:
        """How many items have this outcome."""
        return int(getattr(self, outcome))

    def require_all_taken(self) -> None:
        """Raises BulkRefused when an item is refused; it names the first hundred."""
        refused = [item for item in self.results if item.outcome == REJECTED]
        if refused:
            raise BulkRefused(
                f"{len(refused)} of {len(self.results)} items are refused; nothing was written.",
                errors=[_refusal(item) for item in refused[:_MOST_TOLD]],
            )


def _refusal(item: ItemResult) -> dict[str, str]:
    problem = item.problem or ItemProblem(code="invalid", detail="")
    place = f"Line {item.line}: " if item.line is not None else f"Item {item.index}: "
    inside = (problem.pointer or "#").removeprefix("#")
    return {"pointer": f"#/{item.index}{inside}", "code": problem.code, "detail": place + problem.detail}
