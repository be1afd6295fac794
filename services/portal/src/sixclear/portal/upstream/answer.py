"""What all answers have in common. A test compares each answer model with the openapi.json of its service."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _exact(value: Any) -> Any:
    # A JSON number such as 46.7 must become the decimal that was written, not its binary neighbour.
    return Decimal(repr(value)) if isinstance(value, float) else value


Percent = Annotated[Decimal, BeforeValidator(_exact)]


class Answer(BaseModel):
    """The few fields of an answer that pages show.

    Fields that are not declared are ignored, so that a service may add some. A field that some answers leave out, or
    that pages show as "not known", has a default.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)


Item = TypeVar("Item", bound=Answer)
# An answer that is no object, as a list, is read as the root of a model.
Model = TypeVar("Model", bound=BaseModel)


class Listing(Answer, Generic[Item]):
    """One page of a list; `total` is how many all pages have, where it is told."""

    items: list[Item] = Field(default_factory=list)
    next: str | None = None
    total: int | None = None
    total_is_lower_bound: bool = False


@dataclass(frozen=True, slots=True)
class Operation(Generic[Model]):
    """One operation of a service, named as its openapi.json names it, and the model that its answer is read with.

    An answer that `outlasts` its service is shown as the last known one while the service is away. Only figures and
    names of programmes, lists and organisations do: no one withdraws these. A task, a list of tasks, a change or an
    entry may be withdrawn while its service cannot say so, and is then shown to nobody.
    """

    service: str
    method: str
    path: str
    answer: type[Model]
    outlasts: bool = False
