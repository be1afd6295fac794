"""The public state of a programme. Every one is published."""

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.programme.events import ProgrammeData
from sixclear.tasks.programme.models import Programme


async def programme_data(_ctx: Context, programme: Programme, change: str) -> ProgrammeData:
    """The public state of a programme."""
    own = {name: getattr(programme, name) for name in ProgrammeData.model_fields if name != "change"}
    public = [field for field in programme.own_fields or () if field["public"]]
    return ProgrammeData(change=change, **own | {"own_fields": public or None})


PROGRAMME = EntityKind[Programme]("programme", lambda programme: programme.programme_id, programme_data)
