"""The public state of a filing. Every one is published: it tells of no task, only of how many are public."""

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.filing.events import FilingData
from sixclear.tasks.filing.models import Filing


async def filing_data(_ctx: Context, filing: Filing, change: str) -> FilingData:
    """The public state of a filing after `change`."""
    own = {name: getattr(filing, name) for name in FilingData.model_fields if name != "change"}
    return FilingData(change=change, **own)


FILING = EntityKind[Filing]("filing", lambda filing: filing.filing_id, filing_data)
