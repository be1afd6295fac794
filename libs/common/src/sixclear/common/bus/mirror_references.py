"""How requests name what a mirror holds: by identifier or by any of its codes."""

from collections.abc import Mapping
from uuid import UUID

from sixclear.common.bus import mirror
from sixclear.common.bus.mirror import Mirrored
from sixclear.common.use_case import Context


class References:
    """The references to entities of the mirror `kind`; `word` is the domain's word for one of them."""

    def __init__(self, kind: type[Mirrored], word: str) -> None:
        self._kind = kind
        self._word = word

    async def referenced(self, ctx: Context, references: Mapping[str, str | None]) -> dict[str, UUID]:
        """What a request names, by the JSON Pointer of the field; fields that name none are left out.

        Raises ReferenceUnknown for those that do not exist, Unavailable while it is not sure that they do not.
        """
        given = {pointer: reference for pointer, reference in references.items() if reference is not None}
        return await mirror.referenced(ctx, self._kind, given, self._word)

    async def meant(self, ctx: Context, parameter: str, reference: str | None) -> UUID | None:
        """What a parameter means. An identifier is taken as it is: nothing is found by an unknown one.

        Raises ReferenceUnknown for a code that none has, Unavailable while that is not sure.
        """
        if reference is None:
            return None
        try:
            return UUID(reference)
        except ValueError:
            return (await self.referenced(ctx, {parameter: reference}))[parameter]
