"""References in requests: what another service owns, named by its identifier or by one of its codes."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, StringConstraints


def _one_spelling(reference: str) -> str:
    """An identifier has one spelling, however it was written."""
    try:
        return str(UUID(reference))
    except ValueError:
        return reference


Reference = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,80}$", strip_whitespace=True), AfterValidator(_one_spelling)
]
