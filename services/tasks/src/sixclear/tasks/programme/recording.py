"""The public state of a programme. Every one is published."""

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.programme.events import ProgrammeData
from sixclear.tasks.programme.models import Programme


async def programme_data(_ctx: Context, programme: Programme, change: str) -> ProgrammeData:
    """The public state of a programme."""
    own = {name: getattr(programme, name) for name in ProgrammeData.model_fields if name != "change"}
    return ProgrammeData(change=change, **own)


PROGRAMME = EntityKind[Programme]("programme", lambda programme: programme.programme_id, programme_data)
