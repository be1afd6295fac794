"""The organisations that requests name, by identifier or by any of their codes."""

from collections.abc import Mapping
from uuid import UUID

from sixclear.common.bus.mirror import referenced as named_in
from sixclear.common.use_case import Context
from sixclear.feedback.organisation.models import Organisation


async def referenced(ctx: Context, references: Mapping[str, str | None]) -> dict[str, UUID]:
    """The organisations that a request names, by the JSON Pointer of the field; fields that name none are left out.

    Raises ReferenceUnknown for those that do not exist, Unavailable while it is not sure that they do not.
    """
    given = {pointer: reference for pointer, reference in references.items() if reference is not None}
    return await named_in(ctx, Organisation, given, "organisation")


async def meant(ctx: Context, parameter: str, reference: str | None) -> UUID | None:
    """The organisation that a parameter means. An identifier is taken as it is: nothing is found by an unknown one.

    Raises ReferenceUnknown for a code that no organisation has, Unavailable while that is not sure.
    """
    if reference is None:
        return None
    try:
        return UUID(reference)
    except ValueError:
        return (await referenced(ctx, {parameter: reference}))[parameter]
