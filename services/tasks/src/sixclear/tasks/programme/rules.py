"""What tasks and their answers say of a programme. Pure."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ProgrammeFacts:
    """A programme as its tasks name it. Its slug never changes."""

    slug: str
    owner_organisation_id: UUID
