"""Fields of cases in requests and responses."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Slug
from sixclear.feedback.field.rules import case_fields


def _known(code: str) -> str:
    if code not in case_fields().codes:
        raise PydanticCustomError("field_unknown", "No field has this code; /fields lists them")
    return code


FieldCode = Annotated[
    Slug, AfterValidator(_known), Field(description="What it is about: the code of a field that `/fields` lists.")
]


class CaseFieldView(Schema):
    """A field that a case can be of."""

    code: str
    vi: str
    en: str
    threshold: int = Field(
        default=0, description="From how many verified endorsements on the head answers point by point, in public."
    )


class CaseFieldList(Schema):
    """The fields, in their order, with the edition of the list."""

    edition: str
    fields: list[CaseFieldView]
