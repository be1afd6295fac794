"""References in requests: what another service owns, named by its identifier or by one of its codes."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, StringConstraints

from sixclear.common.text import code_form
from sixclear.common.web import patterns


def _one_spelling(reference: Any) -> Any:
    """An identifier and a code have one spelling, however they were written."""
    if not isinstance(reference, str) or len(reference) > _LONGEST:
        return reference
    code = code_form(reference)
    try:
        return str(UUID(code))
    except ValueError:
        return code


_LONGEST = 200

Reference = Annotated[str, StringConstraints(pattern=patterns.CODE), BeforeValidator(_one_spelling)]
