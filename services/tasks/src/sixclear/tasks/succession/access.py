"""Who decides that an organisation is merged, upgraded or closed."""

from uuid import UUID

from sixclear.common.caller import InsufficientScope
from sixclear.common.use_case import Context, OrganisationNotAllowed
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.organisation.service import is_within, of_caller

ORGANISE = "tasks:organise"
# From the highest on.
_LEVELS = ("central", "province", "commune", "department")


async def require_deciding_body(
    ctx: Context, body: Organisation, successor: Organisation | None = None, level: str | None = None
) -> UUID:
    """A body above the organisation may, or a central one with ORGANISE where none is above it; returns the caller's.

    A successor is the deciding body itself, or one on which it may decide, too: no body gives its work to others. Nor
    does it give a level above its own.
    """
    own = await of_caller(ctx)
    if own is None or own.ended is not None or not await _decides_on(ctx, own, body):
        raise OrganisationNotAllowed(
            "Your organisation may not decide on an organisation that does not stand below it."
        )
    if successor is not None and successor is not own and not await _decides_on(ctx, own, successor):
        raise OrganisationNotAllowed("Your organisation may not give work to an organisation that is not below it.")
    if level != body.level:
        _check_level(own, level)
    return own.organisation_id


async def require_registering_body(ctx: Context, parent: Organisation | None, level: str) -> UUID:
    """The body may below which an organisation is registered, or one above that.

    Where none is above, a central one with ORGANISE. It gives no level above its own.
    """
    own = await of_caller(ctx)
    if own is None or own.ended is not None:
        raise OrganisationNotAllowed("Your organisation may not register others.")
    _check_level(own, level)
    if _organises(ctx, own) if parent is None else parent is own or await _decides_on(ctx, own, parent):
        return own.organisation_id
    raise OrganisationNotAllowed("Your organisation may register others only below itself.")


def _check_level(own: Organisation, level: str | None) -> None:
    # A level has rights: a central body decides on those that stand below none.
    if level is not None and _LEVELS.index(level) < _LEVELS.index(own.level):
        raise OrganisationNotAllowed("Your organisation may not give a level above its own.")


async def _decides_on(ctx: Context, own: Organisation, body: Organisation) -> bool:
    if body is own:
        return False
    if body.parent_id is not None and await is_within(ctx.session, body.organisation_id, own.organisation_id):
        return True
    # One that has ended stands below its successor: the decision that is sent again is answered all the same.
    return (body.parent_id is None or body.ended is not None) and _organises(ctx, own)


def _organises(ctx: Context, own: Organisation) -> bool:
    # Each ministry and province keeps the bodies below it. None dissolves another, so this takes a scope of its own.
    if own.level == "central" and ORGANISE not in ctx.caller.scopes:
        raise InsufficientScope(ORGANISE)
    return own.level == "central"


DECIDING = OrganisationRule(
    "body_above",
    "a body above the organisation, or where none is above it a central one with the scope `tasks:organise`; it may "
    "decide on the successor, too",
    require_deciding_body,
)
REGISTERING = OrganisationRule(
    "parent_body",
    "the body below which it is registered, or one above that; where none is above, a central one with "
    "the scope `tasks:organise`",
    require_registering_body,
)
REGISTER = Access.scope("tasks:administer", organisation=REGISTERING)
DECIDE = Access.scope("tasks:administer", organisation=DECIDING)
