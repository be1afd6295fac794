"""The public state of a directive. Every one is published."""

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.directive.events import DirectiveData
from sixclear.tasks.directive.models import Directive


async def directive_data(_ctx: Context, directive: Directive, change: str) -> DirectiveData:
    """The public state of a directive."""
    own = {name: getattr(directive, name) for name in DirectiveData.model_fields if name != "change"}
    return DirectiveData(change=change, **own)


DIRECTIVE = EntityKind[Directive]("directive", lambda directive: directive.directive_id, directive_data)
